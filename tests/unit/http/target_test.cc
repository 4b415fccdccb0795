// RFC 9112 §3.2 and RFC 3986 §3.2, as strictly as target.h promises. The whole families of bad-inputs 29, 32 and 33 are
// in tests/golden/wire/request_lines.md; here are the parsed values and the borders.
#include "http/target.h"

#include <string>

#include <gtest/gtest.h>

namespace porthole::http {
namespace {

bool refused(std::string_view authority) { return !parse_authority(authority, false).has_value(); }

TEST(Target, AbsoluteForm) {
  Target target = *parse_target("HtTp://User.example:8080/p?q", Method::get);
  EXPECT_EQ(target.form, TargetForm::absolute);
  EXPECT_EQ(target.scheme, Scheme::http);
  EXPECT_EQ(target.scheme_text, "HtTp");
  EXPECT_EQ(target.authority.host, "User.example");
  EXPECT_EQ(target.authority.port, 8080);
  EXPECT_EQ(target.path_and_query, "/p?q");
}

TEST(Target, TheDefaultPortFollowsTheScheme) {
  EXPECT_EQ(effective_port({.port = 0}, Scheme::http), 80);
  EXPECT_EQ(effective_port({.port = 0}, Scheme::https), 443);
  EXPECT_EQ(effective_port({.port = 8080}, Scheme::https), 8080);
}

// RFC 9112 §3.2.3, §3.2.4
TEST(Target, AuthorityFormIsForConnectAndAsteriskFormForOptions) {
  EXPECT_EQ(parse_target("h:443", Method::connect)->form, TargetForm::authority);
  EXPECT_FALSE(parse_target("h:443", Method::get));
  EXPECT_FALSE(parse_target("http://h/", Method::connect));
  EXPECT_EQ(parse_target("*", Method::options)->form, TargetForm::asterisk);
  EXPECT_FALSE(parse_target("*", Method::get));
  EXPECT_FALSE(parse_target("", Method::get));
}

TEST(Target, EveryOctetIsEitherSafeOrRefused) {
  for (int octet = 0; octet < 256; ++octet) {
    auto legal = [&](std::string text) {
      text.insert(text.find('_'), 1, static_cast<char>(octet));
      return parse_target(text, Method::get).has_value();
    };
    bool visible = octet > 0x20 && octet < 0x7f && octet != '#';
    for (std::string_view query : {"http://h/a?_", "http://h/a?_b", "http://h?b\\c_\\", "/a?_?", "/?\\_"}) {
      EXPECT_EQ(legal(std::string(query)), visible) << octet << " in " << query;
    }
    for (std::string_view path : {"http://h/_", "http://h/_a?b", "/a_"}) {
      EXPECT_EQ(legal(std::string(path)), visible && octet != '\\') << octet << " in " << path;
    }
  }
}

// A browser reads "\\" as "/" up to the first "?" and nowhere behind it (WHATWG URL).
TEST(Target, ABackslashStandsInQueriesAlone) {
  EXPECT_EQ(parse_target("http://h?\\@g/", Method::get)->authority.host, "h");
  EXPECT_EQ(parse_target("http://h?\\@g/", Method::get)->path_and_query, "?\\@g/");
  for (std::string_view text :
       {"http://h\\?", "http://h\\@g/?", "http:\\\\h/?", "/a\\b?c", "\\?", "/a?\\#", "/a?\\ \\", "/\\?\\"}) {
    EXPECT_FALSE(parse_target(text, Method::get)) << text;
  }
}

// RFC 3986 §3.2.2
TEST(Authority, IPv6InBrackets) {
  for (std::string_view host : {"::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8", "1::8",
                                "fe80::abcd", "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4", "::1.2.3.4", "ABCD:EF01::"}) {
    std::string text = "[" + std::string(host) + "]:1";
    Result<Authority> authority = parse_authority(text, true);
    ASSERT_TRUE(authority) << host;
    EXPECT_EQ(authority->host, host);
    EXPECT_EQ(authority->kind, HostKind::ipv6);
  }
  for (std::string_view host : {"",
                                ":",
                                ":::",
                                "1",
                                "1:2",
                                "1:2:3:4:5:6:7",
                                "1:2:3:4:5:6:7:8:9",
                                "1:2:3:4:5:6:7:8::",
                                "::1::",
                                "1:::2",
                                "1.2.3.4",
                                "::1.2.3",
                                "::01.2.3.4",
                                "1:2:3:4:5:6:7:1.2.3.4",
                                "::g",
                                "::12345",
                                ":1",
                                "1:",
                                "::1%0",
                                "::1.2.3.4:5",
                                " ::1"}) {
    EXPECT_TRUE(refused("[" + std::string(host) + "]")) << host;
  }
}

TEST(Authority, IPv4ExactlyInFourDecimalOctets) {
  EXPECT_EQ(parse_authority("0.0.0.0", false)->kind, HostKind::ipv4);
  EXPECT_EQ(parse_authority("255.255.255.255:80", false)->kind, HostKind::ipv4);
  for (std::string_view host : {"256.0.0.0", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.0x4", "0x1.2.3.4", "1", "0", "0x",
                                "1.2.3.4.", "1..2.3", "a.1", "a.0x1f"}) {
    EXPECT_TRUE(refused(host)) << host;
  }
}

TEST(Authority, NamesThatOnlyLookLikeNumbersAreNames) {
  for (std::string_view host :
       {"1.example", "1.2.3.4.example", "0x1g", "1a", "a1", "h.", "a-b_c.d", "xn--nxasmq6b", "4chan.org"}) {
    Result<Authority> authority = parse_authority(host, false);
    ASSERT_TRUE(authority) << host;
    EXPECT_EQ(authority->kind, HostKind::name) << host;
  }
}

TEST(Authority, NamesHaveAtMost253Octets) {
  std::string name(253, 'a');
  EXPECT_FALSE(refused(name));
  EXPECT_FALSE(refused(name + "."));
  EXPECT_TRUE(refused(name + "a"));
}

// bad-inputs 32
TEST(Authority, Ports) {
  EXPECT_EQ(parse_authority("h:65535", true)->port, 65535);
  EXPECT_EQ(parse_authority("h:00080", true)->port, 80);
  EXPECT_EQ(parse_authority("h:", false)->port, 0);
  EXPECT_EQ(parse_authority("h", false)->port, 0);
  for (std::string_view text :
       {"h:0", "h:00000", "h:65536", "h:000080", "h:4294967376", "h: 80", "h:80 ", "h:8 0", "h:a"})
    EXPECT_TRUE(refused(text)) << text;
  EXPECT_FALSE(parse_authority("h", true));
  EXPECT_FALSE(parse_authority("h:", true));
}

// RFC 9110 §4.2.4
TEST(Authority, UserInformationIsNamedInTheError) {
  for (std::string_view text : {"u@h", "u:p@h", "@h", "h:80@g", "[::1]@h"}) {
    EXPECT_STREQ(parse_authority(text, false).error().detail, "user information in a URI is refused") << text;
  }
}

// RFC 3986 §7.5
TEST(Target, IsShownWithoutUserInformation) {
  std::string room;
  auto shown = [&](std::string_view target) { return std::string(without_userinfo(target, room)); };
  EXPECT_EQ(shown("http://user:pw@h:80/p"), "http://*******@h:80/p");
  EXPECT_EQ(shown("ftp://a@b@[::1]"), "ftp://***@[::1]");
  EXPECT_EQ(shown("HTTP://u:p\\@h?q=a@b"), "HTTP://****@h?q=a@b");
  EXPECT_EQ(shown("u:p@h:443"), "***@h:443");
  EXPECT_EQ(shown("http:/u:p@h/"), "*********@h/") << "where no authority is, nobody knows where it would begin";
  EXPECT_EQ(shown("http:///u:p@h/"), "***********@h/");
  EXPECT_EQ(shown("user:p/w@h/"), "********@h/");
  for (std::string_view kept :
       {"", "*", "/", "/a@b", "//u:p@h/", "h:443", "http://h/@scope/x", "http://h?a@b", "http://@h/"})
    EXPECT_EQ(without_userinfo(kept, room).data(), kept.data()) << kept;
}

}  // namespace
}  // namespace porthole::http
