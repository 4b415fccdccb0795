// Records of flows that ended, as a segment has them.
#pragma once

#include <string>

#include "flow/recorder.h"

namespace porthole::test {

class EndedFlows {
 public:
  // Valid until the next call. It ended at `end`, at host h<flow>, one record behind the other.
  flow::Record record(std::uint64_t flow, Duration end, std::uint16_t flags = 0) {
    std::string host = "h" + std::to_string(flow), target = "http://" + host + "/a";
    flow::Outcome outcome{.flow = {flow}, .status = 200, .method = "GET", .target = target, .host = host};
    outcome.begun = WallTime(end);
    flow::Ring ring(64_KiB);
    flow::RingSink sink(ring, 0);
    sink.end({flow}, outcome, Instant{});
    std::span<char> front = ring.front();
    flow::Record record;
    std::memcpy(&record.header.event, front.data(), sizeof record.header.event);
    payload_.assign(front.begin() + sizeof record.header.event, front.end());
    record.header.event.flags = flags;
    record.payload = payload_;
    record.at = flow::Position::of(1, offset_ += 8);
    return record;
  }

 private:
  std::string payload_;
  std::uint32_t offset_ = 64;
};

}  // namespace porthole::test
