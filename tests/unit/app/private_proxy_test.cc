// A proxy for one program: it serves on a port of its own, and remembers what it refused.
#include "app/private_proxy.h"

#include <gtest/gtest.h>

#include "support/far_end.h"
#include "support/loops.h"

namespace porthole::app {
namespace {

// What it answers to `request`, a connection of its own.
std::string ask(const PrivateProxy& proxy, std::string_view request) {
  test::RealWorld world;
  io::TcpNetwork network(world.loop);
  auto stream = network.connect(proxy.address());
  if (!stream) return "no connection";
  struct Listener final : io::ReadyListener {
    void on_readable() override {}
    void on_writable() override { writable = true; }
    void on_hangup() override {}
    bool writable = false;
  } listener;
  (*stream)->set_listener(&listener);
  EXPECT_TRUE(world.until([&] { return listener.writable; }));
  test::FarEnd client(std::move(*stream));
  client.say(request);
  std::string heard;
  EXPECT_TRUE(world.until([&] {
    heard += client.heard();
    return client.ended();
  }));
  return heard;
}

PrivateProxy one_that_allows(std::initializer_list<std::string_view> hosts) {
  PrivateProxyOptions options;
  options.only.emplace();
  for (std::string_view host : hosts) EXPECT_TRUE(options.only->add(host));
  return PrivateProxy(std::move(options));
}

TEST(PrivateProxy, ServesOnAPortOfItsOwn) {
  PrivateProxy first(PrivateProxyOptions{});
  PrivateProxy second(PrivateProxyOptions{});
  EXPECT_NE(first.address().port, second.address().port);
  EXPECT_TRUE(first.address().ip.loopback());
  EXPECT_TRUE(ask(first, "GET http://porthole.internal/ HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(first.refused().empty());
}

TEST(PrivateProxy, RemembersWhatItRefused) {
  PrivateProxy proxy = one_that_allows({"shop.test"});
  for (int i = 0; i < 2; ++i)
    EXPECT_TRUE(ask(proxy, "GET http://CDN.test:8080/a HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(ask(proxy, "CONNECT cdn.test:443 HTTP/1.1\r\nHost: cdn.test:443\r\nConnection: close\r\n\r\n")
                  .starts_with("HTTP/1.1 403 "));
  EXPECT_TRUE(ask(proxy, "GET http://porthole.internal/ HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 "));
  auto refused = proxy.refused();
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[0].host, "CDN.test") << "as it was first asked for";
  EXPECT_EQ(refused[0].port, 8080);
  EXPECT_EQ(refused[0].requests, 2U);
  EXPECT_EQ(refused[1].port, 443);
}

TEST(PrivateProxy, SaysWhyItCannotStart) {
  PrivateProxyOptions options;
  options.access_log = {.format = flow::LogFormat::json, .to = "/no/such/folder/log"};
  try {
    PrivateProxy proxy(std::move(options));
    FAIL() << "started";
  } catch (const std::runtime_error& problem) {
    EXPECT_STREQ(problem.what(), "--access-log: /no/such/folder/log: No such file or directory");
  }
}

}  // namespace
}  // namespace porthole::app
