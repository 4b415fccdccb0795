// See reader.h.
#include "sim/reader.h"

#include <algorithm>
#include <charconv>

namespace porthole::sim {

std::string_view Head::value(std::string_view name) const {
  for (const auto& [key, text] : fields) {
    if (key == name) return text;
  }
  return {};
}

bool Head::has(std::string_view name) const { return count(name) > 0; }

std::size_t Head::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count(fields, name, [](const auto& field) { return std::string_view(field.first); }));
}

std::string_view Head::word(int i) const {
  std::string_view rest = start;
  for (; i > 0; --i)
    rest.remove_prefix(std::min(rest.size(), rest.find(' ') == rest.npos ? rest.size() : rest.find(' ') + 1));
  return rest.substr(0, rest.find(' '));
}

int Head::status() const {
  int status = 0;
  std::string_view text = word(1);
  std::from_chars(text.data(), text.data() + text.size(), status);
  return status;
}

void Reader::feed(std::string_view bytes) {
  if (state_ == State::stopped) return;
  buffer_ += bytes;
  while (state_ != State::stopped && step()) {}
}

bool Reader::step() {
  std::string_view text;
  switch (state_) {
    case State::head: return read_head();
    case State::length:
    case State::chunk:
      if (left_ > 0 && buffer_.empty()) return false;
      content(std::min<std::uint64_t>(left_, buffer_.size()));
      if (state_ == State::stopped || left_ > 0) return false;
      if (state_ == State::length) message_end(false);
      else state_ = State::chunk_end;
      return true;
    case State::chunk_end:
      if (!line(text)) return false;
      if (!text.empty()) nonsense("bytes behind a chunk");
      else state_ = State::chunk_line;
      return true;
    case State::chunk_line: {
      if (!line(text)) return false;
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), left_, 16);
      if (error != std::errc() || end != text.data() + text.size()) nonsense("a chunk line");
      else state_ = left_ == 0 ? State::trailers : State::chunk;
      had_trailers_ = false;
      return true;
    }
    case State::trailers:
      if (!line(text)) return false;
      if (text.empty()) message_end(had_trailers_);
      had_trailers_ = true;
      return true;
    case State::until_close:
      if (buffer_.empty()) return false;
      left_ = buffer_.size();
      content(buffer_.size());
      return false;
    case State::stopped: return false;
  }
  return false;
}

bool Reader::line(std::string_view& out) {
  std::size_t at = buffer_.find("\r\n");
  if (at == std::string::npos) return false;
  static thread_local std::string kept;
  kept = buffer_.substr(0, at);
  buffer_.erase(0, at + 2);
  out = kept;
  return true;
}

bool Reader::read_head() {
  std::size_t end = buffer_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  std::string text = buffer_.substr(0, end + 2);
  buffer_.erase(0, end + 4);
  Head head;
  std::size_t at = text.find("\r\n");
  head.start = text.substr(0, at);
  while (at + 2 < text.size()) {
    std::size_t next = text.find("\r\n", at + 2);
    std::string_view field = std::string_view(text).substr(at + 2, next - at - 2);
    at = next;
    std::size_t colon = field.find(": ");
    if (colon == field.npos || colon == 0 || field.find_first_of("\r\n") != field.npos) {
      nonsense("a field line");
      return false;
    }
    head.fields.emplace_back(field.substr(0, colon), field.substr(colon + 2));
  }
  content_forbidden_ = false;
  user_.on_head(head);
  if (state_ == State::stopped) return false;
  begin_content(head);
  return true;
}

void Reader::begin_content(const Head& head) {
  std::size_t lengths = head.count("Content-Length"), codings = head.count("Transfer-Encoding");
  if (lengths + codings > 1) return nonsense("two framings");
  int status = role_ == Role::responses ? head.status() : 0;
  if (role_ == Role::responses && (status < 100 || status > 999)) return nonsense("a status");
  bool bare = content_forbidden_ || (role_ == Role::responses && (status < 200 || status == 204 || status == 304));
  if (bare) {
    if (status == 101) return;  // whoever reads stops us
    return message_end(false);
  }
  if (codings == 1) {
    if (head.value("Transfer-Encoding") != "chunked") return nonsense("a transfer coding");
    state_ = State::chunk_line;
  } else if (lengths == 1) {
    std::string_view text = head.value("Content-Length");
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), left_);
    if (error != std::errc() || end != text.data() + text.size()) return nonsense("a length");
    state_ = State::length;
  } else if (role_ == Role::requests) {
    message_end(false);
  } else {
    state_ = State::until_close;
  }
}

void Reader::content(std::size_t n) {
  left_ -= n;
  std::string bytes = buffer_.substr(0, n);
  buffer_.erase(0, n);
  if (!bytes.empty()) user_.on_content(bytes);
}

void Reader::message_end(bool trailers) {
  state_ = State::head;
  user_.on_message_end(trailers);
}

void Reader::nonsense(const char* why) {
  state_ = State::stopped;
  user_.on_nonsense(why);
}

bool Reader::end() {
  if (state_ == State::until_close) {
    message_end(false);
    return true;
  }
  return state_ == State::stopped || !inside_message();
}

std::string Reader::stop() {
  state_ = State::stopped;
  return std::exchange(buffer_, {});
}

}  // namespace porthole::sim
