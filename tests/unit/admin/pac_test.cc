// The PAC file and its twin in C++ say the same.
#include "admin/pac.h"

#include <gtest/gtest.h>

namespace porthole::admin {
namespace {

TEST(Pac, FileIsES5WithoutHelpersOfTheBrowser) {
  EXPECT_EQ(pac_text("127.0.0.1:8083"),
            R"(// Made by Porthole. The visitor's own machine is reached directly, all else through the proxy.
function FindProxyForURL(url, host) {
  var name = host.toLowerCase().replace(/^\[|\]$/g, "");
  if (name === "localhost" || /\.localhost$/.test(name) || name === "::1" || /^127\.\d+\.\d+\.\d+$/.test(name)) {
    return "DIRECT";
  }
  return "PROXY 127.0.0.1:8083";
}
)");
}

TEST(Pac, AnAddressCannotBreakOutOfTheScript) {
  std::string text = pac_text("evil\"; alert(1); //\n\\:80");
  EXPECT_NE(text.find("\"PROXY evilalert1:80\""), std::string::npos) << text;
}

TEST(Pac, AnswersForUrls) {
  const struct {
    const char* url;
    const char* answer;
  } kCases[] = {
      {"http://shop.test/cart", "PROXY p:1"},
      {"https://shop.test:8443", "PROXY p:1"},
      {"http://porthole.internal/", "PROXY p:1"},
      {"http://LOCALHOST/x", "DIRECT"},
      {"http://a.localhost:80/", "DIRECT"},
      {"http://127.0.0.1:99/", "DIRECT"},
      {"http://127.8.8.8", "DIRECT"},
      {"http://[::1]:80/", "DIRECT"},
      {"http://[2001:db8::1]/", "PROXY p:1"},
      {"http://127.0.0.1.test/", "PROXY p:1"},
      {"http://notlocalhost/", "PROXY p:1"},
      {"ws://user:x@shop.test/", "PROXY p:1"},
      {"http://u:p@localhost/", "DIRECT"},
      {"http://10.0.0.1/", "PROXY p:1"},
  };
  for (const auto& test : kCases) EXPECT_EQ(pac_answer(test.url, "p:1"), test.answer) << test.url;
}

TEST(Pac, WhatIsNoUrlHasNoAnswer) {
  for (const char* url : {"", "shop.test", "://x", "http://", "/path"})
    EXPECT_EQ(pac_answer(url, "p:1"), std::nullopt) << url;
}

}  // namespace
}  // namespace porthole::admin
