// See har_file.h.
#include "app/har_file.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/random.h"
#include "flow/har.h"
#include "flow/search.h"

namespace porthole::app {
namespace {

struct Begun {
  WallTime at{};
  flow::Position last;
};

std::vector<Begun> flows_in(const std::string& folder, const match::Expr& wanted, const flow::Marks& marks,
                            std::size_t most) {
  std::vector<Begun> flows;
  std::size_t archived = 0;
  std::vector<flow::Row> hits;
  flow::Search search(folder, wanted, marks);
  for (bool more = true; more && archived < most;) {
    more = search.step(hits);
    for (const flow::Row& row : hits) {
      if (archived == most) break;
      archived += row.method == "CONNECT" ? 0 : 1;
      flows.push_back({row.begun, row.last});
    }
    hits.clear();
  }
  std::sort(flows.begin(), flows.end(),
            [](const Begun& a, const Begun& b) { return a.at != b.at ? a.at < b.at : a.last.value < b.last.value; });
  return flows;
}

}  // namespace

std::vector<std::string> HarFile::left_out() const {
  std::vector<std::string> clauses;
  auto add = [&](std::size_t many, std::string_view what, std::string_view why) {
    if (many > 0) clauses.push_back(fmt::format("{} {}{} not in it: {}", many, what, many == 1 ? " is" : "s are", why));
  };
  add(tunnels, "tunnel", "https passes unread");
  add(refused, "request", "refused as it came, an archive has no place for it");
  add(lost, "flow", "the request has left the store");
  return clauses;
}

HarFile write_har(std::FILE* file, const std::string& folder, const match::Expr& wanted, const HarWish& wish) {
  SystemRandom random;
  flow::Marks marks(folder, random);
  flow::SegmentFolder reader(folder);
  HarFile written;
  std::string text = flow::har_head();
  auto put = [&] {
    std::fwrite(text.data(), 1, text.size(), file);
    text.clear();
  };
  for (const Begun& one : flows_in(folder, wanted, marks, wish.most)) {
    auto found = flow::read_flow(reader, one.last);
    if (!found) continue;  // evicted meanwhile
    bool first = written.flows == 0;
    if (flow::append_har_entry(text, reader, *found, marks.find(found->row.flow), wish.secrets, first)) ++written.flows;
    else if (found->row.method == "CONNECT") ++written.tunnels;
    else ++(found->request_received ? written.refused : written.lost);
    put();
  }
  text += flow::har_tail();
  put();
  return written;
}

}  // namespace porthole::app
