// See origin.h.
#include "mixed/origin.h"

#include <chrono>
#include <cstdio>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "mixed/connection.h"
#include "mixed/plan.h"

namespace porthole::mixed {
namespace {

std::string head_of(const Plan& plan) {
  std::string head = plan.act == Act::kNotFound ? "HTTP/1.1 404 Not Found\r\n" : "HTTP/1.1 200 OK\r\n";
  switch (plan.act) {
    case Act::kChunked:
    case Act::kCutChunk: head += "Transfer-Encoding: chunked\r\nTrailer: Digest\r\n"; break;
    case Act::kUntilClose: head += "Connection: close\r\n"; break;
    case Act::kLengthClose: head += "Connection: close\r\n"; [[fallthrough]];
    default: head += "Content-Length: " + std::to_string(plan.down_bytes) + "\r\n";
  }
  return head + "\r\n";
}

// Small content leaves with its head.
bool send_with_head(Connection& connection, const Plan& plan, std::string_view content) {
  if (content.size() > 16'384) return connection.send(head_of(plan)) && connection.send(content);
  return connection.send(head_of(plan).append(content));
}

bool send_slowly(Connection& connection, const Plan& plan, std::string_view content) {
  if (!connection.send(head_of(plan))) return false;
  std::size_t piece = content.size() / 6 + 1;
  for (std::size_t at = 0; at < content.size(); at += piece) {
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
    if (!connection.send(content.substr(at, piece))) return false;
  }
  return true;
}

// True: the connection may go on.
bool act(Connection& connection, const Plan& plan) {
  std::string_view content = content_down(plan);
  std::string_view half = content.substr(0, content.size() / 2);
  switch (plan.act) {
    case Act::kLength:
    case Act::kNotFound: return send_with_head(connection, plan, content);
    case Act::kChunked: {
      std::uint64_t random = mix(plan.number);
      return connection.send(head_of(plan)) && send_chunked(connection, content, random, random % 2 == 0);
    }
    case Act::kUntilClose:
    case Act::kLengthClose: send_with_head(connection, plan, content); return false;
    case Act::kInterim:
      return connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n") &&
             send_with_head(connection, plan, content);
    case Act::kSlow: return send_slowly(connection, plan, content);
    case Act::kReset:
      send_with_head(connection, plan, half);
      connection.reset();
      return false;
    case Act::kCutChunk: connection.send(head_of(plan) + "ffff\r\n" + std::string(half)); return false;
    case Act::kGarbage: connection.send("\x16\x03\x01 this is no HTTP\r\n\r\n"); return false;
    case Act::kNoAnswer:
    case Act::kCount: return false;
  }
  return false;
}

}  // namespace

Origin::Origin() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  address_.sin_family = AF_INET;
  address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address_;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address_), length) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address_), &length) != 0 || ::listen(listener_, 4096) != 0)
    std::perror("mixed: the origin cannot listen");
  thread_ = std::thread([this] { accept_all(); });
}

Origin::~Origin() {
  over_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  while (connections_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void Origin::accept_all() {
  while (!over_) {
    int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) continue;
    ++connections_;
    std::thread([this, descriptor] {
      serve(descriptor);
      --connections_;
    }).detach();
  }
}

void Origin::serve(int descriptor) {
  Connection connection(descriptor);
  while (!over_ && answer_one(connection)) {}
}

bool Origin::answer_one(Connection& connection) {
  auto head = read_head(connection);
  if (!head) return false;
  ++requests_;
  std::string_view line = head->first_line;
  std::size_t from = line.find(' '), to = line.rfind(' ');
  auto plan = from == to ? std::nullopt : parse_target(line.substr(from + 1, to - from - 1));
  if (!plan) {
    ++wrong_;
    std::fprintf(stderr, "mixed: the origin got \"%s\"\n", head->first_line.c_str());
    return false;
  }
  Framing framing = head->framing;
  if (!framing.chunked && !framing.length) framing.length = 0;  // a request without either has no content
  Content content = read_content(connection, framing, content_up(*plan), {});
  // What does not come to its end is a client that left; what came before must be right all the same.
  if (!content.right) {
    ++wrong_;
    std::fprintf(stderr, "mixed: wrong content in request %llu\n", static_cast<unsigned long long>(plan->number));
  }
  return content.whole && act(connection, *plan) && !head->close;
}

}  // namespace porthole::mixed
