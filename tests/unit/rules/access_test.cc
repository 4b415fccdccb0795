// Who may use the proxy: nobody named means this machine only.
#include "rules/access.h"

#include <gtest/gtest.h>

namespace porthole::rules {
namespace {

IpAddress ip(std::string_view text) { return *IpAddress::parse(text); }

TEST(Access, AdmitsOnlyLoopbackWhenNoNetworkIsNamed) {
  Access access{AccessOptions{}};
  EXPECT_TRUE(access.admits(ip("127.0.0.1")));
  EXPECT_TRUE(access.admits(ip("127.9.9.9")));
  EXPECT_TRUE(access.admits(ip("::1")));
  EXPECT_TRUE(access.admits(ip("::ffff:127.0.0.1")));
  EXPECT_FALSE(access.admits(ip("192.0.2.1")));
  EXPECT_FALSE(access.admits(ip("2001:db8::1")));
}

TEST(Access, AdmitsExactlyTheNamedNetworks) {
  Access access{{.clients = {*IpNetwork::parse("192.0.2.0/25"), *IpNetwork::parse("2001:db8::/32")}}};
  EXPECT_TRUE(access.admits(ip("192.0.2.127")));
  EXPECT_FALSE(access.admits(ip("192.0.2.128")));
  EXPECT_TRUE(access.admits(ip("2001:db8:ffff::1")));
  EXPECT_FALSE(access.admits(ip("2001:db9::1")));
  EXPECT_FALSE(access.admits(ip("127.0.0.1"))) << "loopback is a network like any other once networks are named";
}

TEST(Access, ComparesTheIPv4AddressInsideAMappedOne) {
  Access access{{.clients = {*IpNetwork::parse("192.0.2.0/24")}}};
  EXPECT_TRUE(access.admits(ip("::ffff:192.0.2.7")));
  EXPECT_FALSE(access.admits(ip("::ffff:198.51.100.7")));
}

}  // namespace
}  // namespace porthole::rules
