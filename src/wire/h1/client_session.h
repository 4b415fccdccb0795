// The server's side of HTTP/1.1: writes one request at a time, reads its response. Octets that nobody asked for end the
// connection and are never taken for the next response (bad-inputs 40, 41).
#pragma once

#include "wire/h1/content_reader.h"
#include "wire/h1/section_parser.h"
#include "wire/h1/writer.h"
#include "wire/session.h"

namespace porthole::wire::h1 {

class H1ClientSession final : public ClientSession {
 public:
  H1ClientSession(HeadPools& pools, BlockPool& blocks, const Limits& limits);

  void feed(Bytes bytes) override;
  void feed_eof() override { eof_ = true; }
  bool needs_input() const override;
  void poll(ClientEvent& event) override;

  bool available() const override;
  StreamId open() override;
  void send_head(StreamId stream, const http::RequestHead& head, const http::Framing& framing) override;
  void send_data(StreamId stream, Bytes data) override;
  void send_end(StreamId stream, const http::Fields* trailers) override;
  void reset(StreamId stream) override;
  bool persistent() const override;
  ByteQueue& output() override { return output_; }

  Bytes take_over(StreamId stream) override;
  std::uint64_t plain_content_left(StreamId stream) const override;
  void skip_received(StreamId stream, std::uint64_t bytes) override;
  std::uint64_t plain_content_due(StreamId stream) const override;
  void skip_sent(StreamId stream, std::uint64_t bytes) override;

 private:
  enum class Receiving : std::uint8_t {
    nothing,  // no request is outstanding
    head,
    content,
    switched,  // 101, or 2xx to CONNECT: take_over() is next
    stopped,   // an error, a reset, a take-over
  };
  void poll_head(ClientEvent& event);
  void poll_content(ClientEvent& event);
  void take_head(ClientEvent& event);
  void take_interim(ClientEvent& event);
  void take_eof(ClientEvent& event);
  void fail(ClientEvent& event, const Error& error);
  void end_response(ClientEvent& event);
  bool is_current(StreamId stream) const { return stream == stream_ && stream != 0; }

  HeadPools& pools_;
  Limits limits_;
  StreamId stream_ = 0;
  std::uint32_t interims_ = 0;
  ByteQueue output_;
  Bytes input_;
  Pooled<http::ResponseHead> head_;  // being received
  SectionParser parser_;
  ContentReader content_;
  ContentWriter request_;
  Receiving receiving_ = Receiving::nothing;
  http::Method method_ = http::Method::get;
  bool request_ended_ = true;
  bool asked_to_upgrade_ = false;
  bool answered_ = false;  // an octet of the response has arrived
  bool eof_ = false;
  bool closing_ = false;  // no further request on this connection
};

}  // namespace porthole::wire::h1
