// See client.h.
#include "mixed/client.h"

#include <cstdio>

namespace porthole::mixed {
namespace {

constexpr std::uint64_t kReportsMax = 20;

std::string request_head(const Plan& plan, const std::string& authority, bool absolute) {
  bool post = plan.way == Way::kPostLength || plan.way == Way::kPostChunked || plan.way == Way::kAbortUpload;
  std::string head = post ? "POST " : "GET ";
  if (absolute) head += "http://" + authority;
  head += target_of(plan) + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (plan.way == Way::kPostChunked) head += "Transfer-Encoding: chunked\r\n";
  else if (post) head += "Content-Length: " + std::to_string(plan.up_bytes) + "\r\n";
  if (plan.close) head += "Connection: close\r\n";
  return head + "\r\n";
}

// A request for the middle of a pipeline or a tunnel: nothing that ends the connection.
Plan part_of(const Plan& whole, std::uint64_t seed, std::uint64_t index) {
  Plan part = plan_of(seed, whole.number + ((index + 1) << 40));
  part.way = Way::kGet;
  part.close = false;
  part.up_bytes = 0;
  if (part.cut() || part.unanswered()) part.act = Act::kLength;
  return part;
}

}  // namespace

void Client::run() {
  while (course_.requests < course_.count && std::chrono::steady_clock::now() < course_.until)
    take(plan_of(course_.seed, course_.first + course_.next++));
  connection_.close();
}

void Client::take(const Plan& plan) {
  switch (plan.way) {
    case Way::kPipeline: return pipeline(plan);
    case Way::kTunnel: return tunnel(plan);
    case Way::kDeadPort: return count(plan, dead_port(plan));
    case Way::kAbortHead: return count(plan, leave_in_head(plan));
    case Way::kAbortUpload: return count(plan, leave_in_upload(plan));
    case Way::kAbortReading: return count(plan, leave_in_answer(plan));
    default: return count(plan, exchange(plan));
  }
}

bool Client::ready() {
  if (connection_.open() || connection_.connect(course_.proxy, source_)) return true;
  said_ = "no connection to the proxy";
  return false;
}

End Client::exchange(const Plan& plan) {
  if (!ready()) return End::kFailed;
  if (!connection_.send(request_head(plan, course_.origin_text, true))) {
    connection_.close();
    said_ = "the head could not be sent";
    return End::kFailed;
  }
  if (plan.way == Way::kPostLength) connection_.send(content_up(plan));  // refused midway: the answer tells
  if (plan.way == Way::kPostChunked)
    send_chunked(connection_, content_up(plan), mix(plan.number), plan.number % 3 == 0);
  Pace pace;
  if (plan.way == Way::kSlowReader) pace = {.piece = 8192, .pause = std::chrono::milliseconds(2)};
  return judge(connection_, plan, pace);
}

// Reads the answer and closes the connection when it must not be used again.
End Client::judge(Connection& connection, const Plan& plan, const Pace& pace) {
  auto head = read_head(connection);
  while (head && head->first_line.starts_with("HTTP/1.1 1")) head = read_head(connection);
  if (!head) {
    connection.close();
    said_ = "no answer";
    return End::kFailed;
  }
  std::string_view status = std::string_view(head->first_line).substr(0, 12);
  bool refused = status == "HTTP/1.1 502";
  if (refused && (plan.cut() || plan.unanswered())) {
    Content page = read_content(connection, head->framing, {}, pace);
    if (!page.whole || head->close || plan.close) connection.close();
    return page.whole ? End::kError : End::kFailed;
  }
  if (status != (plan.act == Act::kNotFound ? "HTTP/1.1 404" : "HTTP/1.1 200") || plan.unanswered()) {
    connection.close();
    said_ = head->first_line;
    return End::kFailed;
  }
  Content content = read_content(connection, head->framing, content_down(plan), pace);
  course_.bytes += content.bytes;
  bool until_close = !head->framing.chunked && !head->framing.length;
  if (!content.whole || head->close || plan.close || until_close) connection.close();
  said_ = std::to_string(content.bytes) + " bytes of content";
  if (!content.right || (content.whole && plan.cut())) return End::kWrong;
  if (plan.cut()) return End::kError;
  return content.whole ? End::kWhole : End::kFailed;
}

// All at once; the answers come in order.
void Client::pipeline(const Plan& plan) {
  std::uint64_t parts = 2 + mix(plan.number) % 7;
  std::string all;
  for (std::uint64_t i = 0; i < parts; ++i)
    all += request_head(part_of(plan, course_.seed, i), course_.origin_text, true);
  bool sent = ready() && connection_.send(all);
  for (std::uint64_t i = 0; i < parts; ++i) {
    Plan part = part_of(plan, course_.seed, i);
    if (!sent || !connection_.open()) {
      said_ = "the connection ended within a pipeline";
      count(part, End::kFailed);
    } else {
      count(part, judge(connection_, part));
    }
  }
}

void Client::tunnel(const Plan& plan) {
  Connection inside;
  bool sent = inside.connect(course_.proxy, source_) &&
              inside.send("CONNECT " + course_.origin_text + " HTTP/1.1\r\nHost: " + course_.origin_text + "\r\n\r\n");
  auto answer = sent ? read_head(inside) : std::nullopt;
  if (!answer || !answer->first_line.starts_with("HTTP/1.1 200")) {
    said_ = answer ? answer->first_line : "CONNECT without an answer";
    return count(plan, End::kFailed);
  }
  for (std::uint64_t i = 0; i < 1 + mix(plan.number) % 8 && inside.open(); ++i) {
    Plan part = part_of(plan, course_.seed, i);
    bool whole = inside.send(request_head(part, course_.origin_text, false));
    count(part, whole ? judge(inside, part) : End::kFailed);
  }
  if (!inside.open()) return;
  if (plan.number % 3 == 0) return inside.reset();
  if (plan.number % 3 == 1) {
    inside.finish_writing();
    inside.at_end();  // the origin's FIN comes back through the tunnel
  }
}

End Client::dead_port(const Plan& plan) {
  Plan refused = plan;
  refused.act = Act::kNoAnswer;
  if (!ready() || !connection_.send(request_head(plan, course_.nobody_text, true))) return End::kFailed;
  return judge(connection_, refused);
}

End Client::leave_in_head(const Plan& plan) {
  Connection own;
  std::string head = request_head(plan, course_.origin_text, true);
  if (!own.connect(course_.proxy, source_) ||
      !own.send(std::string_view(head).substr(0, 1 + mix(plan.number) % head.size())))
    return End::kFailed;
  if (plan.number % 2 == 0) own.reset();
  return End::kLeft;
}

End Client::leave_in_upload(const Plan& plan) {
  Connection own;
  std::string_view content = content_up(plan);
  if (!own.connect(course_.proxy, source_) || !own.send(request_head(plan, course_.origin_text, true)))
    return End::kFailed;
  own.send(content.substr(0, mix(plan.number) % content.size()));
  if (plan.number % 2 == 0) own.reset();
  return End::kLeft;
}

End Client::leave_in_answer(const Plan& plan) {
  Connection own;
  if (!own.connect(course_.proxy, source_) || !own.send(request_head(plan, course_.origin_text, true)))
    return End::kFailed;
  Pace pace{.piece = 4096, .pause = {}, .stop_after = mix(plan.number) % (plan.down_bytes + 1)};
  End end = judge(own, plan, pace);
  if (plan.number % 2 == 0) own.reset();
  return end == End::kFailed ? End::kLeft : end;
}

void Client::count(const Plan& plan, End end) {
  ++course_.requests;
  ++course_.ends[static_cast<std::size_t>(end)];
  if ((end != End::kFailed && end != End::kWrong) || ++course_.reported > kReportsMax) return;
  std::fprintf(stderr, "mixed: %s: request %llu, way %d, act %d, %u bytes: %s\n",
               end == End::kWrong ? "WRONG BYTES" : "failed", static_cast<unsigned long long>(plan.number),
               static_cast<int>(plan.way), static_cast<int>(plan.act), plan.down_bytes, said_.c_str());
}

}  // namespace porthole::mixed
