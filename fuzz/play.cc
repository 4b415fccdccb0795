// See play.h.
#include "play.h"

#include <algorithm>

#include "wire/h1/session.h"

namespace porthole::fuzz {
namespace {

// What a target looks like when it has been forwarded; "" when that is not to be judged here.
std::string path_of(const http::RequestHead& head) {
  std::string path(head.target.path_and_query);
  if (head.target.form == http::TargetForm::origin) return path;
  if (head.method == http::Method::options && path.empty()) return "*";
  return path.starts_with('/') ? path : "/" + path;
}

class ResponseReader {
 public:
  ResponseReader(std::string_view octets, const std::vector<Heard>& requests)
      : octets_(octets), requests_(requests), session_(wire::h1::make_client_session(pools_, blocks_, {})) {
    ask();
  }

  Responses read(Ending ending) {
    // In small pieces: what follows a response in the same piece counts as octets that nobody asked for.
    for (std::size_t fed = 0; fed < octets_.size() && !switched_ && session_->needs_input();) {
      std::uint64_t plain = until_close_ ? octets_.size() : session_->plain_content_left(stream_);
      auto size = static_cast<std::size_t>(std::clamp<std::uint64_t>(plain, 1, octets_.size() - fed));
      session_->feed(Bytes({}, octets_.data() + fed, size));
      fed += size;
      drain();
    }
    responses_.malformed = responses_.broken;
    if (ending == Ending::closed && !switched_ && !responses_.broken && in_message_) {
      session_->feed_eof();
      drain();
    }
    return std::move(responses_);
  }

 private:
  void ask() {
    http::RequestHead head;
    method_ = asked_ < requests_.size() ? requests_[asked_].method : http::Method::get;
    ++asked_;
    head.method = method_;
    head.method_text = "X";
    head.target_text = "/";
    head.fields.add(http::FieldName::upgrade, "x");
    stream_ = session_->open();
    session_->send_head(stream_, head, {});
    session_->send_end(stream_, nullptr);
    session_->output().clear();
  }
  void drain() {
    wire::ClientEvent event;
    do {
      session_->poll(event);
      take(event);
    } while (event.kind != wire::ClientEvent::Kind::none && !switched_ && !responses_.broken);
  }
  void take(wire::ClientEvent& event) {
    switch (event.kind) {
      case wire::ClientEvent::Kind::none:
      case wire::ClientEvent::Kind::interim: break;
      case wire::ClientEvent::Kind::head:
        responses_.heard.push_back({.method = method_,
                                    .start = std::to_string(event.head->status),
                                    .content = {},
                                    .relayed = event.head->fields.has(http::FieldName::via)});
        in_message_ = true;
        until_close_ = event.framing.kind == http::Framing::Kind::until_close;
        switched_ = event.head->status == 101 || (method_ == http::Method::connect && event.head->status < 300);
        break;
      case wire::ClientEvent::Kind::data: responses_.heard.back().content += event.data.view(); break;
      case wire::ClientEvent::Kind::end:
        responses_.heard.back().complete = true;
        in_message_ = false;
        if (session_->available()) ask();
        break;
      case wire::ClientEvent::Kind::error: responses_.broken = true; break;
    }
  }

  std::string octets_;
  const std::vector<Heard>& requests_;
  BlockPool blocks_;
  wire::HeadPools pools_;
  std::unique_ptr<wire::ClientSession> session_;
  Responses responses_;
  wire::StreamId stream_ = 0;
  std::size_t asked_ = 0;
  http::Method method_ = http::Method::get;
  bool in_message_ = false, switched_ = false, until_close_ = false;
};

}  // namespace

RequestReader::RequestReader() : session_(wire::h1::make_server_session(pools_, blocks_, {})) {}

void RequestReader::read(std::string_view octets) {
  if (octets.empty() || broken_ || connected_ || !session_->needs_input()) return;
  octets_.emplace_back(octets);
  session_->feed(Bytes({}, octets_.back().data(), octets_.back().size()));
  wire::ServerEvent event;
  do {
    session_->poll(event);
    take(event);
  } while (event.kind != wire::ServerEvent::Kind::none && !broken_ && !connected_);
}

void RequestReader::take(wire::ServerEvent& event) {
  switch (event.kind) {
    case wire::ServerEvent::Kind::none: break;
    case wire::ServerEvent::Kind::head:
      heard_.push_back({.method = event.head->method,
                        .start = std::string(event.head->method_text) + " " + path_of(*event.head),
                        .content = {}});
      break;
    case wire::ServerEvent::Kind::data: heard_.back().content += event.data.view(); break;
    case wire::ServerEvent::Kind::end: {
      heard_.back().complete = true;
      connected_ = heard_.back().method == http::Method::connect;
      if (connected_) break;
      http::ResponseHead head;
      head.status = 200;
      session_->send_head(event.stream, head, {.kind = http::Framing::Kind::length});
      session_->send_end(event.stream, nullptr);
      session_->output().clear();
      break;
    }
    case wire::ServerEvent::Kind::error: broken_ = true; break;
  }
}

Responses read_responses(std::string_view octets, const std::vector<Heard>& requests, Ending ending) {
  return ResponseReader(octets, requests).read(ending);
}

bool arrived(const Heard& part, const Heard& whole) {
  if (part.start != whole.start) return false;
  return part.complete ? whole.complete && part.content == whole.content : whole.content.starts_with(part.content);
}

}  // namespace porthole::fuzz
