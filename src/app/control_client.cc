// See control_client.h.
#include "app/control_client.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <unistd.h>

#include "io/unix.h"
#include "wire/h1/session.h"

namespace porthole::app {
namespace {

// One request and its answer on a connection of its own.
class Call {
 public:
  Call(int descriptor, Duration patience, std::string content = {})
      : descriptor_(descriptor), patience_(patience), content_(std::move(content)) {}
  ~Call() { ::close(descriptor_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  ControlClient::Result run(std::string_view method, std::string_view target,
                            const std::function<bool(std::string_view)>* take) {
    compose(method, target);
    if (!send()) return std::unexpected(std::string(std::strerror(errno)));
    while (true) {
      wire::ClientEvent event;
      session_->poll(event);
      using Kind = wire::ClientEvent::Kind;
      switch (event.kind) {
        case Kind::none:
          if (auto fault = receive(); !fault.empty()) return std::unexpected(fault);
          break;
        case Kind::interim: break;
        case Kind::head: reply_.status = event.head->status; break;
        case Kind::data:
          if (take && reply_.good()) {
            if (!(*take)(event.data.view())) return std::move(reply_);
          } else {
            reply_.body += event.data.view();
            if (reply_.body.size() > ControlClient::kBodyMax) return std::unexpected("the answer is too long");
          }
          break;
        case Kind::end: return std::move(reply_);
        case Kind::error:
          // A stream has no other end than this.
          if (take && reply_.good()) return std::move(reply_);
          return std::unexpected(fmt::format("no answer: {}", event.error.detail));
      }
    }
  }

 private:
  void compose(std::string_view method, std::string_view target) {
    http::RequestHead head;
    head.method = http::method_of(method);
    head.method_text = method;
    head.target_text = target;
    head.fields.add(http::FieldName::host, "localhost");
    http::Framing framing;
    std::string length = std::to_string(content_.size());
    if (head.method != http::Method::get) {
      head.fields.add(http::FieldName::content_type, "application/json");
      head.fields.add(http::FieldName::content_length, length);
      framing = {.kind = http::Framing::Kind::length, .length = content_.size()};
    }
    wire::StreamId stream = session_->open();
    session_->send_head(stream, head, framing);
    if (framing.has_content()) session_->send_data(stream, Bytes::of_static(content_));
    session_->send_end(stream, nullptr);
  }

  bool send() {
    ByteQueue& output = session_->output();
    while (!output.empty()) {
      std::string_view piece = output.front().view();
      ssize_t n = ::write(descriptor_, piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return false;
      output.consume(static_cast<ByteCount>(n));
    }
    return true;
  }

  // Feeds what comes next. Not empty: why nothing comes.
  std::string receive() {
    pollfd wanted{descriptor_, POLLIN, 0};
    auto most = std::chrono::duration_cast<std::chrono::milliseconds>(patience_);
    int ready = ::poll(&wanted, 1, static_cast<int>(most.count()));
    if (ready == 0) return "the proxy does not answer";
    BlockRef block = blocks_.large();
    ssize_t n = ready < 0 ? -1 : ::read(descriptor_, block->data(), block->capacity());
    if (n < 0) return errno == EINTR ? std::string() : std::strerror(errno);
    if (n == 0) session_->feed_eof();
    else session_->feed(Bytes(block, block->data(), static_cast<std::size_t>(n)));
    return {};
  }

  int descriptor_;
  Duration patience_;
  std::string content_;  // outlives what the session sends of it
  BlockPool blocks_;     // outlives the session, as the pools do
  wire::HeadPools pools_;
  std::unique_ptr<wire::ClientSession> session_ = wire::h1::make_client_session(pools_, blocks_, {});
  ControlClient::Reply reply_;
};

}  // namespace

std::string ControlClient::Reply::fault() const {
  auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("error") && json["error"].is_object()) {
    auto message = json["error"].find("message");
    if (message != json["error"].end() && message->is_string()) return message->get<std::string>();
  }
  if (status == 413) return "this is more than the proxy takes at once: docs/user/api.md has the limits";
  return fmt::format("the proxy answered {}", status);
}

std::expected<ControlClient, std::string> ControlClient::find(const std::vector<std::string>& paths,
                                                              Duration patience) {
  std::signal(SIGPIPE, SIG_IGN);
  std::string refused;
  for (const std::string& path : paths) {
    auto there = io::connect_unix(path);
    if (there) {
      ::close(*there);
      return ControlClient(path, patience);
    }
    int reason = there.error().os_errno;
    bool nobody = reason == ENOENT || reason == ECONNREFUSED || reason == ENOTDIR;
    if (!nobody) refused += fmt::format("; {}: {}", path, std::strerror(reason));
  }
  return std::unexpected(fmt::format("no proxy of yours runs here: nobody listens at {}{}",
                                     paths.empty() ? "any place" : paths.front(), refused));
}

ControlClient::Result ControlClient::ask(std::string_view method, std::string_view target, std::string content) const {
  auto there = io::connect_unix(path_);
  if (!there) return std::unexpected(std::string(std::strerror(there.error().os_errno)));
  return Call(*there, patience_, std::move(content)).run(method, target, nullptr);
}

ControlClient::Result ControlClient::follow(std::string_view target,
                                            const std::function<bool(std::string_view)>& take) const {
  auto there = io::connect_unix(path_);
  if (!there) return std::unexpected(std::string(std::strerror(there.error().os_errno)));
  return Call(*there, patience_).run("GET", target, &take);
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (char c : text) {
    if (kPlain.contains(c)) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

}  // namespace porthole::app
