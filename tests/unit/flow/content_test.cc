// Content of a recorded flow, as it passed and decoded.
#include <gtest/gtest.h>

#include "flow/flow.h"
#include "support/coded.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using test::FlowRig;

TEST_F(FlowRig, GivesAnyPartOfTheContent) {
  std::string bytes;
  for (int i = 0; i < 900; ++i) bytes += std::to_string(i);
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  content(1, Direction::response, bytes, 100);
  end(1, bytes.size());
  step();
  auto flow = newest();
  ASSERT_TRUE(flow);
  for (std::size_t from : {0UL, 1UL, 99UL, 100UL, 101UL, bytes.size() - 1, bytes.size(), bytes.size() + 7}) {
    for (std::size_t most : {0UL, 1UL, 100UL, 250UL, bytes.size()}) {
      std::string part;
      ByteCount taken = read_content(reader_, flow->content[1], from, most, part);
      EXPECT_EQ(part, from < bytes.size() ? bytes.substr(from, most) : "") << from << " " << most;
      EXPECT_EQ(taken, part.size());
    }
  }
}

TEST_F(FlowRig, StopsAtAGapInTheContent) {
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  sink_->data({1}, Direction::response, 0, "abc", clock_.now());
  sink_->data({1}, Direction::response, 10, "xyz", clock_.now());
  end(1, 13);
  step();
  auto flow = newest();
  std::string part;
  EXPECT_EQ(read_content(reader_, flow->content[1], 0, 100, part), 3U);
  EXPECT_EQ(part, "abc");
  EXPECT_EQ(read_content(reader_, flow->content[1], 5, 100, part), 0U);
  EXPECT_EQ(read_content(reader_, flow->content[1], 11, 100, part), 2U);
  DecodedContent decoded = decoded_content(reader_, *flow, Direction::response, 1000);
  EXPECT_EQ(decoded.text, "abc");
  EXPECT_FALSE(decoded.whole);
}

TEST_F(FlowRig, UndoesContentCodings) {
  std::string text(300'000, 'a');
  std::string coded = test::encoded(text, "gzip");
  request(1, "GET http://h/a HTTP/1.1\r\n\r\n");
  response(1, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
  content(1, Direction::response, coded);
  end(1, coded.size());
  step();
  auto flow = newest();
  DecodedContent decoded = decoded_content(reader_, *flow, Direction::response, 8_MiB);
  EXPECT_EQ(decoded.text, text);
  EXPECT_TRUE(decoded.whole);
  EXPECT_EQ(decoded.fault, "");
  DecodedContent capped = decoded_content(reader_, *flow, Direction::response, 1000);
  EXPECT_EQ(capped.text, text.substr(0, 1000));
  EXPECT_FALSE(capped.whole);
  EXPECT_NE(capped.fault, "");
}

}  // namespace
}  // namespace porthole::flow
