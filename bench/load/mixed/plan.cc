// See plan.h. The shares below are the mix.
#include "mixed/plan.h"

#include <charconv>
#include <cstddef>

namespace porthole::mixed {
namespace {

template <class Kind>
struct Share {
  Kind kind;
  unsigned of_a_thousand;
};

constexpr Share<Way> kWays[] = {
    {Way::kPostLength, 110}, {Way::kPostChunked, 60}, {Way::kPipeline, 40},
    {Way::kTunnel, 15},      {Way::kDeadPort, 5},     {Way::kSlowReader, 2},
    {Way::kAbortHead, 5},    {Way::kAbortUpload, 5},  {Way::kAbortReading, 8},
};  // the rest: kGet

constexpr Share<Act> kActs[] = {
    {Act::kChunked, 250}, {Act::kUntilClose, 20}, {Act::kLengthClose, 40}, {Act::kInterim, 10}, {Act::kNotFound, 30},
    {Act::kSlow, 3},      {Act::kReset, 8},       {Act::kCutChunk, 8},     {Act::kNoAnswer, 6}, {Act::kGarbage, 5},
};  // the rest: kLength

template <class Kind, std::size_t N>
Kind choose(const Share<Kind> (&shares)[N], std::uint64_t random, Kind rest) {
  std::uint64_t at = random % 1000;
  for (const auto& share : shares) {
    if (at < share.of_a_thousand) return share.kind;
    at -= share.of_a_thousand;
  }
  return rest;
}

// Mostly small, sometimes up to 1 MiB; about 13 KiB on average.
std::uint32_t size_of(std::uint64_t random) {
  auto up_to = [&](std::uint32_t most) { return static_cast<std::uint32_t>((random >> 16) % (most + 1)); };
  std::uint64_t at = random % 1000;
  if (at < 30) return 0;
  if (at < 600) return up_to(2 << 10);
  if (at < 850) return up_to(16 << 10);
  if (at < 970) return up_to(64 << 10);
  if (at < 997) return up_to(256 << 10);
  return up_to(kContentMax);
}

// Twice the largest content, so that each request's begins elsewhere.
const std::string& noise() {
  static const std::string bytes = [] {
    std::string made(2 * kContentMax, '\0');
    for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<char>(mix(i) >> 24);
    return made;
  }();
  return bytes;
}

std::string_view content(std::uint64_t number, std::uint32_t size) {
  return std::string_view(noise()).substr(mix(number) % kContentMax, size);
}

}  // namespace

std::uint64_t mix(std::uint64_t n) {
  n += 0x9e3779b97f4a7c15;
  n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9;
  n = (n ^ (n >> 27)) * 0x94d049bb133111eb;
  return n ^ (n >> 31);
}

Plan plan_of(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t base = mix(seed ^ (number * 8));
  Plan plan;
  plan.number = number;
  plan.way = choose(kWays, mix(base), Way::kGet);
  plan.act = choose(kActs, mix(base + 1), Act::kLength);
  plan.down_bytes = size_of(mix(base + 2));
  plan.close = mix(base + 4) % 25 == 0;
  switch (plan.way) {
    case Way::kPostLength:
    case Way::kPostChunked: plan.up_bytes = size_of(mix(base + 3)); break;
    case Way::kAbortUpload: plan.up_bytes = 4096 + size_of(mix(base + 3)) / 2; break;
    case Way::kSlowReader: plan.down_bytes = 256 << 10; [[fallthrough]];
    case Way::kAbortReading:
    case Way::kAbortHead: plan.act = plan.number % 2 == 0 ? Act::kLength : Act::kChunked; break;
    default: break;
  }
  if (plan.cut()) plan.down_bytes += 64;  // there is something to cut
  if (plan.act == Act::kSlow) plan.down_bytes = plan.down_bytes % 8192 + 6;
  return plan;
}

std::string target_of(const Plan& plan) {
  return "/" + std::to_string(plan.number) + "/" + std::to_string(static_cast<int>(plan.act)) + "/" +
         std::to_string(plan.down_bytes) + "/" + std::to_string(plan.up_bytes);
}

std::optional<Plan> parse_target(std::string_view target) {
  std::uint64_t numbers[4] = {};
  for (std::uint64_t& number : numbers) {
    if (target.empty() || target.front() != '/') return std::nullopt;
    auto [end, error] = std::from_chars(target.data() + 1, target.data() + target.size(), number);
    if (error != std::errc()) return std::nullopt;
    target.remove_prefix(static_cast<std::size_t>(end - target.data()));
  }
  bool known = target.empty() && numbers[1] < static_cast<std::uint64_t>(Act::kCount) && numbers[2] <= kContentMax &&
               numbers[3] <= kContentMax;
  if (!known) return std::nullopt;
  Plan plan;
  plan.number = numbers[0];
  plan.act = static_cast<Act>(numbers[1]);
  plan.down_bytes = static_cast<std::uint32_t>(numbers[2]);
  plan.up_bytes = static_cast<std::uint32_t>(numbers[3]);
  return plan;
}

std::string_view content_down(const Plan& plan) { return content(2 * plan.number, plan.down_bytes); }
std::string_view content_up(const Plan& plan) { return content(2 * plan.number + 1, plan.up_bytes); }

}  // namespace porthole::mixed
