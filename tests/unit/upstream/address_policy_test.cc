// Which addresses may be dialled (bad-inputs 49, 50): every family in every spelling.
#include "upstream/address_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole::upstream {
namespace {

Endpoint at(const char* ip, std::uint16_t port = 80) { return {*IpAddress::parse(ip), port}; }
IpNetwork network(const char* text) { return *IpNetwork::parse(text); }

bool allowed(const AddressPolicy& policy, const char* ip, bool guarded, std::uint16_t port = 80) {
  auto answer = policy.check(at(ip, port), guarded);
  if (answer) return true;
  EXPECT_EQ(answer.error().token, Token::destination_ip_prohibited);
  EXPECT_EQ(answer.error().status, 403);
  return false;
}

constexpr const char* kNear[] = {
    // loopback, unspecified
    "127.0.0.1", "127.8.8.8", "127.255.255.255", "::1", "0.0.0.0", "0.1.2.3", "::",
    // private
    "10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "fc00::1", "fd12:3456::1",
    "fdff::", "100.64.0.1", "100.127.255.255",
    // link-local and metadata
    "169.254.0.1", "169.254.169.254", "fe80::1", "febf::1", "fec0::1", "fd00:ec2::254", "168.63.129.16", "192.0.0.192",
    // multicast, reserved, broadcast, test networks
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "ff02::1", "198.18.0.1", "198.19.255.255", "100::1",
    // the same inside other addresses: mapped, compatible, NAT64, 6to4, Teredo
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:0.0.0.0", "::127.0.0.1", "::10.1.2.3", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
    "2001::80ff:fffe", "2001:0:4136:e378:8000:63bf:f5ff:fffe"};

constexpr const char* kFar[] = {
    "8.8.8.8",         "1.1.1.1",      "9.255.255.255",   "11.0.0.0",         "126.255.255.255", "128.0.0.1",
    "172.15.255.255",  "172.32.0.0",   "192.167.255.255", "192.169.0.0",      "100.63.255.255",  "100.128.0.0",
    "169.253.255.255", "169.255.0.0",  "223.255.255.255", "192.0.1.1",        "198.17.255.255",  "198.20.0.0",
    "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1", "2001:4860:4860::8888",
    "fbff::1",         "fe00::1",      "101::1"};

TEST(AddressPolicy, RefusesWhatIsNearBeyondLoopback) {
  AddressPolicy policy({}, {}, {});
  for (const char* ip : kNear) {
    EXPECT_FALSE(allowed(policy, ip, true)) << ip;
    EXPECT_TRUE(allowed(policy, ip, false)) << ip;
  }
}

TEST(AddressPolicy, AllowsWhatIsFar) {
  AddressPolicy policy({}, {}, {});
  for (const char* ip : kFar) {
    EXPECT_TRUE(allowed(policy, ip, true)) << ip;
    EXPECT_TRUE(allowed(policy, ip, false)) << ip;
  }
}

TEST(AddressPolicy, AllowOpensExactlyWhatItNames) {
  AddressPolicy policy({.allow = {network("127.0.0.1/32"), network("10.1.0.0/16"), network("fd00::/8")}}, {}, {});
  for (const char* ip : {"127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "10.1.255.255", "fd00::1", "8.8.8.8"}) {
    EXPECT_TRUE(allowed(policy, ip, true)) << ip;
  }
  for (const char* ip : {"127.0.0.2", "10.2.0.0", "fc00::1", "::1"}) EXPECT_FALSE(allowed(policy, ip, true)) << ip;
}

TEST(AddressPolicy, DenyWinsOverAllowAndHoldsForEveryListener) {
  AddressPolicy policy({.allow = {network("10.0.0.0/8")}, .deny = {network("10.0.0.0/24"), network("2001:db8::/32")}},
                       {}, {});
  for (bool guarded : {false, true}) {
    for (const char* ip : {"10.0.0.7", "::ffff:10.0.0.7", "64:ff9b::a00:7", "2002:a00:7::", "2001:db8::1"}) {
      EXPECT_FALSE(allowed(policy, ip, guarded)) << ip;
    }
    EXPECT_TRUE(allowed(policy, "10.0.1.7", guarded));
  }
}

TEST(AddressPolicy, ReadsNetworksInMappedForm) {
  AddressPolicy policy({.allow = {network("::ffff:127.0.0.0/104")}, .deny = {network("::ffff:8.8.8.8")}}, {}, {});
  EXPECT_TRUE(allowed(policy, "127.3.3.3", true));
  EXPECT_FALSE(allowed(policy, "8.8.8.8", false));
}

TEST(AddressPolicy, NeverDialsItsOwnListeners) {
  AddressPolicy policy({.allow = {network("0.0.0.0/0"), network("::/0")}}, {at("127.0.0.1", 8083), at("::1", 8085)},
                       {});
  for (bool guarded : {false, true}) {
    for (const char* ip : {"127.0.0.1", "::ffff:127.0.0.1", "0.0.0.0", "::", "::ffff:0.0.0.0", "64:ff9b::7f00:1"}) {
      EXPECT_FALSE(allowed(policy, ip, guarded, 8083)) << ip;
      EXPECT_TRUE(allowed(policy, ip, guarded, 8084)) << ip;
    }
    EXPECT_FALSE(allowed(policy, "::1", guarded, 8085));
    EXPECT_FALSE(allowed(policy, "::", guarded, 8085));
    // Another address with the same port is another program's.
    EXPECT_TRUE(allowed(policy, "127.0.0.2", guarded, 8083));
    EXPECT_TRUE(allowed(policy, "::1", guarded, 8083));
    EXPECT_TRUE(allowed(policy, "127.0.0.1", guarded, 8085));
  }
}

TEST(AddressPolicy, KnowsAnUnspecifiedListenerUnderEveryAddressOfTheMachine) {
  std::vector<IpAddress> machine = {*IpAddress::parse("127.0.0.1"), *IpAddress::parse("203.0.113.7"),
                                    *IpAddress::parse("2001:db8::7")};
  for (const char* listener : {"0.0.0.0", "::"}) {
    AddressPolicy policy({.allow = {network("0.0.0.0/0"), network("::/0")}}, {at(listener, 8083)}, machine);
    for (const char* ip : {"127.0.0.1", "127.0.0.2", "127.9.9.9", "::1", "0.0.0.0", "::", "203.0.113.7",
                           "::ffff:203.0.113.7", "2001:db8::7", "64:ff9b::cb00:7107"}) {
      EXPECT_FALSE(allowed(policy, ip, false, 8083)) << listener << " " << ip;
      EXPECT_TRUE(allowed(policy, ip, false, 80)) << listener << " " << ip;
    }
    EXPECT_TRUE(allowed(policy, "203.0.113.8", false, 8083));
  }
}

TEST(AddressPolicy, FindsTheEmbeddedAddress) {
  auto inside = [](const char* ip) { return embedded_ipv4(*IpAddress::parse(ip)).text(); };
  EXPECT_EQ(inside("1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(inside("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(inside("::1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(inside("64:ff9b::1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(inside("2002:102:304::5"), "1.2.3.4");
  EXPECT_EQ(inside("2001:0:1:2:3:4:fefd:fcfb"), "1.2.3.4");
  EXPECT_EQ(inside("2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(inside("::1"), "::1");
  EXPECT_EQ(inside("::"), "::");
}

TEST(AddressPolicy, ListsTheInterfaces) {
  EXPECT_THAT(interface_addresses(), testing::Contains(IpAddress::loopback4()));
}

}  // namespace
}  // namespace porthole::upstream
