// See connection_story.h.
#include "flow/connection_story.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ascii.h"
#include "flow/story.h"

namespace porthole::flow {
namespace {

std::string server_of(const Flow& flow) {
  return flow.row.upstream.port == 0 ? std::string("the server") : flow.row.upstream.text();
}

std::string_view take_word(std::string_view& text) {
  std::size_t end = std::min(text.find(' '), text.size());
  std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

// "cached 12 192.0.2.1", "asked 192.0.2.1 2001:db8::1", "failed the name does not exist"
std::string lookup_sentence(const RecordedNote& note) {
  std::string_view rest = note.detail;
  std::string_view how = take_word(rest);
  if (how == "cached") {
    auto age = ascii::parse_decimal(take_word(rest));
    std::string ago = age ? fmt::format(", {} s ago", *age) : "";
    return fmt::format("The name's addresses were known from an earlier look-up{}.", ago);
  }
  if (how == "failed") return fmt::format("Looking up the name failed after {}: {}.", duration_words(note.took), rest);
  if (note.took <= Duration(0)) return {};  // an address needs none
  auto addresses = rest.empty() ? 0 : 1 + std::count(rest.begin(), rest.end(), ' ');
  std::string gave =
      addresses > 1 && rest.find('+') == std::string_view::npos ? fmt::format(" and gave {} addresses", addresses) : "";
  return fmt::format("Looking up the name took {}{}.", duration_words(note.took), gave);
}

// One that did not win: "[::1]:80 was refused after 80 us".
std::string attempt_words(const RecordedNote& note) {
  std::string_view to = note.detail;
  std::string_view how = take_word(to);
  std::string took = duration_words(note.took);
  if (how == "refused") return fmt::format("{} was refused after {}", to, took);
  if (how == "prohibited") return fmt::format("{} is an address that is not allowed", to);
  if (how == "timed_out" || how == "overtaken") return fmt::format("{} had not answered within {}", to, took);
  if (how == "unreachable") return fmt::format("{} could not be reached", to);
  return fmt::format("{} failed after {}", to, took);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ").append(parts[i]);
  return text;
}

// What the attempts before it were, and then that note.
std::string connect_sentence(const Flow& flow, const RecordedNote& connect, std::vector<std::string>& others,
                             std::string_view winner) {
  std::string took = duration_words(connect.took);
  std::string others_words = joined(std::exchange(others, {}));
  if (connect.detail == "failed") {
    if (others_words.empty()) return fmt::format("No connection was made in {}.", took);
    return fmt::format("No connection was made: {}.", others_words);
  }
  if (others_words.empty()) {
    return fmt::format("Connecting to {} took {}.", winner.empty() ? server_of(flow) : std::string(winner), took);
  }
  std::string_view family = winner.starts_with('[') ? "IPv6" : "IPv4";
  return fmt::format("Connecting to {} over {} took {}; {}.", winner, family, took, others_words);
}

void tell_path(const std::optional<PathFacts>& path, std::string_view peer, std::vector<std::string>& story) {
  if (!path || path->retransmits == 0) return;
  story.push_back(fmt::format("On the way to the {} {} segment{} had to be sent again; a round trip took {}.", peer,
                              path->retransmits, path->retransmits == 1 ? "" : "s",
                              duration_words(std::chrono::microseconds(path->rtt_us))));
}

}  // namespace

void tell_connection(const Flow& flow, std::vector<std::string>& story) {
  std::vector<std::string> others;
  std::string_view winner;
  auto say = [&](std::string sentence) {
    if (!sentence.empty()) story.push_back(std::move(sentence));
  };
  for (const RecordedNote& note : flow.notes) {
    if (note.what == "rule") {
      std::string_view rule = note.detail;
      bool denied = take_word(rule) == "deny";
      if (!rule.empty()) say(fmt::format("The rule {} {}.", rule, denied ? "refused it" : "let it pass"));
    }
    if (note.what == "queue")
      say(fmt::format("It waited {} for a connection that was free.", duration_words(note.took)));
    if (note.what == "dns") say(lookup_sentence(note));
    if (note.what == "attempt") {
      std::string_view to = note.detail;
      if (take_word(to) == "connected") winner = to;
      else others.push_back(attempt_words(note));
    }
    if (note.what == "connect") say(connect_sentence(flow, note, others, std::exchange(winner, {})));
    if (note.what == "retry") say(fmt::format("The request was sent once more: {}.", note.detail));
  }
  if (!flow.row.reused) return;
  if (flow.row.served == 0) return say(fmt::format("A kept connection to {} was used.", server_of(flow)));
  say(fmt::format("A kept connection to {} was used, which had served {} request{} before.", server_of(flow),
                  flow.row.served, flow.row.served == 1 ? "" : "s"));
}

void tell_network(const Flow& flow, std::vector<std::string>& story) {
  tell_path(flow.facts.path[0], "client", story);
  tell_path(flow.facts.path[1], "server", story);
}

}  // namespace porthole::flow
