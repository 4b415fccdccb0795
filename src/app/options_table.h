// The one definition of every option: where it lives in the file, its flag, its variable, its help and what it fills. Type and
// default come from the member of Settings that it fills. The file reader, the command line, `porthole config`, `porthole
// limits`, `porthole help options` and docs/user/configuration.md are all made from this table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "app/settings.h"

namespace porthole::app {

// Which member an option fills; the type of the member decides how its text is read.
struct SizeMember {
  std::uint32_t& (*at)(Settings&);
};  // bytes, in a 32-bit member
struct NameMember {
  std::string& (*at)(Settings&);
};  // a token of RFC 9110, for Via
struct PathMember {
  std::string& (*at)(Settings&);
};  // an absolute or relative path
struct LogTargetMember {
  std::string& (*at)(Settings&);
};  // "stderr" or a path
struct FieldNamesMember {
  std::vector<std::string>& (*at)(Settings&);
};  // names of header fields
struct ServersMember {
  std::vector<std::string>& (*at)(Settings&);
};  // name servers, "address:port"
using Member =
    std::variant<Duration& (*)(Settings&), ByteCount& (*)(Settings&), std::uint32_t& (*)(Settings&),
                 bool& (*)(Settings&), std::vector<Endpoint>& (*)(Settings&), std::optional<Endpoint>& (*)(Settings&),
                 std::vector<IpNetwork>& (*)(Settings&), proxy::ConnectPorts& (*)(Settings&), LogLevel& (*)(Settings&),
                 flow::AccessLogOptions& (*)(Settings&), SizeMember, NameMember, PathMember, LogTargetMember,
                 ServersMember, FieldNamesMember>;

enum class Takes : std::uint8_t { reload, restart };

struct Option {
  std::string_view key;  // "timeouts.head": [table] and key in the file
  Member member;
  std::string_view help;        // one line, no final dot
  std::string_view flag = {};   // "--log-level", or none
  Takes takes = Takes::reload;  // when a changed value begins to count
  std::uint64_t min = 0;        // durations in nanoseconds, sizes in bytes, counts as they are
  std::uint64_t max = UINT64_MAX;

  std::string_view table() const { return key.substr(0, key.find('.')); }
  std::string_view name() const { return key.substr(key.find('.') + 1); }
  std::string variable() const;  // "PORTHOLE_TIMEOUTS_HEAD"
};

// All of them, in the order of the file.
std::span<const Option> options();
// Null when there is none.
const Option* find_option(std::string_view key);

}  // namespace porthole::app
