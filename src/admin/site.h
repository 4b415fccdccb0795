// Site: what one of our own listeners answers. The server and its visitors carry HTTP; a Site decides, from a head, then from the
// content when there is some. Answers are small texts, or Feeds: content that comes piece by piece, at the visitor's pace. What
// another thread has to say first is a Later.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/units.h"
#include "http/head.h"

namespace porthole::admin {

// Content made while it is sent. Pulled only while the visitor takes what came before, so nothing queues up.
class Feed {
 public:
  // Pull again at once, when others had their turn, after interval(), never; or what was promised cannot be given, and the
  // connection ends.
  enum class State : std::uint8_t { more, turn, wait, done, broken };
  virtual ~Feed() = default;
  // Appends what is there now to `piece`: 256 KiB or so at most.
  virtual State pull(std::string& piece, Instant now) = 0;
  // How long to wait after `wait`.
  virtual Duration interval() const { return std::chrono::milliseconds(50); }
  // It goes on until the visitor leaves: a visitor that has sent its FIN has left.
  virtual bool endless() const { return false; }
};

struct Answer;

// An answer that somebody else is making. Destroyed when the visitor leaves: then nobody waits for it.
class Later {
 public:
  virtual ~Later() = default;
  // Asked each interval() until it is there: soon, and in any case within the patience that it has itself.
  virtual std::optional<Answer> look(Instant now) = 0;
  static constexpr Duration interval() { return std::chrono::milliseconds(5); }
};

struct Answer {
  std::uint16_t status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> fields = {};  // beside Content-Type, Content-Length and Date
  std::unique_ptr<Feed> feed = {};                               // instead of `body`
  std::optional<ByteCount> feed_length = {};                     // what the feed will give, when it is known
  std::unique_ptr<Later> later = {};  // instead of all else but `fields`, which go behind the later one's
};

class Site {
 public:
  virtual ~Site() = default;
  // What can be said without the content: refusals first of all. Nothing: go on.
  virtual std::optional<Answer> screen(const http::RequestHead& request) = 0;
  // Most content octets that are read for this request; with 0 and content, the answer is 413.
  virtual ByteCount content_max(const http::RequestHead& request) const = 0;
  virtual Answer answer(const http::RequestHead& request, std::string_view content) = 0;
};

}  // namespace porthole::admin
