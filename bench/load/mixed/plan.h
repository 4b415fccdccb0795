// What request number n is: a pure function of the seed and n, so that a run can be repeated, and so that both ends know
// what the other will do without a word. The origin reads the plan from the request's target (`target_of`).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::mixed {

// What the origin does with the request once it has read it.
enum class Act : std::uint8_t {
  kLength,       // 200 with Content-Length
  kChunked,      // 200 in chunks, some of one byte, sometimes with a trailer
  kUntilClose,   // 200 that ends with the connection
  kLengthClose,  // 200 with Content-Length and Connection: close
  kInterim,      // 103 twice, then kLength
  kNotFound,     // 404 with Content-Length
  kSlow,         // kLength in six pieces, a few milliseconds apart
  kReset,        // half of what Content-Length promised, then RST
  kCutChunk,     // a chunk cut in half, then FIN
  kNoAnswer,     // closes without a byte
  kGarbage,      // bytes that are no status line
  kCount,
};

// What the client does.
enum class Way : std::uint8_t {
  kGet,
  kPostLength,
  kPostChunked,
  kPipeline,      // up to eight GETs sent at once, each one of the plan
  kTunnel,        // CONNECT, then up to eight requests inside
  kDeadPort,      // to a port where nobody listens
  kSlowReader,    // reads little by little
  kAbortHead,     // leaves in the middle of the head
  kAbortUpload,   // leaves in the middle of its content
  kAbortReading,  // leaves in the middle of the answer
  kCount,
};

struct Plan {
  std::uint64_t number = 0;
  Way way = Way::kGet;
  Act act = Act::kLength;
  std::uint32_t down_bytes = 0;  // of the answer's content
  std::uint32_t up_bytes = 0;    // of the request's content
  bool close = false;            // the client closes behind it

  bool cut() const { return act == Act::kReset || act == Act::kCutChunk; }
  bool unanswered() const { return act == Act::kNoAnswer || act == Act::kGarbage; }
};

Plan plan_of(std::uint64_t seed, std::uint64_t number);

// "/NUMBER/ACT/DOWN/UP" and back.
std::string target_of(const Plan& plan);
std::optional<Plan> parse_target(std::string_view target);

// Each request has content of its own, so that bytes of another one are wrong bytes. At most kContentMax; the views live for ever.
inline constexpr std::uint32_t kContentMax = 1 << 20;
std::string_view content_down(const Plan& plan);
std::string_view content_up(const Plan& plan);

// The n-th number of a sequence without state (SplitMix64).
std::uint64_t mix(std::uint64_t n);

}  // namespace porthole::mixed
