// One blocking TCP connection on loopback, with a buffer for reading lines and content. Every call is bounded by a time-out of
// the socket. Errors are told by false or an empty optional: what they mean is the caller's matter.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>

namespace porthole::mixed {

class Connection {
 public:
  Connection() = default;
  explicit Connection(int descriptor);
  Connection(Connection&& other) noexcept { *this = std::move(other); }
  Connection& operator=(Connection&& other) noexcept;
  ~Connection();

  // From one of 64 source addresses, so that short connections do not run out of ports.
  bool connect(const sockaddr_in& to, unsigned source);
  bool open() const { return descriptor_ >= 0; }
  void close();
  void reset();  // RST
  void finish_writing();

  bool send(std::string_view bytes);
  // Without the end of line. Nothing: the peer closed, or the line is too long.
  std::optional<std::string_view> line();
  // Some bytes of what comes, at most `most`; valid until the next call. Empty: the peer closed.
  std::string_view some(std::size_t most);
  bool at_end();  // the peer has closed in order, and nothing is left to read

 private:
  bool fill();
  int descriptor_ = -1;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool ended_ = false;  // by a FIN
};

// How content ends.
struct Framing {
  bool chunked = false;
  std::optional<std::uint64_t> length;  // else until the connection ends, in a response
};

// A head, as far as this tool needs it.
struct Head {
  std::string first_line;
  Framing framing;
  bool close = false;
};
std::optional<Head> read_head(Connection& connection);

// Reads content and compares it with what is expected. `whole`: it came to its end; `right`: no byte was another.
struct Content {
  bool whole = false;
  bool right = true;
  std::uint64_t bytes = 0;
};
struct Pace {
  std::size_t piece = 256 * 1024;
  std::chrono::microseconds pause{};
  std::uint64_t stop_after = UINT64_MAX;  // bytes: then it is left there, not whole
};
Content read_content(Connection& connection, const Framing& framing, std::string_view expected, const Pace& pace);

// Content in chunks of many sizes.
bool send_chunked(Connection& connection, std::string_view content, std::uint64_t random, bool trailer);

}  // namespace porthole::mixed
