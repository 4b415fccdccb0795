// A bucket of the histogram is (shift, step): values of up to 7 bits have a bucket each, larger ones keep their top 7 bits.
#include "pload/tally.h"

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstdio>
#include <numeric>
#include <string_view>

namespace porthole::pload {
namespace {

constexpr std::array<const char*, kFailures> kFailureNames{"connect_failed", "unanswered", "cut",
                                                           "bad_status",     "bad_body",   "timed_out"};

class JsonLine {
 public:
  void text(const char* key, std::string_view value) { out_ += key_of(key) + '"' + std::string(value) + '"'; }
  void count(const char* key, std::integral auto value) { out_ += key_of(key) + std::to_string(value); }
  void real(const char* key, double value) {
    std::array<char, 32> digits{};
    std::snprintf(digits.data(), digits.size(), "%.4f", value);
    out_ += key_of(key) + digits.data();
  }
  std::string take() && { return std::move(out_) + '}'; }

 private:
  std::string key_of(const char* key) const { return (out_.empty() ? "{\"" : ",\"") + std::string(key) + "\":"; }

  std::string out_;
};

}  // namespace

void Histogram::add(std::chrono::nanoseconds time) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  const auto shift =
      static_cast<unsigned>(std::max(0, static_cast<int>(std::bit_width(value)) - static_cast<int>(kStepBits) - 1));
  ++buckets_[(std::size_t{shift} << kStepBits) + (value >> shift)];
  ++added_;
}

std::chrono::microseconds Histogram::quantile(double part) const {
  if (added_ == 0) return {};
  const auto rank = std::min(added_, static_cast<std::uint64_t>(part * static_cast<double>(added_)) + 1);
  std::uint64_t below = 0;
  std::size_t bucket = 0;
  while (below + buckets_[bucket] < rank) below += buckets_[bucket++];

  const std::size_t shift = bucket >> (kStepBits + 1) == 0 ? 0 : (bucket >> kStepBits) - 1;
  const std::uint64_t step = bucket - (shift << kStepBits);
  const std::uint64_t edge_ns = (step + 1) << shift;
  return std::chrono::microseconds{(edge_ns + 999) / 1000};
}

std::uint64_t Tally::failed() const { return std::accumulate(failures.begin(), failures.end(), std::uint64_t{0}); }

std::string to_json(const Tally& tally, const Options& options, const char* phase, double seconds, double cpu_seconds) {
  JsonLine line;
  line.text("phase", phase);
  line.text("mode", options.mode_text);
  line.text("path", options.path);
  line.count("conns", options.connections);
  line.real("secs", seconds);
  line.count("ok", tally.ok);
  line.count("failed", tally.failed());
  for (std::size_t k = 0; k < kFailures; ++k) line.count(kFailureNames[k], tally.failures[k]);
  line.count("unanswered_fresh", tally.unanswered_fresh);
  line.count("refused_at_end", tally.refused_at_end);
  line.count("tunnels", tally.tunnels);
  line.count("closes_announced", tally.closes_announced);
  line.count("idle", tally.idle);
  line.count("idle_lost", tally.idle_lost);
  line.count("body_bytes", tally.body_bytes);
  line.count("uploaded_bytes", tally.uploaded_bytes);
  line.count("p50_us", tally.latency.quantile(0.50).count());
  line.count("p99_us", tally.latency.quantile(0.99).count());
  line.count("max_us", tally.latency.quantile(1.0).count());
  line.real("load_cpu_s", cpu_seconds);
  return std::move(line).take();
}

}  // namespace porthole::pload
