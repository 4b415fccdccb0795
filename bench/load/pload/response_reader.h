// Reads one HTTP/1 response after another out of bytes as they come: RFC 9112 §6.3, as far as an honest peer needs it.
// Sans-I/O. It keeps no body, only its length and, if asked, whether its bytes were those of the pattern.
// Not here: what a broken response means (load.h decides what a failure is), 101 upgrades.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace porthole::pload {

class ResponseReader {
 public:
  enum class Answers : std::uint8_t { kRequest, kConnect };  // a 2xx to CONNECT has no body

  // Gets ready for the next response.
  void begin(Answers answers, bool verify_body);

  // Takes bytes of this response; returns what is left over once it is done.
  std::string_view feed(std::string_view bytes);

  // The peer closed: a body delimited by that is done now; anything else stays as it is, cut short.
  void end_of_stream();

  // So many bytes of body may be thrown away unseen; tell the reader with `discard`.
  std::uint64_t discardable() const { return state_ == State::kLength && !verify_body_ ? left_ : 0; }
  void discard(std::uint64_t bytes);

  bool started() const { return started_; }
  bool done() const { return state_ == State::kDone; }
  bool malformed() const { return state_ == State::kMalformed; }
  int status() const { return status_; }
  bool keep_alive() const { return keep_alive_; }
  bool body_as_expected() const { return body_as_expected_; }
  std::uint64_t body_bytes() const { return body_bytes_; }

 private:
  enum class State : std::uint8_t {
    kStatusLine,
    kFields,
    kLength,
    kChunkSize,
    kChunk,
    kChunkEnd,
    kTrailers,
    kUntilClose,
    kDone,
    kMalformed,
  };

  std::string_view feed_line(std::string_view bytes);
  std::string_view feed_body(std::string_view bytes);
  void on_line(std::string_view line);
  void on_status_line(std::string_view line);
  void on_field(std::string_view line);
  void on_head_end();
  void on_chunk_size(std::string_view line);

  State state_ = State::kStatusLine;
  Answers answers_ = Answers::kRequest;
  bool verify_body_ = false;
  bool started_ = false;
  bool keep_alive_ = false;
  bool chunked_ = false;
  bool has_length_ = false;
  bool body_as_expected_ = true;
  int status_ = 0;
  std::uint64_t left_ = 0;  // of the body, or of this chunk
  std::uint64_t body_bytes_ = 0;
  std::string line_;  // the part of a line that came before the rest of it
};

}  // namespace porthole::pload
