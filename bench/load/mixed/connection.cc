// See connection.h.
#include "mixed/connection.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <thread>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mixed/plan.h"

namespace porthole::mixed {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr int kTimeoutSeconds = 30;
constexpr unsigned kSources = 64;

void set_up(int descriptor) {
  const int on = 1;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  timeval limit{.tv_sec = kTimeoutSeconds, .tv_usec = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Connection::Connection(int descriptor) : descriptor_(descriptor), buffer_(kBufferBytes) { set_up(descriptor); }

Connection& Connection::operator=(Connection&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(buffer_, other.buffer_);
  std::swap(begin_, other.begin_);
  std::swap(end_, other.end_);
  std::swap(ended_, other.ended_);
  return *this;
}

Connection::~Connection() { close(); }

bool Connection::connect(const sockaddr_in& to, unsigned source) {
  *this = Connection(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!open()) return false;
  const int on = 1;
  setsockopt(descriptor_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in from{};
  from.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + source % kSources);
  if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0 &&
      ::connect(descriptor_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0)
    return true;
  close();
  return false;
}

void Connection::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Connection::reset() {
  if (descriptor_ < 0) return;
  linger hard{.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close();
}

void Connection::finish_writing() { ::shutdown(descriptor_, SHUT_WR); }

bool Connection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

bool Connection::fill() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ == buffer_.size()) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  ssize_t n = -1;
  do n = ::recv(descriptor_, buffer_.data() + end_, buffer_.size() - end_, 0);
  while (n < 0 && errno == EINTR);
  ended_ = n == 0;
  if (n <= 0) return false;
  end_ += static_cast<std::size_t>(n);
  return true;
}

std::optional<std::string_view> Connection::line() {
  std::size_t looked = 0;
  while (true) {
    const char* from = buffer_.data() + begin_;
    const void* found = std::memchr(from + looked, '\n', end_ - begin_ - looked);
    if (found) {
      std::string_view text(from, static_cast<std::size_t>(static_cast<const char*>(found) - from));
      begin_ += text.size() + 1;
      if (!text.empty() && text.back() == '\r') text.remove_suffix(1);
      return text;
    }
    looked = end_ - begin_;
    if (looked > buffer_.size() / 2 || !fill()) return std::nullopt;
  }
}

std::string_view Connection::some(std::size_t most) {
  if (begin_ == end_ && !fill()) return {};
  std::string_view text(buffer_.data() + begin_, std::min(most, end_ - begin_));
  begin_ += text.size();
  return text;
}

bool Connection::at_end() { return begin_ == end_ && (ended_ || (!fill() && ended_)); }

std::optional<Head> read_head(Connection& connection) {
  Head head;
  auto first = connection.line();
  if (!first) return std::nullopt;
  head.first_line = *first;
  while (true) {
    auto line = connection.line();
    if (!line) return std::nullopt;
    if (line->empty()) return head;
    std::size_t colon = line->find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    std::string_view name = line->substr(0, colon), value = line->substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (same_name(name, "content-length")) {
      std::uint64_t length = 0;
      std::from_chars(value.data(), value.data() + value.size(), length);
      head.framing.length = length;
    } else if (same_name(name, "transfer-encoding")) {
      head.framing.chunked = true;
    } else if (same_name(name, "connection")) {
      head.close = same_name(value, "close");
    }
  }
}

namespace {

// Compares what comes with `expected`, from where it stands.
class Comparison {
 public:
  Comparison(Connection& connection, std::string_view expected, const Pace& pace)
      : connection_(connection), expected_(expected), pace_(pace) {}

  // Takes `length` bytes, or all there are. False: they did not come, or enough was read.
  bool take(std::uint64_t length) {
    while (length > 0) {
      if (content.bytes >= pace_.stop_after) return false;
      std::string_view bytes = connection_.some(std::min<std::uint64_t>(length, pace_.piece));
      if (bytes.empty()) return false;
      content.right &=
          expected_.substr(std::min<std::uint64_t>(content.bytes, expected_.size()), bytes.size()) == bytes;
      content.bytes += bytes.size();
      length -= bytes.size();
      if (pace_.pause.count() > 0) std::this_thread::sleep_for(pace_.pause);
    }
    return true;
  }
  Content content;

 private:
  Connection& connection_;
  std::string_view expected_;
  const Pace& pace_;
};

bool take_chunks(Connection& connection, Comparison& comparison) {
  while (true) {
    auto line = connection.line();
    std::uint64_t size = 0;
    if (!line || std::from_chars(line->data(), line->data() + line->size(), size, 16).ec != std::errc()) return false;
    if (size == 0) break;
    if (!comparison.take(size)) return false;
    auto end = connection.line();
    if (!end || !end->empty()) return false;
  }
  while (true) {  // trailers
    auto line = connection.line();
    if (!line) return false;
    if (line->empty()) return true;
  }
}

}  // namespace

Content read_content(Connection& connection, const Framing& framing, std::string_view expected, const Pace& pace) {
  Comparison comparison(connection, expected, pace);
  bool whole = false;
  if (framing.chunked) {
    whole = take_chunks(connection, comparison);
  } else if (framing.length) {
    whole = comparison.take(*framing.length);
  } else {
    comparison.take(UINT64_MAX);
    whole = connection.at_end();
  }
  comparison.content.whole = whole;
  if (whole) comparison.content.right &= comparison.content.bytes == expected.size();
  return comparison.content;
}

bool send_chunked(Connection& connection, std::string_view content, std::uint64_t random, bool trailer) {
  std::string out;
  for (std::uint64_t i = 0; !content.empty(); ++i) {
    std::uint64_t wanted = mix(random + i) % 4 == 0 ? 1 + mix(random + i) % 16 : 1 + mix(random + i) % 32'768;
    std::string_view piece = content.substr(0, wanted);
    content.remove_prefix(piece.size());
    char size[20];
    out.append(size, std::to_chars(size, size + sizeof size, piece.size(), 16).ptr);
    out.append("\r\n").append(piece).append("\r\n");
    if (out.size() >= 32'768 && !connection.send(std::exchange(out, {}))) return false;
  }
  out += trailer ? "0\r\nDigest: none\r\n\r\n" : "0\r\n\r\n";
  return connection.send(out);
}

}  // namespace porthole::mixed
