// The worker's end of the recorder: what each step writes, and what is left out when the ring is full.
#include "flow/ring_sink.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

struct Seen {
  EventHeader header;
  std::string payload;
};

std::vector<Seen> drain(Ring& ring) {
  std::vector<Seen> seen;
  while (true) {
    std::span<char> front = ring.front();
    if (front.empty()) return seen;
    Seen one;
    std::memcpy(&one.header, front.data(), sizeof one.header);
    one.payload.assign(front.data() + sizeof one.header, front.size() - sizeof one.header);
    seen.push_back(std::move(one));
    ring.pop();
  }
}

constexpr FlowId kFlow{42};
constexpr Instant kNow{std::chrono::seconds(5)};

TEST(RingSink, WritesASentHeadAsItGoesOutAndEachChange) {
  Ring ring(64_KiB);
  RingSink sink(ring, 1_MiB);
  http::RequestHead head;
  head.method_text = "GET";
  head.target_text = "/a";
  head.fields.add("Host", "h");
  head.fields.add("X-Empty", "");
  http::Changes changes = {{http::ChangeKind::hop_by_hop_removed, "TE: trailers", ""},
                           {http::ChangeKind::via_added, "", "Via: 1.1 p"}};
  sink.request_sent(kFlow, head, changes, kNow);
  auto seen = drain(ring);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].header.kind, EventKind::request_sent);
  EXPECT_EQ(seen[0].header.flow, 42U);
  EXPECT_EQ(seen[0].header.at, 5'000'000'000);
  EventReader in(seen[0].payload);
  EXPECT_EQ(in.text(), "GET /a HTTP/1.1\r\nHost: h\r\nX-Empty: \r\n\r\n");
  ASSERT_EQ(in.number<std::uint32_t>(), 2U);
  EXPECT_EQ(in.number<std::uint8_t>(), static_cast<std::uint8_t>(http::ChangeKind::hop_by_hop_removed));
  EXPECT_EQ(in.text(), "TE: trailers");
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(in.number<std::uint8_t>(), static_cast<std::uint8_t>(http::ChangeKind::via_added));
  EXPECT_EQ(in.text(), "");
  EXPECT_EQ(in.text(), "Via: 1.1 p");
  EXPECT_TRUE(in.good() && in.rest().empty());
}

TEST(RingSink, WhileHeldWantsOnlyWhatTheProgramSends) {
  Ring ring(64_KiB);
  Gauge held;
  RingSink sink(ring, 1_MiB, &held);
  const Endpoint client{*IpAddress::parse("192.0.2.1"), 4711};
  EXPECT_TRUE(sink.wants(client));
  held.set(1);
  EXPECT_FALSE(sink.wants(client));
  EXPECT_TRUE(sink.wants(Endpoint{}));
}

TEST(RingSink, KeepsAsMuchContentAsIsWantedAndSaysWhereItStands) {
  Ring ring(4_MiB);
  RingSink sink(ring, 100'000);
  std::string body(150'000, 'b');
  sink.data(kFlow, Direction::response, 0, body, kNow);
  sink.data(kFlow, Direction::response, 150'000, "beyond", kNow);
  auto seen = drain(ring);
  ASSERT_EQ(seen.size(), 2U);
  std::string kept;
  for (const Seen& one : seen) {
    EXPECT_EQ(one.header.direction, Direction::response);
    EventReader in(one.payload);
    EXPECT_EQ(in.number<ByteCount>(), kept.size());
    kept += in.rest();
  }
  EXPECT_EQ(kept, body.substr(0, 100'000));
}

TEST(RingSink, DropsContentFirstAndCountsIt) {
  Ring ring(8_MiB);
  RingSink sink(ring, 8_MiB);
  std::string chunk(16'000, 'c');
  for (int i = 0; i < 580; ++i) sink.data(kFlow, Direction::request, 0, chunk, kNow);
  EXPECT_GT(sink.metrics().dropped_chunks.value(), 60U);
  EXPECT_GE(sink.metrics().dropped_chunk_bytes.value(), 60 * chunk.size());
  Outcome outcome{.flow = kFlow, .method = "GET", .target = "http://h/"};
  for (int i = 0; i < 500; ++i) sink.end(kFlow, outcome, kNow);
  EXPECT_EQ(sink.metrics().dropped_events.value(), 0U) << "ends still find the room that content may not take";
  EXPECT_EQ(drain(ring).size(), sink.metrics().events.value());
}

TEST(RingSink, KeepsContentInASmallRing) {
  for (ByteCount bytes : {64_KiB, 128_KiB, 512_KiB}) {
    Ring ring(bytes);
    RingSink sink(ring, 8_MiB);
    const std::string body(bytes / 2, 'c');
    sink.data(kFlow, Direction::response, 0, body, kNow);
    EXPECT_EQ(sink.metrics().dropped_chunks.value(), 0U) << bytes;
    std::string kept;
    for (const Seen& one : drain(ring)) kept += one.payload.substr(sizeof(ByteCount));
    EXPECT_EQ(kept, body) << bytes;
  }
}

TEST(EventReader, ReadsNothingBehindTheEnd) {
  std::string payload = {'\xff', '\xff', '\xff', '\x7f', 'a'};
  EventReader in(payload);
  EXPECT_EQ(in.text(), "");
  EXPECT_FALSE(in.good());
  EXPECT_EQ(in.number<std::uint64_t>(), 0U);
  EXPECT_EQ(in.rest(), "");
}

}  // namespace
}  // namespace porthole::flow
