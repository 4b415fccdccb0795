// See fake_session.h.
#include "support/fake_session.h"

#include <charconv>
#include <optional>

namespace porthole::test {
namespace {

using http::Framing;
using wire::StreamId;

// One frame: "ID WORD rest", the tab-separated fields behind it, or DATA's octets.
struct Frame {
  StreamId stream = 0;
  std::string word;
  std::string rest;
  std::vector<std::string> fields;
  std::string data;
};

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string up_to(std::string& text, char separator) {
  std::size_t end = text.find(separator);
  std::string first = text.substr(0, end);
  text.erase(0, end == std::string::npos ? end : end + 1);
  return first;
}

class FrameReader {
 public:
  void add(const Bytes& bytes) { text_.append(bytes.view()); }
  bool empty() const { return text_.empty(); }

  std::optional<Frame> next() {
    std::size_t end = text_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = text_.substr(0, end);
    Frame frame;
    std::string first = up_to(line, '\t');
    frame.stream = static_cast<StreamId>(number(up_to(first, ' ')));
    frame.word = up_to(first, ' ');
    frame.rest = first;
    while (!line.empty()) frame.fields.push_back(up_to(line, '\t'));
    std::size_t size = 0;
    if (frame.word == "DATA") {
      size = number(frame.rest);
      if (text_.size() < end + 1 + size + 1) return std::nullopt;
      frame.data = text_.substr(end + 1, size);
      ++size;
    }
    text_.erase(0, end + 1 + size);
    return frame;
  }

 private:
  std::string text_;
};

void add_fields(const Frame& frame, http::Fields& fields, http::TextArena& arena) {
  for (std::string_view line : frame.fields) {
    std::size_t colon = line.find(": ");
    fields.add(arena.copy(line.substr(0, colon)), arena.copy(line.substr(colon + 2)));
  }
}

Framing framing_of(const http::Fields& fields, bool may_have_content) {
  if (const http::Field* length = fields.find(http::FieldName::content_length)) {
    return {.kind = Framing::Kind::length, .length = number(length->value)};
  }
  return {.kind = may_have_content ? Framing::Kind::chunked : Framing::Kind::none};
}

// The section's raw text anchors the views: a trailer section has no arena.
Pooled<http::TrailerSection> trailers_of(const Frame& frame, wire::HeadPools& pools) {
  if (frame.fields.empty()) return {};
  Pooled<http::TrailerSection> trailers = pools.trailers.take();
  for (const std::string& line : frame.fields) trailers->raw += line + "\n";
  std::string_view rest = trailers->raw;
  for (const std::string& line : frame.fields) {
    std::size_t colon = line.find(": ");
    trailers->fields.add(rest.substr(0, colon), rest.substr(colon + 2, line.size() - colon - 2));
    rest.remove_prefix(line.size() + 1);
  }
  return trailers;
}

Bytes bytes_of(BlockPool& blocks, std::string_view text) {
  ByteQueue queue(blocks);
  std::memcpy(queue.reserve(text.size()), text.data(), text.size());
  queue.commit(text.size());
  return text.empty() ? Bytes() : queue.pop();
}

// What both sides share: frames in, lines out, one small state per stream.
template <class Event>
class Codec {
 public:
  Codec(wire::HeadPools& pools, BlockPool& blocks) : pools_(pools), blocks_(blocks), output_(blocks) {}

 protected:
  struct Stream {
    bool received = false;  // END came
    bool sent = false;      // END went
  };

  void write(StreamId stream, std::string_view word, std::string_view rest, const http::Fields* fields) {
    std::string line = std::to_string(stream) + " " + std::string(word);
    if (!rest.empty()) line += " " + std::string(rest);
    if (fields) {
      for (const http::Field& field : *fields) {
        line += "\t" + std::string(field.name) + ": " + std::string(field.value);
      }
    }
    output_.append(line + "\n");
  }
  void write_data(StreamId stream, const Bytes& data) {
    write(stream, "DATA", std::to_string(data.size()), nullptr);
    output_.append(std::string(data.view()) + "\n");
  }
  void clear(Event& event) {
    event.kind = Event::Kind::none;
    event.stream = 0;
    event.head.reset();
    event.data.clear();
    event.trailers.reset();
  }
  // DATA and END are the same both ways. False when the frame is another, or for a stream that is gone.
  void take_content(Event& event, const Frame& frame) {
    event.stream = frame.stream;
    if (frame.word == "DATA") {
      event.kind = Event::Kind::data;
      event.data = bytes_of(blocks_, frame.data);
    } else {
      event.kind = Event::Kind::end;
      event.trailers = trailers_of(frame, pools_);
      streams_[frame.stream].received = true;
      forget_ended(frame.stream);
    }
  }
  void forget_ended(StreamId stream) {
    auto found = streams_.find(stream);
    if (found != streams_.end() && found->second.received && found->second.sent) streams_.erase(found);
  }
  void sent_end(StreamId stream) {
    streams_[stream].sent = true;
    forget_ended(stream);
  }

  wire::HeadPools& pools_;
  BlockPool& blocks_;
  ByteQueue output_;
  FrameReader reader_;
  std::map<StreamId, Stream> streams_;
  bool eof_ = false;
  bool closing_ = false;
};

class FakeServerSession final : public wire::ServerSession, Codec<wire::ServerEvent> {
 public:
  using Codec::Codec;

  void feed(Bytes bytes) override { reader_.add(bytes); }
  void feed_eof() override { eof_ = true; }
  bool needs_input() const override { return !eof_; }
  bool idle() const override { return streams_.empty() && reader_.empty(); }
  bool persistent() const override { return !closing_ && !eof_; }
  ByteQueue& output() override { return output_; }
  void close_after_this() override { closing_ = true; }

  void poll(wire::ServerEvent& event) override {
    clear(event);
    while (std::optional<Frame> frame = reader_.next()) {
      if (frame->word == "HEAD") return take_head(event, *frame);
      auto stream = streams_.find(frame->stream);
      if (stream == streams_.end()) continue;  // it was reset
      if (frame->word != "RESET") return take_content(event, *frame);
      fail(event, frame->stream);
      return;
    }
    if (!eof_) return;
    for (auto& [id, stream] : streams_) {
      if (!stream.received) return fail(event, id);
    }
  }

  void send_interim(StreamId stream, const http::ResponseHead& head) override {
    write(stream, "INTERIM", std::to_string(head.status) + " " + std::string(head.reason), &head.fields);
  }
  void send_head(StreamId stream, const http::ResponseHead& head, const Framing&) override {
    PH_ASSERT(streams_.contains(stream));
    write(stream, "HEAD", std::to_string(head.status) + " " + std::string(head.reason), &head.fields);
  }
  void send_data(StreamId stream, Bytes data) override { write_data(stream, data); }
  void send_end(StreamId stream, const http::Fields* trailers) override {
    write(stream, "END", "", trailers);
    sent_end(stream);
  }
  void reset(StreamId stream, const Error& error) override {
    if (streams_.erase(stream) > 0) write(stream, "RESET", token_text(error.token), nullptr);
  }

  // Never with a stream of its own: no test gives up a fake head that has begun.
  void give_up(wire::ServerEvent& event) override {
    closing_ = true;
    event.stream = 0;
  }

  Bytes take_over(StreamId) override { return {}; }
  std::uint64_t plain_content_left(StreamId) const override { return 0; }
  void skip_received(StreamId, std::uint64_t) override {}
  std::uint64_t plain_content_due(StreamId) const override { return 0; }
  void skip_sent(StreamId, std::uint64_t) override {}

 private:
  void take_head(wire::ServerEvent& event, const Frame& frame) {
    streams_[frame.stream] = {};
    event.stream = frame.stream;
    event.head = pools_.requests.take();
    http::RequestHead& head = *event.head;
    std::string rest = frame.rest;
    head.method_text = head.arena.copy(up_to(rest, ' '));
    head.method = http::method_of(head.method_text);
    head.target_text = head.arena.copy(rest);
    add_fields(frame, head.fields, head.arena);
    event.kind = wire::ServerEvent::Kind::head;
    bool content = !http::is_idempotent(head.method) || head.method == http::Method::put;
    event.framing = framing_of(head.fields, content && head.method != http::Method::connect);
    Result<http::Target> target = http::parse_target(head.target_text, head.method);
    if (target) {
      head.target = *target;
    } else {
      event.kind = wire::ServerEvent::Kind::error;
      event.error = target.error();
    }
  }
  void fail(wire::ServerEvent& event, StreamId stream) {
    streams_.erase(stream);
    event.kind = wire::ServerEvent::Kind::error;
    event.stream = stream;
    event.error = {.token = Token::connection_terminated, .side = Side::client, .detail = "the client gave up"};
  }
};

class FakeClientSession final : public wire::ClientSession, Codec<wire::ClientEvent> {
 public:
  using Codec::Codec;

  void feed(Bytes bytes) override { reader_.add(bytes); }
  void feed_eof() override { eof_ = true; }
  bool needs_input() const override { return !eof_; }
  bool available() const override { return persistent(); }
  bool persistent() const override { return !closing_ && !eof_; }
  ByteQueue& output() override { return output_; }

  void poll(wire::ClientEvent& event) override {
    clear(event);
    while (std::optional<Frame> frame = reader_.next()) {
      auto stream = streams_.find(frame->stream);
      if (stream == streams_.end()) continue;
      if (frame->word == "DATA" || frame->word == "END") return take_content(event, *frame);
      if (frame->word == "RESET") return fail(event, frame->stream);
      return take_head(event, *frame);
    }
    if (eof_ && !streams_.empty()) fail(event, streams_.begin()->first);
  }

  StreamId open() override {
    PH_ASSERT(available());
    streams_[++last_] = {};
    return last_;
  }
  void send_head(StreamId stream, const http::RequestHead& head, const Framing&) override {
    write(stream, "HEAD", std::string(head.method_text) + " " + std::string(head.target_text), &head.fields);
  }
  void send_data(StreamId stream, Bytes data) override { write_data(stream, data); }
  void send_end(StreamId stream, const http::Fields* trailers) override {
    write(stream, "END", "", trailers);
    sent_end(stream);
  }
  void reset(StreamId stream) override {
    if (streams_.erase(stream) > 0) write(stream, "RESET", "", nullptr);
  }

  Bytes take_over(StreamId) override { return {}; }
  std::uint64_t plain_content_left(StreamId) const override { return 0; }
  void skip_received(StreamId, std::uint64_t) override {}
  std::uint64_t plain_content_due(StreamId) const override { return 0; }
  void skip_sent(StreamId, std::uint64_t) override {}

 private:
  void take_head(wire::ClientEvent& event, const Frame& frame) {
    event.kind = frame.word == "INTERIM" ? wire::ClientEvent::Kind::interim : wire::ClientEvent::Kind::head;
    event.stream = frame.stream;
    event.head = pools_.responses.take();
    http::ResponseHead& head = *event.head;
    std::string rest = frame.rest;
    head.status = static_cast<std::uint16_t>(number(up_to(rest, ' ')));
    head.reason = head.arena.copy(rest);
    add_fields(frame, head.fields, head.arena);
    event.framing = framing_of(head.fields, head.status >= 200 && head.status != 204 && head.status != 304);
  }
  void fail(wire::ClientEvent& event, StreamId stream) {
    streams_.erase(stream);
    event.kind = wire::ClientEvent::Kind::error;
    event.stream = stream;
    event.error = upstream_error(Token::connection_terminated, "the server gave up");
  }

  StreamId last_ = 0;
};

}  // namespace

std::unique_ptr<wire::ServerSession> make_fake_server_session(wire::HeadPools& pools, BlockPool& blocks) {
  return std::make_unique<FakeServerSession>(pools, blocks);
}

std::unique_ptr<wire::ClientSession> make_fake_client_session(wire::HeadPools& pools, BlockPool& blocks) {
  return std::make_unique<FakeClientSession>(pools, blocks);
}

}  // namespace porthole::test
