// The client's side of HTTP/1.1: reads requests one after the other, writes their responses. Pipelined requests wait,
// unparsed, until the present response has ended (RFC 9112 §9.3.2). Strict: an error ends the connection.
// An idle session owns nothing: the head comes from the pool with the first octet of a request.
#pragma once

#include "wire/h1/content_reader.h"
#include "wire/h1/section_parser.h"
#include "wire/h1/writer.h"
#include "wire/session.h"

namespace porthole::wire::h1 {

class H1ServerSession final : public ServerSession {
 public:
  H1ServerSession(HeadPools& pools, BlockPool& blocks, const Limits& limits);

  void feed(Bytes bytes) override;
  void feed_eof() override { eof_ = true; }
  bool needs_input() const override;
  void poll(ServerEvent& event) override;
  bool idle() const override;

  void send_interim(StreamId stream, const http::ResponseHead& head) override;
  void send_head(StreamId stream, const http::ResponseHead& head, const http::Framing& framing) override;
  void send_data(StreamId stream, Bytes data) override;
  void send_end(StreamId stream, const http::Fields* trailers) override;
  void reset(StreamId stream, const Error& error) override;
  void give_up(ServerEvent& event) override;
  void close_after_this() override { closing_ = true; }

  bool persistent() const override;
  bool client_done() const override { return last_request_read_; }
  ByteQueue& output() override { return output_; }
  Bytes take_over(StreamId stream) override;

  std::uint64_t plain_content_left(StreamId stream) const override;
  void skip_received(StreamId stream, std::uint64_t bytes) override;
  std::uint64_t plain_content_due(StreamId stream) const override;
  void skip_sent(StreamId stream, std::uint64_t bytes) override;

 private:
  enum class Receiving : std::uint8_t {
    head,  // or between messages
    content,
    complete,  // the request was handed out; its response has not ended
    stopped,   // an error, a reset, a tunnel, or nothing may follow
  };
  void poll_head(ServerEvent& event);
  void poll_content(ServerEvent& event);
  void fail(ServerEvent& event, const Error& error);
  void begin_next_when_both_ended();
  bool is_current(StreamId stream) const { return stream == stream_ && stream != 0; }

  HeadPools& pools_;
  Limits limits_;
  StreamId stream_ = 0;
  ByteQueue output_;
  Bytes input_;
  Pooled<http::RequestHead> head_;  // being received
  SectionParser parser_;
  ContentReader content_;
  ContentWriter response_;
  Receiving receiving_ = Receiving::head;
  bool response_ended_ = false;
  bool http10_ = false;  // the present request's version
  bool eof_ = false;
  bool closing_ = false;
  bool last_request_ = false;       // the client says so
  bool last_request_read_ = false;  // and nothing came after it
};

}  // namespace porthole::wire::h1
