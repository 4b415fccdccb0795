// See client_hello.h. A Walk reads lengths and what they measure; after the first that does not fit everything is empty.
#include "tls/client_hello.h"

#include <algorithm>
#include <utility>

namespace porthole::tls {
namespace {

constexpr std::size_t kRecordHeader = 5, kMessageHeader = 4;
constexpr std::size_t kFragmentMax = 1 << 14;  // RFC 8446 §5.1
constexpr char kHandshake = 22, kClientHello = 1;
constexpr std::size_t kListMax = 16;   // names and versions that are kept
constexpr std::size_t kNameMax = 253;  // RFC 1035 §2.3.4, as text

enum Extension : std::uint16_t { kServerName = 0, kAlpn = 16, kSupportedVersions = 43 };

class Walk {
 public:
  explicit Walk(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      good_ = false;
      rest_ = {};
      return {};
    }
    std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::size_t number(std::size_t bytes) {
    std::size_t value = 0;
    for (char byte : take(bytes)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  // A vector behind its length in so many bytes, which is not less than `least`.
  std::string_view vector(std::size_t length_bytes, std::size_t least = 0) {
    std::size_t size = number(length_bytes);
    if (size < least) good_ = false;
    return take(size);
  }
  bool more() const { return good_ && !rest_.empty(); }
  bool good() const { return good_; }
  // Everything was read, and it fitted.
  bool whole() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

// RFC 8701: values that mean nothing, sent so that nobody comes to rely on a list.
bool grease(std::size_t value) { return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff); }
bool grease(std::string_view name) {
  return name.size() == 2 && grease(static_cast<std::size_t>(static_cast<unsigned char>(name[0])) << 8 |
                                    static_cast<unsigned char>(name[1]));
}

// Visible, and without the comma that stands between the members of a list.
bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f && c != ','; });
}

// RFC 6066 §3: a list, of which only the first host_name (0) counts.
bool read_server_name(std::string_view data, ClientHello& hello) {
  Walk extension(data);
  Walk list(extension.vector(2, 1));
  while (list.more()) {
    std::size_t type = list.number(1);
    std::string_view name = list.vector(2, 1);
    if (type == 0 && hello.server_name.empty() && name.size() <= kNameMax && printable(name)) hello.server_name = name;
  }
  return list.good() && extension.whole();
}

// RFC 7301 §3.1
bool read_alpn(std::string_view data, ClientHello& hello) {
  Walk extension(data);
  Walk list(extension.vector(2, 2));
  while (list.more()) {
    std::string_view name = list.vector(1, 1);
    if (!grease(name) && printable(name) && hello.protocols.size() < kListMax) hello.protocols.emplace_back(name);
  }
  return list.good() && extension.whole();
}

// RFC 8446 §4.2.1
bool read_versions(std::string_view data, ClientHello& hello) {
  Walk extension(data);
  Walk list(extension.vector(1, 2));
  while (list.more()) {
    std::size_t version = list.number(2);
    if (!grease(version) && hello.versions.size() < kListMax)
      hello.versions.push_back(static_cast<std::uint16_t>(version));
  }
  return list.good() && extension.whole();
}

bool read_extensions(std::string_view data, ClientHello& hello) {
  Walk extensions(data);
  unsigned seen = 0;  // of those we read; a second one of a kind is refused (RFC 8446 §4.2)
  while (extensions.more()) {
    std::size_t type = extensions.number(2);
    std::string_view content = extensions.vector(2);
    if (!extensions.good()) return false;
    bool (*read)(std::string_view, ClientHello&) = nullptr;
    unsigned bit = 0;
    switch (type) {
      case kServerName: read = read_server_name, bit = 1; break;
      case kAlpn: read = read_alpn, bit = 2; break;
      case kSupportedVersions: read = read_versions, bit = 4; break;
      default: continue;
    }
    if ((seen & bit) != 0 || !read(content, hello)) return false;
    seen |= bit;
  }
  return extensions.whole();
}

// RFC 8446 §4.1.2, and RFC 5246 §7.4.1.2 for those without extensions.
bool read_hello(std::string_view body, ClientHello& hello) {
  Walk walk(body);
  auto legacy_version = static_cast<std::uint16_t>(walk.number(2));
  if (legacy_version >> 8 != 3) return false;
  walk.take(32);                                        // random
  if (walk.vector(1).size() > 32) return false;         // session id
  if (walk.vector(2, 2).size() % 2 != 0) return false;  // cipher suites
  walk.vector(1, 1);                                    // compression methods
  if (walk.more() && !read_extensions(walk.vector(2), hello)) return false;
  if (hello.versions.empty()) hello.versions.push_back(legacy_version);
  return walk.whole();
}

}  // namespace

std::string_view version_text(std::uint16_t version) {
  switch (version) {
    case 0x0304: return "1.3";
    case 0x0303: return "1.2";
    case 0x0302: return "1.1";
    case 0x0301: return "1.0";
    case 0x0300: return "SSL 3.0";
    default: return {};
  }
}

ClientHelloReader::State ClientHelloReader::feed(std::string_view bytes) {
  while (state_ == State::more && !bytes.empty()) {
    if (!take_record(bytes)) {
      state_ = State::refused;
      break;
    }
    if (message_.size() < kMessageHeader) continue;
    Walk header(message_);
    bool hello = header.take(1)[0] == kClientHello;
    std::size_t size = header.number(3);
    if (!hello || size > kMax - kMessageHeader) {
      state_ = State::refused;
    } else if (message_.size() - kMessageHeader >= size) {
      state_ =
          read_hello(std::string_view(message_).substr(kMessageHeader, size), hello_) ? State::read : State::refused;
    }
  }
  if (state_ == State::refused) hello_ = {};
  if (state_ != State::more) {
    std::string().swap(message_);
    std::string().swap(header_);
  }
  return state_;
}

// Takes what is there of a record: of its header, then of its fragment. False when it is no record of a handshake.
bool ClientHelloReader::take_record(std::string_view& bytes) {
  if (fragment_ == 0) {
    std::size_t part = std::min(kRecordHeader - header_.size(), bytes.size());
    header_ += bytes.substr(0, part);
    bytes.remove_prefix(part);
    if (header_[0] != kHandshake || (header_.size() > 1 && header_[1] != 3)) return false;
    if (header_.size() < kRecordHeader) return true;
    Walk length(std::string_view(header_).substr(3));
    fragment_ = length.number(2);
    header_.clear();
    return fragment_ > 0 && fragment_ <= kFragmentMax;
  }
  std::size_t part = std::min({fragment_, bytes.size(), kMax - message_.size()});
  if (part == 0) return false;  // more than any ClientHello
  if (message_.empty()) message_.reserve(kMax);
  message_ += bytes.substr(0, part);
  bytes.remove_prefix(part);
  fragment_ -= part;
  return true;
}

}  // namespace porthole::tls
