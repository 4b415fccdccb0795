// ClientHello: what a client offers in the first message of TLS (RFC 8446 §4.1.2), read from bytes that pass: nothing is
// consumed, answered or decided here. Only what says where the client wants to go is kept. Whatever the bytes are, room for kMax
// of them is all that is held; what is no well-formed ClientHello is refused as a whole, and nothing is believed of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::tls {

struct ClientHello {
  std::string server_name;              // SNI's host_name (RFC 6066 §3); empty when there is none, or it is no name
  std::vector<std::string> protocols;   // ALPN (RFC 7301), the most wanted first; GREASE and unprintable ones left out
  std::vector<std::uint16_t> versions;  // 0x0304 is 1.3; the most wanted first, GREASE left out
};

// "1.3"; empty for what is no version of TLS or SSL.
std::string_view version_text(std::uint16_t version);

class ClientHelloReader {
 public:
  // Of the message; clients with post-quantum key shares send 1.8 KB, an offered session's ticket may add some. What announces
  // more is refused.
  static constexpr std::size_t kMax = 4 * 1024;
  enum class State : std::uint8_t {
    more,     // it may become one
    read,     // hello() has it
    refused,  // it is none, or a broken one
  };

  // The next bytes from the client, in any portions. What follows the ClientHello is left alone. Final once it is not `more`.
  State feed(std::string_view bytes);
  State state() const { return state_; }
  const ClientHello& hello() const { return hello_; }

 private:
  bool take_record(std::string_view& bytes);
  std::string header_;        // of the record under way, until it is whole
  std::size_t fragment_ = 0;  // bytes of the record still to come
  std::string message_;       // fragments joined
  ClientHello hello_;
  State state_ = State::more;
};

}  // namespace porthole::tls
