// See hosts_file.h. We read the file ourselves, not c-ares: its path can be set, and a name in it costs no parse of the
// whole file per lookup. Reading blocks the worker, but only when the file changed; it is local and small.
#include "upstream/hosts_file.h"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include "base/ascii.h"

namespace porthole::upstream {
namespace {

constexpr std::size_t kHostsBytesMax = 16 * 1024 * 1024;  // the largest published block lists have 6 MB

std::string read_file(const std::string& path) {
  std::string text;
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return text;
  constexpr std::size_t kPiece = 64 * 1024;
  while (text.size() < kHostsBytesMax) {
    std::size_t had = text.size();
    text.resize(had + kPiece);
    ssize_t n = ::read(descriptor, text.data() + had, kPiece);
    text.resize(had + static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    if (n <= 0) break;
  }
  ::close(descriptor);
  return text;
}

// The next word of a line, which leaves it; empty at the end.
std::string_view next_word(std::string_view& line) {
  line = ascii::trim(line);
  std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  return word;
}

}  // namespace

bool FileWatch::changed(Instant now) {
  if (path_.empty() || (asked_ && now < next_)) return false;
  next_ = now + kInterval;
  Stamp stamp;
  struct stat found{};
  if (::stat(path_.c_str(), &found) == 0) {
    stamp = {found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size, found.st_ino};
  }
  bool differs = !asked_ || !(stamp == stamp_);
  asked_ = true;
  stamp_ = stamp;
  return differs;
}

HostNames parse_hosts(std::string_view text, bool ipv6, Instant now) {
  NameMap<Addresses> found;
  while (!text.empty()) {
    std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = line.substr(0, line.find('#'));
    auto ip = IpAddress::parse(next_word(line));
    if (!ip || (!ip->v4 && !ipv6)) continue;
    for (std::string_view word = next_word(line); !word.empty(); word = next_word(line)) {
      NameKey key(word);
      if (!key.valid()) continue;
      std::vector<IpAddress>& list = found[std::string(key.view())].list;
      if (std::ranges::find(list, *ip) != list.end()) continue;
      list.insert(ip->v4 ? list.end() : std::ranges::find(list, true, &IpAddress::v4), *ip);
    }
  }
  HostNames names;
  for (auto& [name, addresses] : found) {
    addresses.resolved_at = now;
    names.emplace(name, std::make_shared<const Addresses>(std::move(addresses)));
  }
  return names;
}

HostsFile::HostsFile(const std::string& path, bool ipv6, Instant now) : watch_(path), ipv6_(ipv6) {
  if (watch_.changed(now)) load(now);
}

void HostsFile::load(Instant now) { names_ = parse_hosts(read_file(watch_.path()), ipv6_, now); }

std::shared_ptr<const Addresses> HostsFile::find(std::string_view name, Instant now) {
  if (watch_.changed(now)) load(now);
  auto found = names_.find(name);
  return found == names_.end() ? nullptr : found->second;
}

}  // namespace porthole::upstream
