// Reader: HTTP/1.1 messages as the actors read them. Written apart from src/wire and much simpler, because it judges what the
// program wrote: that is always canonical, so anything unusual is a violation and not a tolerance.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porthole::sim {

struct Head {
  std::string start;  // the start line
  std::vector<std::pair<std::string, std::string>> fields;
  // The first value, or empty. `name` as the program writes it.
  std::string_view value(std::string_view name) const;
  bool has(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  int status() const;                  // of a response
  std::string_view word(int i) const;  // of the start line
};

class ReaderUser {
 public:
  virtual void on_head(const Head& head) = 0;
  virtual void on_content(std::string_view bytes) = 0;
  virtual void on_message_end(bool trailers) = 0;
  virtual void on_nonsense(const char* why) = 0;  // nothing follows

 protected:
  ~ReaderUser() = default;
};

class Reader {
 public:
  enum class Role : std::uint8_t { requests, responses };
  Reader(Role role, ReaderUser& user) : role_(role), user_(user) {}

  void feed(std::string_view bytes);
  // The peer's FIN: ends close-delimited content. False: it cut a message short.
  bool end();
  // Set in on_head() of a response to HEAD, or of a 2xx to CONNECT or a 101: no content follows.
  void no_content() { content_forbidden_ = true; }
  // Everything from here on goes to nobody; what was not read yet is given out.
  std::string stop();
  bool inside_message() const { return state_ != State::head || !buffer_.empty(); }

 private:
  enum class State : std::uint8_t { head, length, chunk_line, chunk, chunk_end, trailers, until_close, stopped };
  bool step();
  bool read_head();
  void begin_content(const Head& head);
  bool line(std::string_view& out);
  void content(std::size_t n);
  void message_end(bool trailers);
  void nonsense(const char* why);
  Role role_;
  ReaderUser& user_;
  std::string buffer_;
  State state_ = State::head;
  std::uint64_t left_ = 0;
  bool content_forbidden_ = false;
  bool had_trailers_ = false;
};

}  // namespace porthole::sim
