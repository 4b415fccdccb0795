// Addresses have one spelling each; everything else is refused, because somebody else would read it differently.
#include "base/ip.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace porthole {
namespace {

IpAddress ip(std::string_view text) {
  auto address = IpAddress::parse(text);
  EXPECT_TRUE(address) << text;
  return address.value_or(IpAddress{});
}

IpNetwork network(std::string_view text) {
  auto parsed = IpNetwork::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(IpNetwork{});
}

TEST(IpAddress, ReadsAndWritesTheSameText) {
  for (const char* text : {"0.0.0.0", "127.0.0.1", "255.255.255.255", "10.20.30.40", "::", "::1", "fe80::1",
                           "2001:db8::8:800:200c:417a", "1:2:3:4:5:6:7:8", "::ffff:10.0.0.1"}) {
    EXPECT_EQ(ip(text).text(), text);
  }
}

TEST(IpAddress, WritesTheShortFormOfRfc5952) {
  EXPECT_EQ(ip("2001:DB8:0:0:0:0:0:1").text(), "2001:db8::1");
  EXPECT_EQ(ip("0:0:0:0:0:ffff:7f00:1").text(), "::ffff:127.0.0.1");
}

// What inet_aton reads as 127.0.0.1 or as an octal number would pass a rule for the one and be dialled as the other.
TEST(IpAddress, RefusesOctalShortAndOtherNotations) {
  for (const char* text : {"",
                           "127.1",
                           "127.0.1",
                           "2130706433",
                           "0x7f.0.0.1",
                           "0x7f000001",
                           "0177.0.0.1",
                           "127.0.0.01",
                           "127.0.0.1.",
                           ".127.0.0.1",
                           "127.0.0.256",
                           "127.0.0.-1",
                           "127.0.0",
                           "127..0.1",
                           " 127.0.0.1",
                           "127.0.0.1 ",
                           "127.0.0.1/32",
                           "1.2.3.4.5",
                           "+1.2.3.4",
                           "localhost",
                           "[::1]",
                           "::1%lo",
                           "fe80::1%1",
                           ":::",
                           "1::2::3",
                           "12345::",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "::127.1",
                           "::ffff:127.0.0.01",
                           ":",
                           "1:2:3:4:5:6:7:8::"}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
  EXPECT_FALSE(IpAddress::parse(std::string_view("127.0.0.1\0.evil", 15)));
  EXPECT_FALSE(IpAddress::parse(std::string(10'000, '1')));
}

TEST(IpAddress, UnmapsOnlyMappedAddresses) {
  EXPECT_EQ(ip("::ffff:10.0.0.1").unmapped(), ip("10.0.0.1"));
  EXPECT_EQ(ip("::ffff:a00:1").unmapped(), ip("10.0.0.1"));
  EXPECT_EQ(ip("::fffe:10.0.0.1").unmapped(), ip("::fffe:a00:1"));
  EXPECT_EQ(ip("::1").unmapped(), ip("::1"));
  EXPECT_EQ(ip("10.0.0.1").unmapped(), ip("10.0.0.1"));
}

TEST(IpAddress, KnowsLoopbackInEverySpelling) {
  for (const char* text : {"127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f12:3456"}) {
    EXPECT_TRUE(ip(text).loopback()) << text;
  }
  for (const char* text : {"128.0.0.1", "126.0.0.1", "::2", "::", "0.0.0.0", "::127.0.0.1"}) {
    EXPECT_FALSE(ip(text).loopback()) << text;
  }
}

TEST(IpAddress, KnowsUnspecifiedInEverySpelling) {
  for (const char* text : {"0.0.0.0", "::", "::ffff:0.0.0.0"}) EXPECT_TRUE(ip(text).unspecified()) << text;
  for (const char* text : {"0.0.0.1", "::1", "1::"}) EXPECT_FALSE(ip(text).unspecified()) << text;
}

TEST(IpAddress, IsEqualOnlyToItself) {
  EXPECT_EQ(ip("10.0.0.1"), IpAddress::of4(10, 0, 0, 1));
  EXPECT_NE(ip("10.0.0.1"), ip("::ffff:10.0.0.1"));
  EXPECT_NE(ip("0.0.0.0"), ip("::"));
}

TEST(Endpoint, ReadsAndWritesTheSameText) {
  for (const char* text : {"127.0.0.1:80", "[::1]:443", "[2001:db8::1]:65535", "0.0.0.0:0"}) {
    auto endpoint = Endpoint::parse(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(Endpoint::parse(":8083")->text(), "0.0.0.0:8083");
}

TEST(Endpoint, RefusesWhatIsUnclear) {
  for (const char* text : {"",
                           ":",
                           "80",
                           "127.0.0.1",
                           "127.0.0.1:",
                           "127.0.0.1:65536",
                           "127.0.0.1:-1",
                           "127.0.0.1:+80",
                           "127.0.0.1: 80",
                           "::1:80",
                           "[::1]",
                           "[::1]80",
                           "[127.0.0.1]:80",
                           "[::1:80",
                           "::1]:80",
                           "[]:80",
                           "host:80",
                           "127.0.0.1:80:80",
                           "[[::1]]:80",
                           "127.0.0.1:0x50"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

TEST(Endpoint, SurvivesTheKernelsForm) {
  for (const char* text : {"127.0.0.1:80", "[2001:db8::1]:443"}) {
    Endpoint endpoint = *Endpoint::parse(text);
    sockaddr_storage address;
    unsigned length = endpoint.to_sockaddr(address);
    EXPECT_EQ(length, endpoint.ip.v4 ? sizeof(sockaddr_in) : sizeof(sockaddr_in6));
    EXPECT_EQ(Endpoint::of(address), endpoint);
  }
}

TEST(IpNetwork, ContainsWhatItsPrefixSays) {
  struct Case {
    const char* network;
    const char* address;
    bool inside;
  };
  for (const Case& c : std::initializer_list<Case>{{"10.0.0.0/8", "10.255.1.2", true},
                                                   {"10.0.0.0/8", "11.0.0.0", false},
                                                   {"172.16.0.0/12", "172.31.255.255", true},
                                                   {"172.16.0.0/12", "172.32.0.0", false},
                                                   {"0.0.0.0/0", "255.1.2.3", true},
                                                   {"0.0.0.0/0", "::1", false},
                                                   {"192.0.2.1", "192.0.2.1", true},
                                                   {"192.0.2.1", "192.0.2.2", false},
                                                   {"192.0.2.0/31", "192.0.2.1", true},
                                                   {"192.0.2.0/31", "192.0.2.2", false},
                                                   {"fc00::/7", "fdff::1", true},
                                                   {"fc00::/7", "fe00::", false},
                                                   {"::/0", "2001:db8::1", true},
                                                   {"::/0", "10.0.0.1", false},
                                                   {"::1/128", "::1", true},
                                                   {"::1/128", "::2", false},
                                                   {"10.9.8.7/8", "10.1.1.1", true},
                                                   {"2001:db8::/33", "2001:db8:7fff::", true},
                                                   {"2001:db8::/33", "2001:db8:8000::", false}}) {
    EXPECT_EQ(network(c.network).contains(ip(c.address)), c.inside) << c.network << " " << c.address;
  }
}

// A rule written in the mapped spelling would otherwise match nothing, since addresses are unmapped before they are asked.
TEST(IpNetwork, ReadsMappedNetworksAsTheIpv4OnesTheyMean) {
  EXPECT_EQ(network("::ffff:127.0.0.0/104"), network("127.0.0.0/8"));
  EXPECT_EQ(network("::ffff:10.0.0.1"), network("10.0.0.1/32"));
  EXPECT_EQ(network("::ffff:0.0.0.0/96"), network("0.0.0.0/0"));
  EXPECT_FALSE(network("::ffff:0.0.0.0/95").base.v4);
}

TEST(IpNetwork, RefusesWhatIsNoPrefix) {
  for (const char* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "10/8", "::/129",
                           "fc00::/ 7", "10.0.0.0/0x8", "10.0.0.0/255.0.0.0"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

TEST(IpNetwork, WritesItsPrefix) {
  EXPECT_EQ(network("10.0.0.0/8").text(), "10.0.0.0/8");
  EXPECT_EQ(network("::1").text(), "::1/128");
}

}  // namespace
}  // namespace porthole
