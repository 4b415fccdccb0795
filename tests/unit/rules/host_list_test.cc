// Which hosts may be called when somebody named them.
#include "rules/host_list.h"

#include <gtest/gtest.h>

#include "support/heads.h"

namespace porthole::rules {
namespace {

HostList list(std::initializer_list<std::string_view> hosts) {
  HostList made;
  for (std::string_view host : hosts) EXPECT_TRUE(made.add(host)) << host;
  return made;
}

TEST(HostList, ANameIsItselfInAnyCaseAndNothingBelowIt) {
  HostList hosts = list({"shop.test", "Dotted.Test."});
  EXPECT_TRUE(hosts.contains("shop.test"));
  EXPECT_TRUE(hosts.contains("SHOP.test"));
  EXPECT_TRUE(hosts.contains("shop.test."));
  EXPECT_TRUE(hosts.contains("dotted.test"));
  EXPECT_FALSE(hosts.contains("a.shop.test"));
  EXPECT_FALSE(hosts.contains("shop.test.evil.test"));
  EXPECT_FALSE(hosts.contains("evilshop.test"));
  EXPECT_FALSE(hosts.contains(""));
}

TEST(HostList, AStarIsAnyRunOfOctets) {
  HostList hosts = list({"*.shop.test", "cdn-*.test"});
  EXPECT_TRUE(hosts.contains("a.b.shop.test"));
  EXPECT_TRUE(hosts.contains("cdn-7.test"));
  EXPECT_FALSE(hosts.contains("shop.test"));
  EXPECT_FALSE(hosts.contains("evilshop.test"));
  EXPECT_TRUE(list({"*"}).contains("127.0.0.1"));
}

TEST(HostList, AnAddressMatchesHoweverItIsSpelt) {
  HostList hosts = list({"127.0.0.1", "[2001:db8::1]"});
  EXPECT_TRUE(hosts.contains("127.0.0.1"));
  EXPECT_TRUE(hosts.contains("[::ffff:127.0.0.1]"));
  EXPECT_TRUE(hosts.contains("[2001:db8:0:0::1]"));
  EXPECT_TRUE(hosts.contains("2001:db8::1"));
  EXPECT_FALSE(hosts.contains("127.0.0.2"));
  EXPECT_FALSE(hosts.contains("localhost"));
}

TEST(HostList, RefusesWhatIsNoHost) {
  HostList hosts;
  for (std::string_view text :
       {"", "http://shop.test", "shop.test:80", "shop.test/a", "[::1]:80", "a b", "me@shop.test"})
    EXPECT_FALSE(hosts.add(text)) << text;
}

Verdict decide(const RuleSet& rules, std::string_view request) {
  http::RequestHead head;
  test::read(request, head);
  return rules.decide(Phase::request, {.request = &head, .host = head.target.authority.host});
}

TEST(OnlyHosts, DeniesTheRestWhateverTheMethod) {
  OnlyHosts rules(list({"shop.test"}));
  EXPECT_EQ(decide(rules, "GET http://shop.test/ HTTP/1.1\r\n").kind, Verdict::Kind::pass);
  EXPECT_EQ(decide(rules, "CONNECT shop.test:443 HTTP/1.1\r\n").kind, Verdict::Kind::pass);
  for (std::string_view request : {"GET http://cdn.test/ HTTP/1.1\r\n", "CONNECT cdn.test:443 HTTP/1.1\r\n"}) {
    Verdict verdict = decide(rules, request);
    EXPECT_EQ(verdict.kind, Verdict::Kind::deny) << request;
    EXPECT_EQ(verdict.error.status, 403);
    EXPECT_EQ(verdict.error.token, Token::http_request_denied);
  }
}

TEST(OnlyHosts, LetsRequestsToTheProxyItselfPass) {
  OnlyHosts rules{HostList()};
  EXPECT_EQ(decide(rules, "GET /proxy.pac HTTP/1.1\r\n").kind, Verdict::Kind::pass);
  EXPECT_EQ(decide(rules, "OPTIONS * HTTP/1.1\r\n").kind, Verdict::Kind::pass);
  EXPECT_EQ(decide(rules, "GET http://shop.test/ HTTP/1.1\r\n").kind, Verdict::Kind::deny);
}

}  // namespace
}  // namespace porthole::rules
