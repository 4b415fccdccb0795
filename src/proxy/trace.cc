// See trace.h.
#include "proxy/trace.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "flow/first_line.h"

namespace porthole::proxy {
namespace {

constexpr std::size_t kAddressesTold = 8;  // of a look-up
constexpr Duration kLong = std::chrono::milliseconds(100);
constexpr ByteCount kMuch = 64_KiB;

std::string_view attempt_text(upstream::DialWatch::Attempt how) {
  static constexpr std::array<std::string_view, 7> kTexts = {"connected",  "refused",   "unreachable", "timed_out",
                                                             "prohibited", "overtaken", "failed"};
  return kTexts[static_cast<std::size_t>(how)];
}

}  // namespace

bool worth_a_look(bool reused, Duration took, ByteCount moved) { return !reused || took >= kLong || moved >= kMuch; }

void Trace::note(const flow::Note& note) {
  if (tap_) tap_->note(tap_.flow(), note, loop_.now());
}

void Trace::received(const http::RequestHead& head, const http::Framing& framing, bool unparsed) {
  if (!tap_) return;
  if (unparsed) tap_->request_unparsed(tap_.flow(), head.raw);
  else tap_->request_received(tap_.flow(), head, framing);
}

void Trace::ruled(std::string_view rule, std::string_view verdict) {
  if (tap_) note({.what = "rule", .detail = fmt::format("{} {}", verdict, rule), .took = {}});
}

void Trace::retried(const Error& error) { note({.what = "retry", .detail = error.detail, .took = {}}); }

void Trace::client_finished() { note({.what = "client_finished", .detail = {}, .took = {}}); }

void Trace::fill_from_unparsed(std::string_view raw, flow::Outcome& outcome) {
  flow::RequestSummary read = flow::unparsed_summary(raw);
  outcome.method = read.method;
  if (outcome.target.empty()) outcome.target = read.target;
  if (outcome.host.empty()) outcome.host = read.host;
}

void Trace::tell_path(flow::Direction leg, const std::optional<io::PathState>& path) {
  if (!tap_ || !path) return;
  auto us = [](Duration duration) {
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(duration).count());
  };
  flow::PathFacts facts{.rtt_us = us(path->rtt),
                        .rtt_min_us = us(path->rtt_min),
                        .rtt_var_us = us(path->rtt_variation),
                        .retransmits = path->retransmits,
                        .delivery_rate = path->delivery_rate};
  tap_->path(tap_.flow(), leg, facts, loop_.now());
}

void Trace::looked_up(const Lookup& lookup) {
  std::string detail;
  if (lookup.error) detail = fmt::format("failed {}", lookup.error->detail);
  else if (lookup.cached)
    detail = fmt::format("cached {}", std::chrono::duration_cast<std::chrono::seconds>(lookup.age).count());
  else detail = "asked";
  std::size_t told = std::min(lookup.addresses.size(), kAddressesTold);
  for (const IpAddress& address : lookup.addresses.first(told)) detail.append(" ").append(address.text());
  if (told < lookup.addresses.size()) detail += fmt::format(" +{}", lookup.addresses.size() - told);
  note({.what = "dns", .detail = detail, .took = lookup.took});
}

void Trace::attempted(const Endpoint& to, Attempt how, Duration took) {
  note({.what = "attempt", .detail = fmt::format("{} {}", attempt_text(how), to.text()), .took = took});
}

void Trace::dialled(bool stands, Duration took) {
  note({.what = "connect", .detail = stands ? "" : "failed", .took = took});
}

void Trace::queued(Duration waited) { note({.what = "queue", .detail = {}, .took = waited}); }

}  // namespace porthole::proxy
