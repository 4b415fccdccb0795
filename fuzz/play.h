// What the targets of whole exchanges share: the input as a list of moves, and a plain reading of what one side has sent, to
// judge what the other side got. Heard is deliberately little: what a message said, and whether it was all there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "http/method.h"
#include "wire/session.h"

namespace porthole::fuzz {

inline void require(bool holds, std::source_location where = std::source_location::current()) {
  if (holds) return;
  std::fprintf(stderr, "%s:%u: does not hold\n", where.file_name(), where.line());
  std::abort();
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}
  bool empty() const { return rest_.empty(); }
  unsigned octet() {
    if (rest_.empty()) return 0;
    auto first = static_cast<unsigned char>(rest_[0]);
    rest_.remove_prefix(1);
    return first;
  }
  std::string_view text(std::size_t wanted) {
    std::string_view taken = rest_.substr(0, wanted);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  // How many octets a move of filling sends: mostly few, sometimes more than any buffer takes. Of these, 2 MB in all: no pair of
  // buffers holds more, and the judge reads what arrived octet by octet (9 MB took it 10 s).
  std::size_t filling(unsigned what) {
    std::size_t much = std::size_t{what} * 1024;
    if (what < 240 || filled_ + much > kFilledMax) return what * std::size_t{8};
    filled_ += much;
    return much;
  }

 private:
  static constexpr std::size_t kFilledMax = 2'000'000;
  std::string_view rest_;
  std::size_t filled_ = 0;
};

struct Heard {
  http::Method method = http::Method::get;  // of the request, or of what is answered
  std::string start;                        // "GET /path", or "200"
  std::string content;
  bool complete = false;
  bool relayed = false;  // a response with Via: not the proxy's own
};

// Reads requests as they arrive; a caller answers each before the next is read.
class RequestReader {
 public:
  RequestReader();
  // Appends to heard(). After an error or a CONNECT nothing more is read.
  void read(std::string_view octets);
  const std::vector<Heard>& heard() const { return heard_; }
  bool broken() const { return broken_; }

 private:
  void take(wire::ServerEvent& event);
  std::deque<std::string> octets_;
  BlockPool blocks_;
  wire::HeadPools pools_;
  std::unique_ptr<wire::ServerSession> session_;
  std::vector<Heard> heard_;
  bool broken_ = false, connected_ = false;
};

enum class Ending : std::uint8_t { open, closed, reset };

struct Responses {
  std::vector<Heard> heard;
  bool broken = false;     // ends with something that is no response, or was cut by the close
  bool malformed = false;  // the former
};
// The responses to `requests`, in order; GET for those beyond. Interim responses are left out.
Responses read_responses(std::string_view octets, const std::vector<Heard>& requests, Ending ending);

// `part` arrived of `whole`: all of it, or the beginning of what was cut.
bool arrived(const Heard& part, const Heard& whole);

}  // namespace porthole::fuzz
