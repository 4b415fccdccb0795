// Messages inside content, server-sent events and lines of JSON: each lies where it says, what came so far shows a beginning of
// what all shows, pages join to the whole, and line ends do not matter. A plain reading of WHATWG HTML §9.2.6 that goes line by
// line is the second opinion. Input: an octet for the kind, one for how much has come and how large a page is, then the content.
#include "flow/messages.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flow = porthole::flow;

namespace {

constexpr std::size_t kAll = SIZE_MAX;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<flow::Message> all_of(std::string_view kind, std::string_view text, bool ended) {
  flow::MessagePage page = flow::messages_in(kind, text, ended, 0, kAll);
  require(page.kind == kind && !page.more);
  std::size_t before = 0;
  for (std::size_t n = 0; n < page.messages.size(); ++n) {
    const flow::Message& one = page.messages[n];
    require(one.n == n && one.end > before && one.end <= text.size());
    require(one.size <= one.end - before);
    require(one.cut == (one.size > flow::MessagePage::kDataMax));
    require(one.cut
                ? one.data.size() <= flow::MessagePage::kDataMax && one.data.size() + 4 >= flow::MessagePage::kDataMax
                : one.data.size() == one.size);
    before = one.end;
  }
  return page.messages;
}

bool same(const flow::Message& a, const flow::Message& b) {
  return a.n == b.n && a.end == b.end && a.kind == b.kind && a.data == b.data && a.size == b.size && a.cut == b.cut;
}

// What had come is shown as it stays; only what ended by the end alone may have been less.
void check_beginning(std::string_view kind, std::string_view text, std::size_t size,
                     const std::vector<flow::Message>& all) {
  std::vector<flow::Message> some = all_of(kind, text.substr(0, size), false);
  require(some.size() <= all.size());
  for (std::size_t n = 0; n < some.size(); ++n) require(same(some[n], all[n]));
  if (some.size() < all.size()) require(all[some.size()].end >= size);
}

void check_pages(std::string_view kind, std::string_view text, std::size_t most,
                 const std::vector<flow::Message>& all) {
  std::size_t from = 0;
  for (bool more = true; more;) {
    flow::MessagePage page = flow::messages_in(kind, text, true, from, most);
    more = page.more;
    require(page.messages.size() == std::min(most, all.size() - from));
    for (const flow::Message& one : page.messages) require(same(one, all[from++]));
  }
  require(from == all.size());
}

using Event = std::pair<std::string, std::string>;  // name, data

// The events that have data, as EventSource would dispatch them.
std::vector<Event> plain_reading(std::string text) {
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::string lines;  // with LF alone
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n') continue;
    lines += text[at] == '\r' ? '\n' : text[at];
  }
  std::vector<Event> events;
  std::string name;
  std::optional<std::string> data;
  auto dispatch = [&] {
    if (data) events.emplace_back(name.empty() ? "text" : name.substr(0, 64), *data);
    name.clear();
    data.reset();
  };
  for (std::size_t at = 0; at < lines.size();) {
    std::size_t end = std::min(lines.find('\n', at), lines.size());
    std::string line = lines.substr(at, end - at);
    at = end + 1;
    if (line.empty()) {
      dispatch();
      continue;
    }
    std::size_t colon = line.find(':');
    std::string value = colon == std::string::npos ? "" : line.substr(colon + 1);
    if (value.starts_with(' ')) value.erase(0, 1);
    std::string field = line.substr(0, colon);
    if (field == "event") name = value;
    if (field == "data") data = data ? *data + "\n" + value : value;
  }
  dispatch();
  return events;
}

void check_meaning(std::string_view text, const std::vector<flow::Message>& all) {
  auto dataless = [](const std::string& kind) { return kind == "comment" || kind == "no data"; };
  std::vector<Event> seen;
  for (const flow::Message& one : all) {
    if (one.cut) return;
    if (!dataless(one.kind)) seen.emplace_back(one.kind, one.data);
  }
  std::vector<Event> meant = plain_reading(std::string(text));
  std::erase_if(meant, [&](const Event& one) { return dataless(one.first); });
  require(seen == meant);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  std::string_view kind = data[0] % 2 == 0 ? "sse" : "ndjson";
  std::string text(reinterpret_cast<const char*>(data) + 2, size - 2);
  // One run of octets is made long, so that what is cut is reached from small inputs.
  if (data[0] >= 0xf8) text.insert(text.size() / 2, 66'000, static_cast<char>(data[1]));
  std::vector<flow::Message> all = all_of(kind, text, true);
  check_beginning(kind, text, text.size() * data[1] / 255, all);
  check_beginning(kind, text, text.size(), all);
  check_pages(kind, text, 1 + data[1] % 8, all);
  if (kind == "sse") check_meaning(text, all);
  return 0;
}
