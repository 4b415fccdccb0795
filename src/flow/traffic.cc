// See traffic.h.
#include "flow/traffic.h"

#include <algorithm>
#include <cmath>

#include "flow/target_parts.h"

namespace porthole::flow {
namespace {

std::int64_t seconds_of(WallTime at) {
  return std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
}

}  // namespace

std::size_t Traffic::bin_of(Duration took) {
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
  if (us < 1) return 0;
  return std::min<std::size_t>(kBins - 1, static_cast<std::size_t>(std::log2(static_cast<double>(us)) * 8));
}

// Where the next bin begins.
std::int64_t Traffic::end_us(std::size_t bin) { return std::llround(std::exp2(static_cast<double>(bin + 1) / 8)); }

Traffic::Second& Traffic::second(std::int64_t at) {
  Second& place = seconds_[static_cast<std::size_t>(at) % kSeconds];
  if (place.at != at) place = {.at = at};
  return place;
}

void Traffic::add(const Row& row) {
  std::int64_t at = seconds_of(row.begun + row.took);
  if (at > now_ || at <= now_ - static_cast<std::int64_t>(kSeconds)) return;
  Second& here = second(at);
  ++here.flows;
  here.bytes += row.bytes_in + row.bytes_out;
  ++here.status[std::min<std::size_t>(row.status / 100, 5)];
  if (row.error != Token::none) ++here.errors[static_cast<std::size_t>(row.error)];
  if (row.method != "CONNECT") {
    ++here.took[bin_of(row.took)];
    here.longest_us = std::max<std::int64_t>(here.longest_us,
                                             std::chrono::duration_cast<std::chrono::microseconds>(row.took).count());
  }
  std::string host = target_parts({}, row.host).host;
  if (host.empty()) return;
  auto found = here.hosts.find(host);
  if (found != here.hosts.end()) ++found->second;
  else if (here.hosts.size() < kHostsMax) here.hosts.emplace(std::move(host), 1);
}

void Traffic::catch_up(const Rows& rows, WallTime now) {
  constexpr std::size_t kAtOnce = 1000;
  now_ = seconds_of(now);
  while (true) {
    Rows::Changes changes = rows.changes_since(seq_, kAtOnce);
    seq_ = changes.seq;
    for (const Row& row : changes.rows) {
      // One that somebody spoke of was counted, unless it ended since.
      bool counted = row.touched && row.begun + row.took < looked_;
      if (!row.open && !counted && (row.flags & kImported) == 0) add(row);
    }
    // What was forgotten meanwhile is not counted: nobody asked for long, and the last minute is still to come.
    if (!changes.more) break;
  }
  looked_ = now;
}

void Traffic::append(Json& json, std::uint64_t flows, std::int64_t open) const {
  std::uint64_t last_second = 0, bytes = 0;
  std::int64_t longest_us = 0;
  std::array<std::uint64_t, 6> status{};
  std::array<std::uint64_t, static_cast<std::size_t>(Token::count_)> errors{};
  std::array<std::uint64_t, kBins> took{};
  std::unordered_map<std::string_view, std::uint64_t> hosts;
  auto sum = [](auto& into, const auto& from) {
    for (std::size_t i = 0; i < from.size(); ++i) into[i] += from[i];
  };
  for (const Second& one : seconds_) {
    if (!recent(one) || one.flows == 0) continue;
    if (one.at == now_ - 1) last_second = one.flows;
    longest_us = std::max(longest_us, one.longest_us);
    bytes += one.bytes;
    sum(status, one.status);
    sum(errors, one.errors);
    sum(took, one.took);
    for (const auto& [host, count] : one.hosts) hosts[host] += count;
  }
  std::uint64_t timed = 0;
  for (std::uint64_t count : took) timed += count;
  // What so many took at most: the end of their bin.
  auto percentile = [&](std::string_view name, double part) {
    auto wanted = static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(timed)));
    std::size_t bin = 0;
    for (std::uint64_t seen = took[0]; seen < wanted; seen += took[++bin]) {}
    bool last = bin == kBins - 1;  // has no end
    if (timed > 0) json.number(name, last ? longest_us : std::min(end_us(bin), longest_us));
  };
  std::vector<std::pair<std::string_view, std::uint64_t>> top(hosts.begin(), hosts.end());
  std::size_t shown = std::min(top.size(), kHostsShown);
  std::partial_sort(
      top.begin(), top.begin() + static_cast<std::ptrdiff_t>(shown), top.end(),
      [](const auto& a, const auto& b) { return a.second != b.second ? a.second > b.second : a.first < b.first; });

  json.object().number("flows", flows).number("open", open);
  json.number("rate", last_second).number("bytes", bytes);
  json.key("errors").object();
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (errors[i] > 0) json.number(token_text(static_cast<Token>(i)), errors[i]);
  }
  json.end_object().key("status").object();
  constexpr std::string_view kDigits[] = {"0", "1", "2", "3", "4", "5"};
  for (std::size_t i = 0; i < status.size(); ++i) {
    if (status[i] > 0) json.number(kDigits[i], status[i]);
  }
  json.end_object();
  percentile("p50", 0.5);
  percentile("p95", 0.95);
  percentile("p99", 0.99);
  json.key("hosts").array();
  for (std::size_t i = 0; i < shown; ++i) json.array().octets(top[i].first).number(top[i].second).end_array();
  json.end_array().end_object();
}

}  // namespace porthole::flow
