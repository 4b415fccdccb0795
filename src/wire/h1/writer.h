// Writing messages (RFC 9112): heads in one piece, chunks around data that is shared and not copied. Heads are composed by
// http/forward_*.h or by the proxy itself and are trusted; debug builds check that no value holds a line ending.
#pragma once

#include "base/byte_queue.h"
#include "http/framing.h"
#include "http/head.h"

namespace porthole::wire::h1 {

void write_head(ByteQueue& out, const http::RequestHead& head);
void write_head(ByteQueue& out, const http::ResponseHead& head);

// The content of one message on its way out.
class ContentWriter {
 public:
  void begin(const http::Framing& framing);
  // Content beyond the announced length is a bug of ours.
  void data(ByteQueue& out, Bytes bytes);
  // False when the announced length was not reached: the connection must not be used again. `trailers` may be null; they
  // are left out unless the content is chunked.
  bool end(ByteQueue& out, const http::Fields* trailers);

  // Octets that may still be written past `out` as they are; 0 unless their number was announced.
  std::uint64_t plain_due() const { return kind_ == http::Framing::Kind::length ? left_ : 0; }
  void skip(std::uint64_t bytes);

 private:
  http::Framing::Kind kind_ = http::Framing::Kind::none;
  std::uint64_t left_ = 0;
};

}  // namespace porthole::wire::h1
