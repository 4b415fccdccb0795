// The test codec itself: two streams interleave on one connection, both ways, and a cut anywhere changes nothing.
#include "wire/session.h"

#include <gtest/gtest.h>

#include "support/fake_session.h"

namespace porthole::test {
namespace {

std::string text_of(ByteQueue& queue) {
  std::string text;
  while (!queue.empty()) text += queue.pop().view();
  return text;
}

TEST(FakeSession, TwoStreamsInterleaveOnOneConnection) {
  BlockPool blocks;
  wire::HeadPools pools;
  auto session = make_fake_server_session(pools, blocks);
  session->feed(
      Bytes::of_static("1 HEAD GET http://a/x\tAccept: b\n2 HEAD POST http://c/\n2 DATA 3\nx\ny\n1 END\n2 END\n"));
  wire::ServerEvent event;
  session->poll(event);
  EXPECT_EQ(event.stream, 1u);
  EXPECT_EQ(event.head->target.authority.host, "a");
  EXPECT_EQ(event.head->fields[0].value, "b");
  EXPECT_EQ(event.framing.kind, http::Framing::Kind::none);
  session->poll(event);
  EXPECT_EQ(event.stream, 2u);
  EXPECT_EQ(event.framing.kind, http::Framing::Kind::chunked);
  session->poll(event);
  EXPECT_EQ(event.data.view(), "x\ny");
  session->poll(event);
  EXPECT_EQ(event.stream, 1u);
  EXPECT_EQ(event.kind, wire::ServerEvent::Kind::end);

  http::ResponseHead head;
  head.status = 200;
  head.reason = "OK";
  session->send_head(2, head, {});
  session->send_head(1, head, {});
  session->send_data(1, Bytes::of_static("hi"));
  session->send_end(1, nullptr);
  session->send_end(2, nullptr);
  EXPECT_FALSE(session->idle());
  session->poll(event);
  EXPECT_TRUE(session->idle());
  EXPECT_EQ(text_of(session->output()), "2 HEAD 200 OK\n1 HEAD 200 OK\n1 DATA 2\nhi\n1 END\n2 END\n");
}

TEST(FakeSession, TheClientSideReadsWhatTheServerSideWrites) {
  BlockPool blocks;
  wire::HeadPools pools;
  auto session = make_fake_client_session(pools, blocks);
  wire::StreamId first = session->open();
  wire::StreamId second = session->open();
  for (char c : std::string_view("2 HEAD 200 OK\n1 INTERIM 103 Early Hints\n2 END\tT: u\n1 RESET\n")) {
    std::string_view octet(&c, 1);
    session->feed(Bytes({}, octet.data(), 1));
  }
  wire::ClientEvent event;
  session->poll(event);
  EXPECT_EQ(event.stream, second);
  EXPECT_EQ(event.head->status, 200);
  session->poll(event);
  EXPECT_EQ(event.stream, first);
  EXPECT_EQ(event.kind, wire::ClientEvent::Kind::interim);
  session->poll(event);
  EXPECT_EQ(event.trailers->fields[0].value, "u");
  session->poll(event);
  EXPECT_EQ(event.kind, wire::ClientEvent::Kind::error);
}

}  // namespace
}  // namespace porthole::test
