// Our reading: a session of wire::h1, as the proxy uses it. See reading.h.
#include "differential/reading.h"
#include "http/framing.h"
#include "wire/h1/session.h"

namespace porthole::differential {
namespace {

void take_fields(const http::Fields& from, Message& to) {
  for (const http::Field& field : from) to.fields.emplace_back(field.name, field.value);
}

class Requests {
 public:
  Requests() : session_(wire::h1::make_server_session(pools_, blocks_, {})) {}

  Reading read(std::string_view input) {
    for (std::size_t i = 0; i < input.size() && reading_.outcome == "waiting"; ++i) {
      if (!session_->needs_input()) break;
      session_->feed(Bytes({}, input.data() + i, 1));
      wire::ServerEvent event;
      do {
        session_->poll(event);
        take(event, i + 1);
      } while (event.kind != wire::ServerEvent::Kind::none && reading_.outcome == "waiting");
    }
    reading_.pending = std::move(message_);
    return std::move(reading_);
  }

 private:
  void take(const wire::ServerEvent& event, std::size_t offset) {
    switch (event.kind) {
      case wire::ServerEvent::Kind::none: break;
      case wire::ServerEvent::Kind::head:
        message_ = {.start = {std::string(event.head->method_text), std::string(event.head->target_text),
                              std::string(http::version_text(event.head->version))}};
        connect_ = event.head->method == http::Method::connect;
        take_fields(event.head->fields, message_);
        break;
      case wire::ServerEvent::Kind::data: message_.body += event.data.view(); break;
      case wire::ServerEvent::Kind::end:
        message_.end = offset;
        reading_.messages.push_back(std::exchange(message_, {}));
        if (connect_ || reading_.messages.size() == kMessagesMax) reading_.outcome = "done";
        else answer(event.stream);
        break;
      case wire::ServerEvent::Kind::error:
        reading_.outcome = "refused";
        reading_.detail = event.error.detail;
        break;
    }
  }
  void answer(wire::StreamId stream) {
    http::ResponseHead head;
    head.status = 200;
    session_->send_head(stream, head, {.kind = http::Framing::Kind::length});
    session_->send_end(stream, nullptr);
    session_->output().clear();
    if (!session_->persistent()) reading_.outcome = "done";
  }

  BlockPool blocks_;
  wire::HeadPools pools_;
  std::unique_ptr<wire::ServerSession> session_;
  Reading reading_;
  Message message_;
  bool connect_ = false;
};

class Responses {
 public:
  explicit Responses(http::Method method)
      : session_(wire::h1::make_client_session(pools_, blocks_, {})), method_(method) {
    ask();
  }

  Reading read(std::string_view input) {
    std::size_t fed = 0;
    while (fed < input.size() && reading_.outcome == "waiting" && session_->needs_input()) {
      session_->feed(Bytes({}, input.data() + fed, 1));
      drain(++fed);
    }
    if (reading_.outcome == "waiting" && until_close_ && in_message_) {
      session_->feed_eof();
      drain(fed);
      if (reading_.outcome != "refused") reading_.outcome = "closed";
    }
    return std::move(reading_);
  }

 private:
  void ask() {
    http::RequestHead head;
    head.method = method_;
    head.method_text = "X";
    head.target_text = "/";
    wire::StreamId stream = session_->open();
    session_->send_head(stream, head, {});
    session_->send_end(stream, nullptr);
    session_->output().clear();
  }
  void drain(std::size_t offset) {
    wire::ClientEvent event;
    do {
      session_->poll(event);
      take(event, offset);
    } while (event.kind != wire::ClientEvent::Kind::none && reading_.outcome == "waiting");
  }
  void take_head(const wire::ClientEvent& event) {
    message_ = {.start = {std::string(http::version_text(event.head->version)), std::to_string(event.head->status),
                          std::string(event.head->reason)}};
    take_fields(event.head->fields, message_);
    for (const http::Change& change : event.head->tolerated)
      message_.tolerated.emplace_back(facts_of(change.kind).name);
  }
  void take_end(std::size_t offset) {
    message_.end = offset;
    reading_.messages.push_back(std::exchange(message_, {}));
    in_message_ = false;
    if (reading_.messages.size() == kMessagesMax) reading_.outcome = "done";
  }
  void take(const wire::ClientEvent& event, std::size_t offset) {
    switch (event.kind) {
      case wire::ClientEvent::Kind::none: break;
      case wire::ClientEvent::Kind::interim:
        take_head(event);
        take_end(offset);
        break;
      case wire::ClientEvent::Kind::head:
        take_head(event);
        in_message_ = true;
        until_close_ = event.framing.kind == http::Framing::Kind::until_close;
        if (event.head->status == 101) {
          take_end(offset);
          reading_.outcome = "done";
        }
        break;
      case wire::ClientEvent::Kind::data: message_.body += event.data.view(); break;
      case wire::ClientEvent::Kind::end:
        take_end(offset);
        if (reading_.outcome != "waiting") break;
        if (session_->available()) ask();
        else reading_.outcome = until_close_ ? "closed" : "done";
        break;
      case wire::ClientEvent::Kind::error:
        reading_.outcome = "refused";
        reading_.detail = event.error.detail;
        break;
    }
  }

  BlockPool blocks_;
  wire::HeadPools pools_;
  std::unique_ptr<wire::ClientSession> session_;
  http::Method method_;
  Reading reading_;
  Message message_;
  bool in_message_ = false;
  bool until_close_ = false;
};

}  // namespace

Reading read_ours(char kind, std::string_view input) {
  if (kind == 'q') return Requests().read(input);
  return Responses(kind == 'h' ? http::Method::head : http::Method::get).read(input);
}

}  // namespace porthole::differential
