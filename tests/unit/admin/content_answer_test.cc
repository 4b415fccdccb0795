// Recorded content, whole and in ranges.
#include "admin/content_answer.h"

#include <gtest/gtest.h>

#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using ContentAnswer = test::ApiRig;

TEST_F(ContentAnswer, GivesContentAsAnAttachmentThatNothingRuns) {
  exchange(1);
  step();
  std::string path = "/api/flows/" + flow::id_text({1}) + "/response/body";
  Answer answer = ask("GET", path);
  EXPECT_EQ(answer.content_type, "application/octet-stream");
  EXPECT_EQ(field(answer, "Content-Disposition"), "attachment");
  EXPECT_EQ(field(answer, "Content-Security-Policy"), "sandbox");
  EXPECT_EQ(answer.feed_length, 12U);
  EXPECT_EQ(body_of(answer), "hello world!");
  Answer none = ask("GET", "/api/flows/" + flow::id_text({1}) + "/request/body");
  EXPECT_EQ(none.status, 200);
  EXPECT_EQ(body_of(none), "");
}

TEST_F(ContentAnswer, GivesRangesOfContent) {
  exchange(1);
  step();
  std::string path = "/api/flows/" + flow::id_text({1}) + "/response/body";
  struct {
    std::string_view range;
    std::uint16_t status;
    std::string_view says, body;
  } const cases[] = {{"bytes=0-4", 206, "bytes 0-4/12", "hello"}, {"bytes=6-", 206, "bytes 6-11/12", "world!"},
                     {"bytes=-3", 206, "bytes 9-11/12", "ld!"},   {"bytes=-99", 206, "bytes 0-11/12", "hello world!"},
                     {"bytes=11-99", 206, "bytes 11-11/12", "!"}, {"bytes=12-", 416, "bytes */12", ""},
                     {"bytes=5-2", 200, "", "hello world!"},      {"bytes=0-1,3-4", 200, "", "hello world!"},
                     {"lines=0-1", 200, "", "hello world!"},      {"bytes=x-", 200, "", "hello world!"},
                     {"bytes=-0", 416, "bytes */12", ""}};
  for (const auto& one : cases) {
    Answer answer = ask("GET", path, {}, {{"Range", one.range}});
    EXPECT_EQ(answer.status, one.status) << one.range;
    EXPECT_EQ(field(answer, "Content-Range"), one.says) << one.range;
    if (one.status != 416) EXPECT_EQ(body_of(answer), one.body) << one.range;
  }
}

TEST_F(ContentAnswer, UndoesContentCodingsAndSaysWhatStoppedIt) {
  request(1, "GET http://h/a HTTP/1.1\r\nHost: h\r\n\r\n");
  response(1, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
  content(1, flow::Direction::response, "this is not gzip");
  end(1, 16);
  step();
  std::string path = "/api/flows/" + flow::id_text({1}) + "/response/body";
  Answer raw = ask("GET", path);
  EXPECT_EQ(body_of(raw), "this is not gzip");
  Answer decoded = ask("GET", path + "?decoded=1");
  EXPECT_EQ(decoded.body, "");
  EXPECT_NE(field(decoded, "Porthole-Fault"), "");
  Answer part = ask("GET", path + "?decoded=1", {}, {{"Range", "bytes=0-99"}});
  EXPECT_EQ(part.status, 416);
  EXPECT_NE(field(part, "Porthole-Fault"), "");
}

TEST_F(ContentAnswer, ContentThatWasEvictedMeanwhileBreaksOff) {
  flow::Flow gone;
  gone.content[1].pieces = {{.record = flow::Position::of(9, 64), .at = 0, .offset = 0, .size = 100}};
  Answer answer = content_answer({}, gone, flow::Direction::response, flow::SegmentFolder(folder_ / "flows"), false);
  std::string piece;
  EXPECT_EQ(answer.feed_length, 100U);
  EXPECT_EQ(answer.feed->pull(piece, clock_.now()), Feed::State::broken);
}

}  // namespace
}  // namespace porthole::admin
