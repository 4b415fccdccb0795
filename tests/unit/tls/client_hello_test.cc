// ClientHellos, made here and recorded from real clients, whole and in any portions, whole and broken.
#include "tls/client_hello.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/allocations.h"

namespace porthole::tls {
namespace {

using State = ClientHelloReader::State;
using testing::ElementsAre;
using testing::IsEmpty;

std::string number(std::size_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i > 0; --i) out += static_cast<char>(value >> 8 * (i - 1) & 0xff);
  return out;
}
std::string vector(std::size_t length_bytes, const std::string& content) {
  return number(content.size(), length_bytes) + content;
}
std::string extension(std::size_t type, const std::string& content) { return number(type, 2) + vector(2, content); }
std::string server_name(const std::string& name) { return extension(0, vector(2, '\0' + vector(2, name))); }
std::string alpn(std::initializer_list<std::string> names) {
  std::string list;
  for (const std::string& name : names) list += vector(1, name);
  return extension(16, vector(2, list));
}
std::string versions(std::initializer_list<std::size_t> numbers) {
  std::string list;
  for (std::size_t one : numbers) list += number(one, 2);
  return extension(43, vector(1, list));
}
std::string body(const std::string& extensions, std::size_t version = 0x0303) {
  return number(version, 2) + std::string(32, 'r') + vector(1, std::string(32, 's')) + vector(2, number(0x1301, 2)) +
         vector(1, std::string(1, '\0')) + extensions;
}
std::string message(const std::string& content, std::size_t type = 1) { return number(type, 1) + vector(3, content); }
std::string record(const std::string& fragment, std::size_t type = 22) {
  return number(type, 1) + number(0x0301, 2) + vector(2, fragment);
}
std::string hello(const std::string& extensions) { return record(message(body(vector(2, extensions)))); }

struct Outcome {
  State state;
  ClientHello hello;
};
Outcome feed(const std::vector<std::string>& pieces) {
  ClientHelloReader reader;
  for (const std::string& piece : pieces) reader.feed(piece);
  return {reader.state(), reader.hello()};
}
// Whole, octet by octet and in two portions, wherever they part: the same.
Outcome read(const std::string& bytes) {
  Outcome whole = feed({bytes});
  auto same = [&](const Outcome& other) {
    EXPECT_EQ(other.state, whole.state);
    EXPECT_EQ(other.hello.server_name, whole.hello.server_name);
    EXPECT_EQ(other.hello.protocols, whole.hello.protocols);
    EXPECT_EQ(other.hello.versions, whole.hello.versions);
  };
  std::vector<std::string> octets;
  for (char c : bytes) octets.emplace_back(1, c);
  same(feed(octets));
  for (std::size_t at = 1; at < bytes.size(); ++at) same(feed({bytes.substr(0, at), bytes.substr(at)}));
  return whole;
}

TEST(ClientHello, SaysNameProtocolsAndVersions) {
  Outcome seen = read(hello(server_name("api.shop.test") + extension(10, "xyz") + alpn({"h2", "http/1.1"}) +
                            versions({0x0304, 0x0303})) +
                      "what follows");
  ASSERT_EQ(seen.state, State::read);
  EXPECT_EQ(seen.hello.server_name, "api.shop.test");
  EXPECT_THAT(seen.hello.protocols, ElementsAre("h2", "http/1.1"));
  EXPECT_THAT(seen.hello.versions, ElementsAre(0x0304, 0x0303));
  EXPECT_EQ(version_text(0x0304), "1.3");
  EXPECT_EQ(version_text(0x0a0a), "");
}

// openssl s_client -tls1_2 -noservername, OpenSSL 3.0.
TEST(ClientHello, OfARealClientIsRead) {
  constexpr unsigned char kSent[] = {
      0x16, 0x03, 0x01, 0x00, 0xb7, 0x01, 0x00, 0x00, 0xb3, 0x03, 0x03, 0xaf, 0xa5, 0xaa, 0x0a, 0x8c, 0x1e, 0xda, 0xbf,
      0xfb, 0x00, 0xd6, 0xb2, 0xf3, 0xef, 0xd6, 0xb4, 0xc5, 0x4a, 0xe4, 0x89, 0x9d, 0x31, 0xb9, 0x04, 0xd6, 0xc7, 0x9b,
      0x15, 0xce, 0x1d, 0xff, 0x30, 0x00, 0x00, 0x38, 0xc0, 0x2c, 0xc0, 0x30, 0x00, 0x9f, 0xcc, 0xa9, 0xcc, 0xa8, 0xcc,
      0xaa, 0xc0, 0x2b, 0xc0, 0x2f, 0x00, 0x9e, 0xc0, 0x24, 0xc0, 0x28, 0x00, 0x6b, 0xc0, 0x23, 0xc0, 0x27, 0x00, 0x67,
      0xc0, 0x0a, 0xc0, 0x14, 0x00, 0x39, 0xc0, 0x09, 0xc0, 0x13, 0x00, 0x33, 0x00, 0x9d, 0x00, 0x9c, 0x00, 0x3d, 0x00,
      0x3c, 0x00, 0x35, 0x00, 0x2f, 0x00, 0xff, 0x01, 0x00, 0x00, 0x52, 0x00, 0x0b, 0x00, 0x04, 0x03, 0x00, 0x01, 0x02,
      0x00, 0x0a, 0x00, 0x0c, 0x00, 0x0a, 0x00, 0x1d, 0x00, 0x17, 0x00, 0x1e, 0x00, 0x19, 0x00, 0x18, 0x00, 0x23, 0x00,
      0x00, 0x00, 0x16, 0x00, 0x00, 0x00, 0x17, 0x00, 0x00, 0x00, 0x0d, 0x00, 0x2a, 0x00, 0x28, 0x04, 0x03, 0x05, 0x03,
      0x06, 0x03, 0x08, 0x07, 0x08, 0x08, 0x08, 0x09, 0x08, 0x0a, 0x08, 0x0b, 0x08, 0x04, 0x08, 0x05, 0x08, 0x06, 0x04,
      0x01, 0x05, 0x01, 0x06, 0x01, 0x03, 0x03, 0x03, 0x01, 0x03, 0x02, 0x04, 0x02, 0x05, 0x02, 0x06, 0x02,
  };
  Outcome seen = read({reinterpret_cast<const char*>(kSent), sizeof kSent});
  ASSERT_EQ(seen.state, State::read);
  EXPECT_EQ(seen.hello.server_name, "");
  EXPECT_THAT(seen.hello.protocols, IsEmpty());
  EXPECT_THAT(seen.hello.versions, ElementsAre(0x0303));
}

TEST(ClientHello, MayBeSplitOverRecords) {
  std::string whole = message(body(vector(2, server_name("a.test"))));
  for (std::size_t at = 1; at < whole.size(); ++at) {
    Outcome seen = feed({record(whole.substr(0, at)), record(whole.substr(at))});
    ASSERT_EQ(seen.state, State::read) << at;
    EXPECT_EQ(seen.hello.server_name, "a.test");
  }
}

TEST(ClientHello, OfOldClientsHasNoExtensions) {
  Outcome seen = read(record(message(body("", 0x0301))));
  ASSERT_EQ(seen.state, State::read);
  EXPECT_THAT(seen.hello.versions, ElementsAre(0x0301));
}

// RFC 8701.
TEST(ClientHello, LeavesGreaseOut) {
  Outcome seen = read(hello(extension(0x0a0a, "") + alpn({"\x0a\x0a", "h2"}) + versions({0x4a4a, 0x0304})));
  ASSERT_EQ(seen.state, State::read);
  EXPECT_THAT(seen.hello.protocols, ElementsAre("h2"));
  EXPECT_THAT(seen.hello.versions, ElementsAre(0x0304));
}

TEST(ClientHello, TakesNothingForANameThatCannotBePrinted) {
  for (const std::string& name : {std::string("a\0b", 3), std::string("a b"), std::string("a\r\nb"), std::string("a,b"),
                                  std::string("\xff"), std::string(254, 'a')}) {
    Outcome seen = read(hello(server_name(name) + alpn({name.substr(0, 200), "h2"})));
    ASSERT_EQ(seen.state, State::read);
    EXPECT_EQ(seen.hello.server_name, "");
    if (name.size() < 200) EXPECT_THAT(seen.hello.protocols, ElementsAre("h2"));
  }
}

TEST(ClientHello, KeepsNoMoreThanSixteenOfAnything) {
  std::string names, numbers;
  for (std::size_t i = 0; i < 100; ++i) {
    names += vector(1, std::to_string(i));
    numbers += number(0x0300 + i, 2);
  }
  Outcome seen = read(hello(extension(16, vector(2, names)) + extension(43, vector(1, numbers))));
  ASSERT_EQ(seen.state, State::read);
  EXPECT_EQ(seen.hello.protocols.size(), 16U);
  EXPECT_EQ(seen.hello.versions.size(), 16U);
}

TEST(ClientHello, IsAwaitedWhileItMayStillCome) {
  std::string whole = hello(server_name("a.test") + alpn({"h2"}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(read(whole.substr(0, size)).state, State::more) << size;
}

TEST(ClientHello, IsRefusedAsAWholeWhenALengthDoesNotFit) {
  std::string good = server_name("a.test");
  for (const std::string& bad :
       {std::string("GET / HTTP/1.1\r\n"),
        std::string("SSH-2.0-x\r\n"),
        std::string("\x80\x2e\x01\x00\x02"),
        record(message(body(vector(2, good))), 23),                     // no handshake
        record(message(body(vector(2, good)), 2)),                      // a ServerHello
        record(""),                                                     // RFC 8446 §5.1: no empty fragments
        number(22, 1) + number(0x0301, 2) + number(16385, 2) + "x",     // nor larger ones
        number(22, 1) + number(0x0201, 2) + number(5, 2) + "x",         // no version of TLS
        record(number(1, 1) + number(ClientHelloReader::kMax - 3, 3)),  // a message larger than we hold
        record(message(body(vector(2, good) + "x"))),                   // something behind it
        record(message(body(vector(2, good).substr(0, 9)))),            // cut
        record(message(body("").substr(0, 20))),
        record(message(body("", 0x0a0a))),
        hello(extension(0, "")),
        hello(extension(0, vector(2, ""))),
        hello(extension(0, vector(2, '\0' + number(9, 2)))),
        hello(extension(0, vector(2, '\0' + vector(2, "a")) + "x")),  // something behind the list
        hello(alpn({})),
        hello(alpn({""})),
        hello(extension(16, number(9, 2) + "x")),
        hello(versions({})),
        hello(extension(43, vector(1, "abc"))),
        hello(good + good)}) {  // RFC 8446 §4.2: one of a kind
    Outcome seen = read(bad);
    EXPECT_EQ(seen.state, State::refused) << testing::PrintToString(bad);
    EXPECT_EQ(seen.hello.server_name, "");
    EXPECT_THAT(seen.hello.versions, IsEmpty());
  }
}

TEST(ClientHello, MayBeAsLargeAsFourKibibytes) {
  std::string padding(ClientHelloReader::kMax - message(body(vector(2, extension(21, "")))).size(), 'p');
  std::string largest = message(body(vector(2, extension(21, padding))));
  ASSERT_EQ(largest.size(), ClientHelloReader::kMax);
  EXPECT_EQ(feed({record(largest.substr(0, 3000)), record(largest.substr(3000))}).state, State::read);
  EXPECT_EQ(feed({record(message(body(vector(2, extension(21, padding + "p")))))}).state, State::refused);
}

// Of whatever trickles in no more than once so much is held.
TEST(ClientHello, IsHeldInOneAllocation) {
  static_assert(ClientHelloReader::kMax <= 4096);
  std::string bytes = record(number(1, 1) + number(ClientHelloReader::kMax - 4, 3) + std::string(4091, 'x'));
  ClientHelloReader reader;
  std::size_t before = test::allocations();
  for (char byte : bytes) ASSERT_EQ(reader.feed({&byte, 1}), State::more);
  EXPECT_LE(test::allocations() - before, 1U);
}

}  // namespace
}  // namespace porthole::tls
