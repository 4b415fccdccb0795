// Line states end with a newline, body states with a count; feed() alternates between the two kinds. Lenient where it
// does not matter here (bare LF, trailers unread), strict where a count could go wrong.
#include "pload/response_reader.h"

#include <algorithm>
#include <charconv>

#include <strings.h>

#include "pload/pattern.h"

namespace porthole::pload {
namespace {

constexpr std::size_t kLineMax = 64 * 1024;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool same_word(std::string_view a, std::string_view b) {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

bool list_has(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (same_word(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

bool parse(std::string_view digits, int base, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out, base);
  return error == std::errc{} && end == digits.data() + digits.size();
}

}  // namespace

void ResponseReader::begin(Answers answers, bool verify_body) {
  state_ = State::kStatusLine;
  answers_ = answers;
  verify_body_ = verify_body;
  started_ = keep_alive_ = chunked_ = has_length_ = false;
  body_as_expected_ = true;
  status_ = 0;
  left_ = body_bytes_ = 0;
  line_.clear();
}

std::string_view ResponseReader::feed(std::string_view bytes) {
  started_ = started_ || !bytes.empty();
  while (!bytes.empty() && state_ != State::kDone && state_ != State::kMalformed) {
    const bool body = state_ == State::kLength || state_ == State::kChunk || state_ == State::kUntilClose;
    bytes = body ? feed_body(bytes) : feed_line(bytes);
  }
  return bytes;
}

void ResponseReader::end_of_stream() {
  if (state_ == State::kUntilClose) state_ = State::kDone;
}

void ResponseReader::discard(std::uint64_t bytes) {
  left_ -= bytes;
  body_bytes_ += bytes;
  if (left_ == 0) state_ = State::kDone;
}

std::string_view ResponseReader::feed_line(std::string_view bytes) {
  const auto newline = bytes.find('\n');
  if (newline == std::string_view::npos) {
    line_.append(bytes);
    if (line_.size() > kLineMax) state_ = State::kMalformed;
    return {};
  }
  std::string_view line = bytes.substr(0, newline);
  if (!line_.empty()) {
    line_.append(line);
    line = line_;
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  on_line(line);
  line_.clear();
  return bytes.substr(newline + 1);
}

std::string_view ResponseReader::feed_body(std::string_view bytes) {
  const bool counted = state_ != State::kUntilClose;
  const auto size = counted ? std::min<std::uint64_t>(bytes.size(), left_) : bytes.size();
  if (verify_body_ && !matches_pattern(bytes.substr(0, size), body_bytes_)) body_as_expected_ = false;
  body_bytes_ += size;
  if (counted) {
    left_ -= size;
    if (left_ == 0) state_ = state_ == State::kChunk ? State::kChunkEnd : State::kDone;
  }
  return bytes.substr(size);
}

void ResponseReader::on_line(std::string_view line) {
  switch (state_) {
    case State::kStatusLine: return on_status_line(line);
    case State::kFields: return line.empty() ? on_head_end() : on_field(line);
    case State::kChunkSize: return on_chunk_size(line);
    case State::kChunkEnd: state_ = line.empty() ? State::kChunkSize : State::kMalformed; return;
    case State::kTrailers:
      if (line.empty()) state_ = State::kDone;
      return;
    default: state_ = State::kMalformed; return;
  }
}

void ResponseReader::on_status_line(std::string_view line) {
  std::uint64_t status = 0;
  if (line.size() < 12 || !line.starts_with("HTTP/1.") || !parse(line.substr(9, 3), 10, status)) {
    state_ = State::kMalformed;
    return;
  }
  status_ = static_cast<int>(status);
  keep_alive_ = line[7] != '0';
  state_ = State::kFields;
}

void ResponseReader::on_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) {
    state_ = State::kMalformed;
    return;
  }
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  if (same_word(name, "content-length")) {
    has_length_ = parse(value, 10, left_);
    if (!has_length_) state_ = State::kMalformed;
  } else if (same_word(name, "transfer-encoding")) {
    chunked_ = list_has(value, "chunked");
  } else if (same_word(name, "connection") || same_word(name, "proxy-connection")) {
    if (list_has(value, "close")) keep_alive_ = false;
    if (list_has(value, "keep-alive")) keep_alive_ = true;
  }
}

void ResponseReader::on_head_end() {
  if (status_ < 200) {  // an interim response: the one we wait for comes next
    state_ = State::kStatusLine;
  } else if (status_ == 204 || status_ == 304 || (answers_ == Answers::kConnect && status_ < 300)) {
    state_ = State::kDone;
  } else if (chunked_) {
    state_ = State::kChunkSize;
  } else if (has_length_) {
    state_ = left_ == 0 ? State::kDone : State::kLength;
  } else {
    keep_alive_ = false;
    state_ = State::kUntilClose;
  }
}

void ResponseReader::on_chunk_size(std::string_view line) {
  const std::string_view size = trim(line.substr(0, line.find(';')));
  if (!parse(size, 16, left_)) {
    state_ = State::kMalformed;
    return;
  }
  state_ = left_ == 0 ? State::kTrailers : State::kChunk;
}

}  // namespace porthole::pload
