// See story.h.
#include "flow/story.h"

#include <algorithm>

#include <fmt/format.h>

#include "flow/connection_story.h"
#include "flow/timing.h"

namespace porthole::flow {
namespace {

void tell_origin(const Flow& flow, std::vector<std::string>& story) {
  if ((flow.row.flags & kReplayed) == 0) return;
  if (flow.row.replay_of.value == 0) {
    story.emplace_back("Porthole sent it: no client did.");
    return;
  }
  char text[FlowId::kTextBytes];
  flow.row.replay_of.text(text);
  story.push_back(fmt::format("Porthole sent it, again from {}.", std::string_view(text, sizeof text)));
}

// "h2 and http/1.1"
std::string listed(std::string_view list) {
  std::string words(list);
  std::size_t last = words.rfind(',');
  if (last != std::string::npos) words.replace(last, 1, " and ");
  for (std::size_t at = 0; (at = words.find(',', at)) != std::string::npos; at += 2) words.replace(at, 1, ", ");
  return words;
}

void tell_tls(const Flow& flow, std::vector<std::string>& story) {
  const auto& offered = flow.facts.tls[static_cast<std::size_t>(TlsStage::offered)];
  if (!offered) return;
  std::string sentence = "Inside is TLS";
  if (!offered->sni.empty()) sentence += " for " + offered->sni;
  if (!offered->alpn.empty()) sentence += ", offering " + listed(offered->alpn);
  story.push_back(sentence + ".");
}

void tell_answer(const Flow& flow, std::vector<std::string>& story) {
  if (!flow.interim_received.empty())
    story.push_back(fmt::format("{} interim response{} came first.", flow.interim_received.size(),
                                flow.interim_received.size() == 1 ? "" : "s"));
  Timing timing = timing_of(flow);
  if (flow.response_received && timing.wait)
    story.push_back(fmt::format("The server began to answer after {}.", duration_words(*timing.wait)));
  if (flow.response_received && timing.receive && flow.content[1].size > 0 && flow.ended && !flow.switched())
    story.push_back(fmt::format("{} of content came within {}.", size_words(flow.content[1].size),
                                duration_words(*timing.receive)));
}

void tell_messages(const MessageCount& passed, std::vector<std::string>& story) {
  story.push_back(fmt::format("Both switched to WebSocket: {} message{} to the server, {} back.", passed.to_server,
                              passed.to_server == 1 ? "" : "s", passed.to_client));
}

void tell_end(const Flow& flow, std::vector<std::string>& story) {
  const Row& row = flow.row;
  if (!flow.ended) {
    story.emplace_back("It has not ended yet.");
    return;
  }
  std::string why = row.error == Token::none ? std::string() : fmt::format(" ({})", token_text(row.error));
  std::string took = duration_words(row.took);
  switch (row.end) {
    case End::complete: story.push_back(fmt::format("The response went out whole; all took {}.", took)); break;
    case End::answered:
      story.push_back(fmt::format("Porthole answered by itself with {}{}, after {}.", row.status, why, took));
      break;
    case End::tunnelled:
      story.push_back(fmt::format("The tunnel carried {} to the server and {} back in {}.", size_words(row.bytes_in),
                                  size_words(row.bytes_out), took));
      break;
    case End::client_gone: story.push_back(fmt::format("The client broke off after {}.", took)); break;
    case End::upstream_broke:
      story.push_back(
          fmt::format("The server broke off in its response{}, after {}; the client could see that.", why, took));
      break;
    case End::timed_out: story.push_back(fmt::format("It was given up{} after {}.", why, took)); break;
    case End::shutdown: story.push_back(fmt::format("Porthole was stopped after {}.", took)); break;
  }
}

// A FIN after the request says that the client sends no more; of reading it says nothing.
void tell_client(const Flow& flow, std::vector<std::string>& story) {
  bool finished = std::any_of(flow.notes.begin(), flow.notes.end(),
                              [](const RecordedNote& note) { return note.what == "client_finished"; });
  if (finished)
    story.emplace_back("The client had closed its side before: it may have read the response, or have been gone.");
}

void tell_gaps(const Flow& flow, std::vector<std::string>& story) {
  if (flow.beginning_gone) story.emplace_back("Its beginning is no longer kept.");
  if ((flow.row.flags & kContentCut) != 0) story.emplace_back("Content beyond the limit was counted, not kept.");
  if ((flow.row.flags & (kContentLost | kEventLost)) != 0)
    story.emplace_back("More passed than could be recorded: a part is missing here, not in the traffic.");
}

}  // namespace

std::string duration_words(Duration duration) {
  auto ns = static_cast<double>(duration.count());
  if (ns < 1e6) return fmt::format("{:.2f} ms", ns / 1e6);
  if (ns < 1e9) return fmt::format("{:.1f} ms", ns / 1e6);
  return fmt::format("{:.1f} s", ns / 1e9);
}

std::string size_words(ByteCount bytes) {
  if (bytes == 1) return "1 byte";
  if (bytes < 1024) return fmt::format("{} bytes", bytes);
  if (bytes < 1_MiB) return fmt::format("{:.1f} KiB", static_cast<double>(bytes) / 1024);
  if (bytes < 1_GiB) return fmt::format("{:.1f} MiB", static_cast<double>(bytes) / (1 << 20));
  return fmt::format("{:.1f} GiB", static_cast<double>(bytes) / (1 << 30));
}

std::vector<std::string> story_of(const Flow& flow, std::optional<MessageCount> passed) {
  std::vector<std::string> story;
  tell_origin(flow, story);
  if (flow.request_received && flow.request_received->unparsed)
    story.emplace_back("What the client sent is no request that may be believed.");
  tell_connection(flow, story);
  tell_tls(flow, story);
  tell_answer(flow, story);
  if (passed) tell_messages(*passed, story);
  tell_network(flow, story);
  tell_end(flow, story);
  tell_client(flow, story);
  tell_gaps(flow, story);
  return story;
}

}  // namespace porthole::flow
