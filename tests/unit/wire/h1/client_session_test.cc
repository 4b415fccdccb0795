// The server's side: when a connection may carry another request, and what it never takes for a response (RFC 9112 §9).
// What is accepted and tolerated is in tests/golden/wire/responses.md.
#include "wire/h1/client_session.h"

#include <gtest/gtest.h>

namespace porthole::wire::h1 {
namespace {

using Kind = ClientEvent::Kind;
using Framing = http::Framing;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

struct Connection {
  BlockPool blocks;
  HeadPools pools;
  H1ClientSession session{pools, blocks, Limits()};
  ClientEvent event;
  StreamId stream = 0;

  void begin(Framing framing = {}, http::Method method = http::Method::get, std::string_view connection = {}) {
    stream = session.open();
    http::RequestHead head;
    head.method = method;
    head.method_text = "X";
    head.target_text = "/";
    if (!connection.empty()) head.fields.add(http::FieldName::connection, connection);
    session.send_head(stream, head, framing);
  }
  void ask() {
    begin();
    session.send_end(stream, nullptr);
  }
  Kind feed(std::string_view text) {
    session.feed(Bytes::of_static(text));
    return poll();
  }
  Kind poll() {
    session.poll(event);
    return event.kind;
  }
  void take_ok() {
    EXPECT_EQ(feed(kOk), Kind::head);
    EXPECT_EQ(poll(), Kind::data);
    EXPECT_EQ(poll(), Kind::end);
  }
};

TEST(ClientSession, CarriesRequestsOneAfterTheOther) {
  Connection connection;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(connection.session.available());
    connection.ask();
    EXPECT_FALSE(connection.session.available());
    EXPECT_TRUE(connection.session.persistent());
    connection.take_ok();
  }
  EXPECT_TRUE(connection.session.available());
  connection.event = {};
  connection.session.output().clear();
  EXPECT_EQ(connection.blocks.in_use(), 0u);
}

// bad-inputs 40
TEST(ClientSession, OctetsWithoutARequestEndTheConnection) {
  Connection connection;
  EXPECT_EQ(connection.feed(kOk), Kind::error);
  EXPECT_EQ(connection.event.stream, 0u);
  EXPECT_FALSE(connection.session.available() || connection.session.persistent());
  Connection later;
  later.ask();
  later.take_ok();
  EXPECT_EQ(later.feed("x"), Kind::error);
  EXPECT_EQ(later.event.stream, 0u);
}

// bad-inputs 41: seen at once, before anyone could ask again.
TEST(ClientSession, OctetsBehindTheEndMakeItUnfitForReuse) {
  Connection connection;
  connection.ask();
  connection.feed("HTTP/1.1 304 Not Modified\r\n\r\nbody");
  EXPECT_EQ(connection.poll(), Kind::end);
  EXPECT_FALSE(connection.session.persistent() || connection.session.available());
}

// RFC 9112 §9.5
TEST(ClientSession, AnEarlyResponsePersistsOnlyWhenTheRequestWasSentToo) {
  Connection connection;
  connection.begin({.kind = Framing::Kind::length, .length = 5}, http::Method::post);
  connection.take_ok();
  EXPECT_FALSE(connection.session.persistent() || connection.session.available());
  connection.session.send_data(connection.stream, Bytes::of_static("hello"));
  connection.session.send_end(connection.stream, nullptr);
  EXPECT_TRUE(connection.session.persistent() && connection.session.available());
}

TEST(ClientSession, ARequestThatFallsShortEndsTheConnection) {
  Connection connection;
  connection.begin({.kind = Framing::Kind::length, .length = 5}, http::Method::post);
  connection.session.send_end(connection.stream, nullptr);
  EXPECT_FALSE(connection.session.persistent());
}

TEST(ClientSession, CloseEitherWayEndsTheConnection) {
  Connection by_us;
  by_us.begin({}, http::Method::get, "close");
  EXPECT_FALSE(by_us.session.persistent());
  Connection by_server;
  by_server.ask();
  by_server.feed("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  EXPECT_FALSE(by_server.session.persistent());
}

// RFC 9110 §9.2.2: only when not one octet of the response came.
TEST(ClientSession, ADeadConnectionMayBeRetriedOnlyBeforeTheFirstOctet) {
  Connection silent;
  silent.ask();
  silent.session.feed_eof();
  EXPECT_EQ(silent.poll(), Kind::error);
  EXPECT_EQ(silent.event.error.retry, Retry::safe);
  Connection speaking;
  speaking.ask();
  speaking.feed("H");
  speaking.session.feed_eof();
  EXPECT_EQ(speaking.poll(), Kind::error);
  EXPECT_EQ(speaking.event.error.retry, Retry::no);
}

TEST(ClientSession, AServerThatClosesWhileIdleIsNoError) {
  Connection connection;
  connection.session.feed_eof();
  EXPECT_EQ(connection.poll(), Kind::none);
  EXPECT_FALSE(connection.session.available());
}

// RFC 9112 §6.3 rule 8, and a length that was met before the close.
TEST(ClientSession, TheCloseCompletesWhatItDelimits) {
  Connection connection;
  connection.ask();
  connection.feed("HTTP/1.1 200 OK\r\n\r\nhi");
  EXPECT_EQ(connection.event.framing.kind, Framing::Kind::until_close);
  EXPECT_EQ(connection.poll(), Kind::data);
  connection.session.feed_eof();
  EXPECT_EQ(connection.poll(), Kind::end);
  Connection counted;
  counted.ask();
  counted.session.feed(Bytes::of_static(kOk));
  counted.session.feed_eof();
  EXPECT_EQ(counted.poll(), Kind::head);
  EXPECT_EQ(counted.poll(), Kind::data);
  EXPECT_EQ(counted.poll(), Kind::end);
}

TEST(ClientSession, AResetEndsTheConnection) {
  Connection connection;
  connection.ask();
  connection.session.reset(connection.stream);
  EXPECT_FALSE(connection.session.persistent() || connection.session.available() || connection.session.needs_input());
}

TEST(ClientSession, PlainContentMayGoPastTheSession) {
  Connection connection;
  connection.begin({.kind = Framing::Kind::length, .length = 9}, http::Method::put);
  EXPECT_EQ(connection.session.plain_content_due(connection.stream), 9u);
  connection.session.skip_sent(connection.stream, 9);
  connection.session.send_end(connection.stream, nullptr);
  connection.feed("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(connection.session.plain_content_left(connection.stream), 4u);
  connection.session.skip_received(connection.stream, 4);
  EXPECT_EQ(connection.poll(), Kind::end);
  EXPECT_TRUE(connection.session.available());
}

TEST(ClientSession, IsSmall) { EXPECT_LE(sizeof(H1ClientSession), 240u); }

}  // namespace
}  // namespace porthole::wire::h1
