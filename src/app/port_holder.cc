// See port_holder.h. /proc/net/tcp writes each address as hexadecimal words of 32 bits in the machine's byte order, one line per
// socket; state 0A is LISTEN; the tenth column is the inode, which /proc/PID/fd/N links name.
#include "app/port_holder.h"

#include <array>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "base/ascii.h"

namespace porthole::app {
namespace {

namespace fs = std::filesystem;

std::optional<Endpoint> parse_local(std::string_view text) {
  std::size_t colon = text.find(':');
  if (colon != 8 && colon != 32) return std::nullopt;
  Endpoint endpoint;
  endpoint.ip.v4 = colon == 8;
  for (std::size_t word = 0; word < colon / 8; ++word) {
    std::uint32_t value = 0;
    std::from_chars(text.data() + word * 8, text.data() + word * 8 + 8, value, 16);
    std::memcpy(endpoint.ip.bytes.data() + word * 4, &value, 4);
  }
  std::from_chars(text.data() + colon + 1, text.data() + text.size(), endpoint.port, 16);
  return endpoint;
}

// Listening on `held` keeps others from binding `wanted`.
bool collides(const Endpoint& held, const Endpoint& wanted) {
  if (held.port != wanted.port) return false;
  if (held.ip.unspecified() && !held.ip.v4 && wanted.ip.v4) return true;  // a dual-stack socket
  if (held.ip.v4 != wanted.ip.v4) return false;
  return held.ip == wanted.ip || held.ip.unspecified() || wanted.ip.unspecified();
}

std::vector<std::string> inodes_listening(const Endpoint& at, const std::string& proc) {
  std::vector<std::string> inodes;
  for (const char* name : {"/net/tcp", "/net/tcp6"}) {
    std::ifstream file(proc + name);
    std::string line;
    std::getline(file, line);  // the column titles
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::array<std::string, 10> columns;
      for (std::string& column : columns) words >> column;
      auto local = parse_local(columns[1]);
      if (columns[3] == "0A" && local && collides(*local, at)) inodes.push_back(columns[9]);
    }
  }
  return inodes;
}

bool holds_one_of(const fs::path& process, const std::vector<std::string>& inodes) {
  std::error_code error;
  for (fs::directory_iterator entry(process / "fd", error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    std::string target = fs::read_symlink(entry->path(), gone).string();
    for (const std::string& inode : inodes) {
      if (target == "socket:[" + inode + "]") return true;
    }
  }
  return false;
}

}  // namespace

std::string PortHolder::text() const {
  return pid == 0 ? "a process that cannot be seen from here" : fmt::format("{} (process {})", name, pid);
}

std::optional<PortHolder> find_port_holder(const Endpoint& at, const std::string& proc) {
  std::vector<std::string> inodes = inodes_listening(at, proc);
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (fs::directory_iterator entry(proc, error), end; !error && entry != end; entry.increment(error)) {
    auto pid = ascii::parse_decimal(entry->path().filename().string());
    if (!pid || !holds_one_of(entry->path(), inodes)) continue;
    PortHolder holder{.pid = static_cast<long>(*pid), .name = {}};
    std::ifstream(entry->path() / "comm") >> std::ws >> holder.name;
    return holder;
  }
  return PortHolder{};
}

}  // namespace porthole::app
