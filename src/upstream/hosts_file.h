// HostsFile: the names of /etc/hosts (hosts(5)), read again when the file changed. FileWatch is that "changed", asked of the
// kernel at most every 5 s.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <sys/stat.h>

#include "base/units.h"
#include "upstream/name_cache.h"

namespace porthole::upstream {

// Tells whether a file is another than at the last call: its time, size or identity changed, it came or went.
class FileWatch {
 public:
  explicit FileWatch(std::string path) : path_(std::move(path)) {}
  // True the first time. Looks at the file at most every 5 s, in between it is unchanged.
  bool changed(Instant now);
  const std::string& path() const { return path_; }

 private:
  struct Stamp {
    std::int64_t seconds = 0, nanoseconds = 0, size = -1;
    ino_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  static constexpr Duration kInterval = std::chrono::seconds(5);
  std::string path_;
  Stamp stamp_;
  Instant next_{};
  bool asked_ = false;
};

using HostNames = NameMap<std::shared_ptr<const Addresses>>;

// Lines of an address and names, `#` begins a comment; lines that do not read so are skipped, as every reader of the file
// does. Addresses of one name over several lines add up. Without `ipv6`, those are left out.
HostNames parse_hosts(std::string_view text, bool ipv6, Instant now);

class HostsFile {
 public:
  // An empty path: no file. One that cannot be read has no names.
  HostsFile(const std::string& path, bool ipv6, Instant now);
  // `name` is a NameKey's view. Null when the file does not have it.
  std::shared_ptr<const Addresses> find(std::string_view name, Instant now);

 private:
  void load(Instant now);
  FileWatch watch_;
  bool ipv6_;
  HostNames names_;
};

}  // namespace porthole::upstream
