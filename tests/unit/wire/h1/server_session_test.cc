// The client's side: order of requests and responses, persistence, what an idle session owns (RFC 9112 §9). What is
// accepted and refused is in tests/golden/wire.
#include "wire/h1/server_session.h"

#include <gtest/gtest.h>

#include "http/forward_request.h"
#include "http/forward_response.h"
#include "support/allocations.h"
#include "wire/h1/client_session.h"

namespace porthole::wire::h1 {
namespace {

using Kind = ServerEvent::Kind;
using Framing = http::Framing;

constexpr std::string_view kGet = "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kPost = "POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n";

struct Connection {
  BlockPool blocks;
  HeadPools pools;
  H1ServerSession session{pools, blocks, Limits()};
  ServerEvent event;

  Kind feed(std::string_view text) {
    session.feed(Bytes::of_static(text));
    return poll();
  }
  Kind poll() {
    session.poll(event);
    return event.kind;
  }
  void send_head(Framing framing, std::string_view connection = {}) {
    http::ResponseHead head;
    head.status = 200;
    if (!connection.empty()) head.fields.add(http::FieldName::connection, connection);
    session.send_head(event.stream, head, framing);
  }
  void answer() {
    send_head({.kind = Framing::Kind::length});
    session.send_end(event.stream, nullptr);
  }
  std::string output() {
    std::string text;
    while (!session.output().empty()) text += session.output().pop().view();
    return text;
  }
};

TEST(ServerSession, IsSmallAndOwnsNothingWhenIdle) {
  EXPECT_LE(sizeof(H1ServerSession), 240u);
  Connection connection;
  EXPECT_TRUE(connection.session.idle() && connection.session.needs_input() && connection.session.persistent());
  connection.feed(kGet);
  connection.poll();
  connection.answer();
  connection.output();
  connection.event = {};
  EXPECT_TRUE(connection.session.idle());
  EXPECT_EQ(connection.blocks.in_use(), 0u);
}

// RFC 9112 §9.3.2
TEST(ServerSession, ThePipelinedRequestWaitsForTheResponse) {
  Connection connection;
  std::string two = std::string(kGet) + std::string(kGet);
  EXPECT_EQ(connection.feed(two), Kind::head);
  StreamId first = connection.event.stream;
  EXPECT_EQ(connection.poll(), Kind::end);
  EXPECT_EQ(connection.poll(), Kind::none);
  EXPECT_FALSE(connection.session.needs_input());
  connection.event.stream = first;
  connection.answer();
  EXPECT_EQ(connection.poll(), Kind::head);
  EXPECT_NE(connection.event.stream, first);
}

TEST(ServerSession, InputMayComeWhileTheResponseIsAwaited) {
  Connection connection;
  connection.feed(kGet);
  connection.poll();
  EXPECT_TRUE(connection.session.needs_input());
  EXPECT_EQ(connection.feed(kGet), Kind::none);
  EXPECT_FALSE(connection.session.idle());
}

// RFC 9112 §9.5: the response ended first; the rest of the request is drained before the next one.
TEST(ServerSession, AnEarlyResponseLeavesTheContentToBeDrained) {
  Connection connection;
  connection.feed(kPost);
  connection.answer();
  EXPECT_TRUE(connection.session.persistent());
  std::string rest = "hello" + std::string(kGet);
  EXPECT_EQ(connection.feed(rest), Kind::data);
  EXPECT_EQ(connection.poll(), Kind::end);
  EXPECT_EQ(connection.poll(), Kind::head);
}

TEST(ServerSession, DoesNotPersistAfterCloseEitherWay) {
  Connection by_client;
  by_client.feed("GET http://h/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(by_client.session.persistent());
  Connection by_us;
  by_us.feed(kGet);
  by_us.send_head({.kind = Framing::Kind::length}, "close");
  EXPECT_FALSE(by_us.session.persistent());
  Connection old;
  old.feed("GET http://h/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_FALSE(old.session.persistent());
  Connection until_close;
  until_close.feed(kGet);
  until_close.send_head({.kind = Framing::Kind::until_close});
  EXPECT_FALSE(until_close.session.persistent());
  Connection gone;
  gone.session.feed_eof();
  EXPECT_FALSE(gone.session.persistent());
}

TEST(ServerSession, PipelinedRequestsAreServedAfterTheClientHasFinished) {
  Connection connection;
  std::string two = std::string(kGet) + std::string(kGet);
  connection.feed(two);
  connection.poll();
  connection.session.feed_eof();
  EXPECT_TRUE(connection.session.persistent());
  connection.answer();
  EXPECT_EQ(connection.poll(), Kind::head);
  EXPECT_FALSE(connection.session.persistent());
}

TEST(ServerSession, ADrainingServerTakesTheRequestThatHasBegun) {
  Connection connection;
  connection.feed("GET http://h/ HT");
  connection.session.close_after_this();
  EXPECT_TRUE(connection.session.needs_input());
  EXPECT_FALSE(connection.session.persistent());
  EXPECT_EQ(connection.feed("TP/1.1\r\nHost: h\r\n\r\n"), Kind::head);
  Connection idle;
  idle.session.close_after_this();
  EXPECT_FALSE(idle.session.needs_input());
}

// RFC 9110 §15.2
TEST(ServerSession, SendsInterimsToHttp11Only) {
  http::ResponseHead interim;
  interim.status = 103;
  Connection connection;
  connection.feed(kGet);
  connection.session.send_interim(connection.event.stream, interim);
  EXPECT_EQ(connection.output(), "HTTP/1.1 103 \r\n\r\n");
  Connection old;
  old.feed("GET http://h/ HTTP/1.0\r\n\r\n");
  old.session.send_interim(old.event.stream, interim);
  EXPECT_EQ(old.output(), "");
}

TEST(ServerSession, AResponseThatFallsShortEndsTheConnection) {
  Connection connection;
  connection.feed(kGet);
  connection.poll();
  connection.send_head({.kind = Framing::Kind::length, .length = 5});
  connection.session.send_end(connection.event.stream, nullptr);
  EXPECT_FALSE(connection.session.persistent());
}

TEST(ServerSession, AResetEndsTheConnection) {
  Connection connection;
  connection.feed(kPost);
  connection.session.reset(connection.event.stream, {});
  EXPECT_FALSE(connection.session.persistent() || connection.session.needs_input());
  EXPECT_EQ(connection.poll(), Kind::none);
}

TEST(ServerSession, AnErrorMayBeAnsweredOnItsStream) {
  Connection connection;
  EXPECT_EQ(connection.feed("GET\r\n"), Kind::error);
  ASSERT_TRUE(connection.event.head);
  EXPECT_EQ(connection.event.head->raw, "GET\r\n");
  connection.answer();
  EXPECT_FALSE(connection.output().empty());
  EXPECT_EQ(connection.poll(), Kind::none);
}

// A head that never ended: the proxy's timer gives it up and answers 408.
TEST(ServerSession, AHeadThatIsGivenUpMayBeAnswered) {
  Connection connection;
  connection.feed("GET http://h/ HT");
  connection.session.give_up(connection.event);
  EXPECT_EQ(connection.event.kind, Kind::error);
  EXPECT_EQ(connection.event.head->raw, "GET http://h/ HT");
  connection.answer();
  EXPECT_FALSE(connection.output().empty());
  EXPECT_FALSE(connection.session.needs_input() || connection.session.persistent());
}

// bad-inputs 38
TEST(ServerSession, TakeOverReturnsTheEarlyOctets) {
  Connection connection;
  connection.feed("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\nearly");
  StreamId stream = connection.event.stream;
  EXPECT_EQ(connection.poll(), Kind::end);
  EXPECT_EQ(connection.session.take_over(stream).view(), "early");
}

TEST(ServerSession, PlainContentMayGoPastTheSession) {
  Connection connection;
  connection.feed(kPost);
  StreamId stream = connection.event.stream;
  EXPECT_EQ(connection.session.plain_content_left(stream), 5u);
  connection.session.skip_received(stream, 5);
  EXPECT_EQ(connection.poll(), Kind::end);
  connection.event.stream = stream;
  connection.send_head({.kind = Framing::Kind::length, .length = 7});
  EXPECT_EQ(connection.session.plain_content_due(stream), 7u);
  connection.session.skip_sent(stream, 7);
  connection.session.send_end(stream, nullptr);
  EXPECT_TRUE(connection.session.persistent());
  connection.session.feed(
      Bytes::of_static(std::string_view("POST http://h/ HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhel")));
  connection.poll();
  EXPECT_EQ(connection.session.plain_content_left(connection.event.stream), 0u) << "some of it waits in the session";
}

// DESIGN.md §7: at most two allocations for a warm GET, and none of them here.
TEST(ServerSession, AWarmExchangeAllocatesNothing) {
  BlockPool blocks;
  HeadPools pools;
  H1ServerSession server(pools, blocks, Limits());
  H1ClientSession client(pools, blocks, Limits());
  ServerEvent asked;
  ClientEvent answered;
  http::RequestHead request;
  http::ResponseHead response;
  http::Changes changes;
  auto exchange = [&] {
    server.feed(
        Bytes::of_static("GET http://h/x?y HTTP/1.1\r\nHost: h\r\nUser-Agent: u\r\nProxy-Connection: keep-alive\r\n"
                         "Accept: */*\r\nConnection: keep-alive, X\r\nX: y\r\n\r\n"));
    server.poll(asked);
    Pooled<http::RequestHead> received = std::move(asked.head);
    StreamId stream = asked.stream;
    changes.clear();
    request.clear();
    ASSERT_TRUE(http::forward_request(*received, {.via_name = "porthole", .framing = asked.framing}, request, changes));
    StreamId upstream = client.open();
    client.send_head(upstream, request, asked.framing);
    client.send_end(upstream, nullptr);
    server.poll(asked);
    client.output().consume(client.output().size());

    client.feed(
        Bytes::of_static("HTTP/1.1 200 OK\r\nServer: s\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive\r\n\r\n"
                         "5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n"));
    client.poll(answered);
    Pooled<http::ResponseHead> head = std::move(answered.head);
    changes.clear();
    response.clear();
    Result<Framing> framing =
        http::forward_response(*head, {.via_name = "porthole", .framing = answered.framing}, response, changes);
    ASSERT_TRUE(framing);
    server.send_head(stream, response, *framing);
    client.poll(answered);
    server.send_data(stream, std::move(answered.data));
    client.poll(answered);
    ASSERT_EQ(answered.kind, ClientEvent::Kind::end);
    server.send_end(stream, &answered.trailers->fields);
    server.output().consume(server.output().size());
  };
  for (int i = 0; i < 4; ++i) exchange();
  std::size_t before = test::allocations();
  for (int i = 0; i < 100; ++i) exchange();
#if !(defined(__has_feature) && __has_feature(address_sanitizer))  // with which blocks are not pooled: base/bytes.cc
  EXPECT_EQ(test::allocations() - before, 0u);
#else
  EXPECT_LE(test::allocations() - before, 200u);  // one block for each head
#endif
}

}  // namespace
}  // namespace porthole::wire::h1
