// Writing (RFC 9112): what is written is what was meant, whatever the views point into, and parse(write(x)) == x.
#include "wire/h1/writer.h"

#include <gtest/gtest.h>

#include "support/golden.h"
#include "support/round_trip.h"
#include "wire/h1/section_parser.h"

namespace porthole::wire::h1 {
namespace {

std::string text_of(ByteQueue& queue) {
  std::string text;
  while (!queue.empty()) text += queue.pop().view();
  return text;
}

template <class Head>
std::string written(const Head& head) {
  BlockPool blocks;
  ByteQueue queue(blocks);
  write_head(queue, head);
  return text_of(queue);
}

TEST(Writer, Heads) {
  http::RequestHead request;
  request.method_text = "GET";
  request.target_text = "/";
  request.fields.add("Host", "h");
  request.fields.add("Empty", "");
  EXPECT_EQ(written(request), "GET / HTTP/1.1\r\nHost: h\r\nEmpty: \r\n\r\n");
  http::ResponseHead response;
  response.status = 204;
  EXPECT_EQ(written(response), "HTTP/1.1 204 \r\n\r\n");  // RFC 9112 §4: the space stays
  response.version = http::Version::http10;
  response.reason = "No Content";
  EXPECT_EQ(written(response), "HTTP/1.0 204 No Content\r\n\r\n");
}

// Runs of lines are copied together only where they stand exactly as they would be written.
TEST(Writer, OnlyCanonicalNeighboursAreCopiedTogether) {
  std::string raw = "A: 1\r\nB: 2\r\nC:3\r\nD:  4\r\nE: 5 \r\nF: 6\nG: 7\r\nH: 8\r\n";
  std::string_view text = raw;
  http::RequestHead head;
  head.method_text = "GET";
  head.target_text = "/";
  for (std::size_t at = 0; at < text.size();) {
    std::string_view line = text.substr(at, text.find('\n', at) - at);
    std::string_view value = line.substr(2);
    if (value.ends_with('\r')) value.remove_suffix(1);
    head.fields.add(line.substr(0, 1), ascii::trim(value));
    at += line.size() + 1;
  }
  EXPECT_EQ(written(head), "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nH: 8\r\n\r\n");
  head.fields.erase(1);
  EXPECT_EQ(written(head), "GET / HTTP/1.1\r\nA: 1\r\nC: 3\r\nD: 4\r\nE: 5\r\nF: 6\r\nG: 7\r\nH: 8\r\n\r\n");
}

TEST(Writer, AHeadLargerThanABlockGoesInPieces) {
  http::ResponseHead head;
  head.status = 200;
  std::string value(9000, 'v');
  std::string expected = "HTTP/1.1 200 \r\n";
  for (int i = 0; i < 9; ++i) {
    head.fields.add("Name", value);
    expected += "Name: " + value + "\r\n";
  }
  EXPECT_EQ(written(head), expected + "\r\n");
}

TEST(Writer, EveryGoldenHeadSurvivesWriting) {
  for (const std::string& path : test::golden_files("wire")) {
    for (const test::GoldenInput& golden : test::golden_inputs(path, "http")) {
      EXPECT_TRUE(test::request_survives_writing(golden.input)) << test::escape(golden.input.substr(0, 300));
      EXPECT_TRUE(test::response_survives_writing(golden.input)) << test::escape(golden.input.substr(0, 300));
    }
  }
}

TEST(ContentWriter, ChunksShareTheirData) {
  BlockPool blocks;
  ByteQueue queue(blocks);
  ContentWriter writer;
  writer.begin({.kind = http::Framing::Kind::chunked});
  std::string large(5000, 'x');
  writer.data(queue, Bytes::of_static(large));
  EXPECT_EQ(queue.pop().view(), "1388\r\n");
  EXPECT_EQ(queue.pop().data(), large.data());
  writer.data(queue, Bytes());  // an empty chunk would be the last
  http::Fields trailers;
  trailers.add("A", "b");
  EXPECT_TRUE(writer.end(queue, &trailers));
  EXPECT_EQ(text_of(queue), "\r\n0\r\nA: b\r\n\r\n");
}

TEST(ContentWriter, CountsWhatIsDue) {
  BlockPool blocks;
  ByteQueue queue(blocks);
  ContentWriter writer;
  writer.begin({.kind = http::Framing::Kind::length, .length = 10});
  writer.data(queue, Bytes::of_static("abc"));
  EXPECT_EQ(writer.plain_due(), 7u);
  writer.skip(6);
  EXPECT_FALSE(writer.end(queue, nullptr));  // one octet was promised and never came
  writer.begin({.kind = http::Framing::Kind::length, .length = 3});
  writer.data(queue, Bytes::of_static("abc"));
  EXPECT_TRUE(writer.end(queue, nullptr));
  EXPECT_EQ(writer.plain_due(), 0u);
  queue.clear();
}

}  // namespace
}  // namespace porthole::wire::h1
