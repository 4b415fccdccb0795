// One connection to a server, with the real codec: requests, reuse, what kills it, and when a retry is safe.
#include "upstream/connection.h"

#include <gtest/gtest.h>

#include "io/memory_stream.h"
#include "support/far_end.h"
#include "support/loops.h"
#include "wire/h1/session.h"

namespace porthole::upstream {
namespace {

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

struct Owner final : ConnectionOwner {
  void on_idle_lost(Connection&) override { ++lost; }
  int lost = 0;
};

class ConnectionTest : public testing::Test {
 protected:
  ConnectionTest() {
    auto [near, far] = io::make_memory_streams(world.loop);
    server = std::make_unique<test::FarEnd>(std::move(far));
    Connection::Parts parts{
        world.loop, std::move(near), wire::h1::make_client_session(heads, world.loop.blocks(), {}), {}};
    connection = std::make_unique<Connection>(std::move(parts), ConnectionOptions{.body_buffer = 64 * 1024}, owner);
  }
  // A request without content, or the head of one that has some.
  void request(std::string_view method = "GET", http::Framing framing = {}) {
    connection->open(waker);
    http::RequestHead head;
    head.method = http::method_of(method);
    head.method_text = method;
    head.target_text = "/";
    head.fields.add(http::FieldName::host, "a.test");
    if (framing.kind == http::Framing::Kind::length) head.fields.add(http::FieldName::content_length, "10");
    connection->send_head(head, framing);
    if (!framing.has_content()) connection->send_end(nullptr);
    world.loop.settle();
  }
  void answer(std::string_view text) {
    server->say(text);
    world.loop.settle();
  }
  std::string content() {
    std::string text;
    while (!inbox().data.empty()) text += inbox().data.pop().view();
    return text;
  }
  wire::ResponseInbox& inbox() { return connection->inbox(); }
  Token token() { return inbox().error ? inbox().error->token : Token::none; }
  bool retry_is_safe() { return inbox().error && inbox().error->retry == Retry::safe; }

  test::ManualWorld world;
  wire::HeadPools heads;
  Owner owner;
  io::Signal waker{world.loop};
  std::unique_ptr<test::FarEnd> server;
  std::unique_ptr<Connection> connection;
};

TEST_F(ConnectionTest, CarriesOneRequestAfterTheOther) {
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(connection->available());
    request();
    EXPECT_EQ(connection->served(), static_cast<std::uint32_t>(i));
    EXPECT_EQ(connection->reused(), i > 1);
    EXPECT_FALSE(connection->available());
    EXPECT_EQ(server->heard(), "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
    answer(kOk);
    ASSERT_TRUE(inbox().head);
    EXPECT_EQ(inbox().head->status, 200);
    EXPECT_EQ(content(), "hello");
    EXPECT_TRUE(inbox().ended);
    EXPECT_TRUE(connection->close_stream());
  }
  EXPECT_EQ(owner.lost, 0);
}

TEST_F(ConnectionTest, KeepsInterimsApart) {
  request();
  answer("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
  ASSERT_EQ(inbox().interims.size(), 1u);
  EXPECT_EQ(inbox().interims[0]->status, 103);
  EXPECT_EQ(inbox().head->status, 204);
  EXPECT_TRUE(connection->close_stream());
}

TEST_F(ConnectionTest, IsLostWhenIdleBytesArrive) {  // bad-inputs 40
  answer(kOk);
  EXPECT_EQ(owner.lost, 1);
  EXPECT_FALSE(connection->available());
}

TEST_F(ConnectionTest, IsLostWhenTheServerClosesWhileIdle) {
  request();
  answer(kOk);
  ASSERT_TRUE(connection->close_stream());
  server->finish();
  world.loop.settle();
  EXPECT_EQ(owner.lost, 1);
  EXPECT_FALSE(connection->available());
}

TEST_F(ConnectionTest, IsLostOnceWhenReset) {
  server->reset();
  world.loop.settle();
  EXPECT_EQ(owner.lost, 1);
}

TEST_F(ConnectionTest, RetryIsSafeWhenAReusedOneDiesBeforeTheFirstByte) {
  request();
  answer(kOk);
  ASSERT_TRUE(connection->close_stream());
  request();
  server->finish();
  world.loop.settle();
  EXPECT_EQ(token(), Token::connection_terminated);
  EXPECT_TRUE(retry_is_safe());
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, RetryIsSafeWhenAReusedOneIsReset) {
  request();
  answer(kOk);
  ASSERT_TRUE(connection->close_stream());
  request();
  server->reset();
  world.loop.settle();
  EXPECT_TRUE(retry_is_safe());
  EXPECT_EQ(inbox().error->status, 502);
}

TEST_F(ConnectionTest, RetryIsNotSafeOnAFreshOne) {
  request();
  server->finish();
  world.loop.settle();
  EXPECT_EQ(token(), Token::connection_terminated);
  EXPECT_FALSE(retry_is_safe());
}

TEST_F(ConnectionTest, RetryIsNotSafeAfterTheFirstByte) {
  request();
  answer(kOk);
  ASSERT_TRUE(connection->close_stream());
  request();
  answer("H");
  server->reset();
  world.loop.settle();
  EXPECT_FALSE(retry_is_safe());
  EXPECT_NE(token(), Token::none);
}

TEST_F(ConnectionTest, AFinEndsContentWithoutLength) {
  request();
  answer("HTTP/1.0 200 OK\r\n\r\nall of it");
  EXPECT_FALSE(inbox().ended);
  server->finish();
  world.loop.settle();
  EXPECT_EQ(content(), "all of it");
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, AResetNeverEndsContentWithoutLength) {
  request();
  answer("HTTP/1.0 200 OK\r\n\r\nsome of it");
  server->reset();
  world.loop.settle();
  EXPECT_FALSE(inbox().ended);
  EXPECT_EQ(token(), Token::connection_terminated);
}

TEST_F(ConnectionTest, ACutResponseIsIncomplete) {
  request();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
  server->finish();
  world.loop.settle();
  EXPECT_EQ(content(), "hello");
  EXPECT_EQ(token(), Token::http_response_incomplete);
}

TEST_F(ConnectionTest, BytesAfterTheResponseEndTheConnectionNotTheExchange) {  // bad-inputs 41
  request("HEAD");
  answer(kOk);
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(inbox().error);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, BytesThatFollowLaterEndItToo) {
  request();
  answer(kOk);
  answer("more");
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(inbox().error);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, IsNotReusedAfterConnectionClose) {
  request();
  answer("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, IsNotReusedWhenItsResponseIsUnfinished) {
  request();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, IsNotReusedWhenItsRequestIsUnfinished) {
  request("POST", {http::Framing::Kind::length, 10});
  answer("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, IsNotReusedWhenTheServerClosedWithTheResponse) {
  request();
  server->say(kOk);
  server->finish();
  world.loop.settle();
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(inbox().error);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, ReadsNoFurtherThanItsBuffer) {
  request();
  answer("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
  std::string piece(16 * 1024, 'x');
  for (int i = 0; i < 30; ++i) answer(piece);
  EXPECT_GE(inbox().data.size(), 64 * 1024u);
  EXPECT_LT(inbox().data.size(), 128 * 1024u + 64 * 1024u);
  std::size_t before = content().size();
  connection->resume();
  world.loop.settle();
  EXPECT_GT(inbox().data.size(), 0u) << "after " << before;
}

TEST_F(ConnectionTest, SaysWhenTheServerReadsAgain) {
  request("POST", {http::Framing::Kind::length, 1'000'000});
  server->heard();
  std::string piece(32 * 1024, 'x');
  for (int i = 0; i < 8; ++i) {
    BlockRef block = world.loop.blocks().large();
    std::copy(piece.begin(), piece.end(), block->data());
    connection->send_data(Bytes(block, block->data(), piece.size()));
    world.loop.settle();
  }
  EXPECT_TRUE(connection->congested());
  ByteCount before = connection->unsent();
  while (!server->heard().empty()) world.loop.settle();
  EXPECT_LT(connection->unsent(), before);
  EXPECT_FALSE(connection->congested());
}

TEST_F(ConnectionTest, AnAnswerIsReadAlthoughTheRequestCannotBeWritten) {  // RFC 9112 §9.5
  request("POST", {http::Framing::Kind::length, 10});
  connection->send_data(Bytes::of_static("hello"));
  server->say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
  server->close();
  world.loop.advance(std::chrono::seconds(1));
  ASSERT_TRUE(inbox().head);
  EXPECT_EQ(inbox().head->status, 413);
  EXPECT_EQ(content(), "large");
  EXPECT_TRUE(inbox().ended);
  EXPECT_FALSE(inbox().error);
  EXPECT_FALSE(connection->close_stream());
}

TEST_F(ConnectionTest, AnAnswerOfUnknownLengthIsBrokenThen) {
  request("POST", {http::Framing::Kind::length, 10});
  connection->send_data(Bytes::of_static("hello"));
  server->say("HTTP/1.0 413 Content Too Large\r\n\r\nlarge");
  server->close();
  world.loop.advance(std::chrono::seconds(1));
  EXPECT_EQ(content(), "large");
  EXPECT_FALSE(inbox().ended);
  EXPECT_EQ(token(), Token::connection_terminated);
}

TEST_F(ConnectionTest, AFailedWriteWithoutAnAnswerBreaks) {
  request("POST", {http::Framing::Kind::length, 10});
  connection->send_data(Bytes::of_static("hello"));
  server->close();
  world.loop.advance(std::chrono::seconds(1));
  EXPECT_EQ(token(), Token::connection_terminated);
}

TEST_F(ConnectionTest, GivesTheStreamAwayAfterAnUpgrade) {
  connection->open(waker);
  http::RequestHead head;
  head.method_text = "GET";
  head.target_text = "/";
  head.fields.add(http::FieldName::host, "a.test");
  head.fields.add(http::FieldName::connection, "upgrade");
  head.fields.add(http::FieldName::upgrade, "chat");
  connection->send_head(head, {});
  connection->send_end(nullptr);
  world.loop.settle();
  answer("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: chat\r\n\r\nearly");
  ASSERT_TRUE(inbox().head);
  EXPECT_EQ(inbox().head->status, 101);
  Connection::Raw raw = connection->take_over();
  EXPECT_EQ(raw.early.view(), "early");
  ASSERT_TRUE(raw.stream);
  EXPECT_FALSE(connection->available());
}

TEST_F(ConnectionTest, EndsWhenNothingCanBeWrittenForLong) {
  request("POST", {http::Framing::Kind::length, 1'000'000});
  BlockRef block = world.loop.blocks().large();
  std::fill_n(block->data(), block->capacity(), 'x');
  for (int i = 0; i < 4; ++i) connection->send_data(Bytes(block, block->data(), block->capacity()));
  world.loop.advance(std::chrono::seconds(61));
  EXPECT_EQ(token(), Token::connection_write_timeout);
  EXPECT_EQ(inbox().error->status, 504);
  connection->send_data(Bytes::of_static("ignored"));  // the exchange may not know yet
  connection->send_end(nullptr);
}

TEST_F(ConnectionTest, TellsNobodyAfterRetiring) {
  connection->retire();
  server->finish();
  world.loop.settle();
  EXPECT_EQ(owner.lost, 0);
}

}  // namespace
}  // namespace porthole::upstream
