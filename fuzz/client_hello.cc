// ClientHellos: cuts change nothing, what is kept is few and can be printed, nothing is believed of what is refused, and a hello
// made of what was read says the same. Input: an octet for the size of the cuts, then what a client sends.
#include "tls/client_hello.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace tls = porthole::tls;

namespace {

using State = tls::ClientHelloReader::State;

void require(bool condition) {
  if (!condition) std::abort();
}

bool same(const tls::ClientHello& a, const tls::ClientHello& b) {
  return a.server_name == b.server_name && a.protocols == b.protocols && a.versions == b.versions;
}

tls::ClientHelloReader read(std::string_view bytes, std::size_t cut) {
  tls::ClientHelloReader reader;
  while (!bytes.empty()) {
    reader.feed(bytes.substr(0, cut));
    bytes.remove_prefix(std::min(cut, bytes.size()));
  }
  return reader;
}

void require_text(std::string_view text, std::size_t most) {
  require(text.size() <= most);
  for (char c : text) require(c > ' ' && c < 0x7f && c != ',');
}

std::string number(std::size_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i > 0; --i) out += static_cast<char>(value >> 8 * (i - 1) & 0xff);
  return out;
}
std::string vector(std::size_t length_bytes, const std::string& content) {
  return number(content.size(), length_bytes) + content;
}

std::string written(const tls::ClientHello& hello) {
  std::string extensions, list;
  if (!hello.server_name.empty())
    extensions += number(0, 2) + vector(2, vector(2, std::string(1, '\0') + vector(2, hello.server_name)));
  for (const std::string& name : hello.protocols) list += vector(1, name);
  if (!list.empty()) extensions += number(16, 2) + vector(2, vector(2, list));
  list.clear();
  for (std::uint16_t version : hello.versions) list += number(version, 2);
  extensions += number(43, 2) + vector(2, vector(1, list));
  std::string body = number(0x0303, 2) + std::string(32, 'r') + vector(1, "") + vector(2, number(0x1301, 2)) +
                     vector(1, std::string(1, '\0')) + vector(2, extensions);
  return number(22, 1) + number(0x0301, 2) + vector(2, number(1, 1) + vector(3, body));
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  tls::ClientHelloReader whole = read(bytes, SIZE_MAX);
  for (std::size_t cut : {std::size_t{1}, std::size_t{1} + data[0]}) {
    tls::ClientHelloReader other = read(bytes, cut);
    require(other.state() == whole.state() && same(other.hello(), whole.hello()));
  }
  const tls::ClientHello& hello = whole.hello();
  if (whole.state() != State::read) {
    require(hello.server_name.empty() && hello.protocols.empty() && hello.versions.empty());
    return 0;
  }
  require(!hello.versions.empty() && hello.versions.size() <= 16 && hello.protocols.size() <= 16);
  require_text(hello.server_name, 253);
  for (const std::string& name : hello.protocols) require_text(name, 255);
  std::string again = written(hello);
  if (again.size() > 5 + tls::ClientHelloReader::kMax) return 0;  // by the versions, which an old hello does not list
  tls::ClientHelloReader second = read(again, SIZE_MAX);
  require(second.state() == State::read && same(second.hello(), hello));
  return 0;
}
