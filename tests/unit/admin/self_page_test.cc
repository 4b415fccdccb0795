// The public pages: filled in, escaped, without anything from elsewhere.
#include "admin/self_page.h"

#include <gtest/gtest.h>

namespace porthole::admin {
namespace {

TEST(PublicPages, TheFrontPageSaysHowToUseThisProxy) {
  auto page = PublicPages().page("/", "192.0.2.7:8083");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  for (const char* words : {"<title>Porthole</title>", "curl -x http://192.0.2.7:8083 http://porthole.internal/",
                            "http_proxy=http://192.0.2.7:8083", "http://192.0.2.7:8083/proxy.pac",
                            "port <code>8083</code>", "prefers-color-scheme: dark", "width=device-width"}) {
    EXPECT_NE(page->body.find(words), std::string::npos) << words;
  }
}

TEST(PublicPages, NothingIsLoadedFromElsewhereAndNothingRuns) {
  auto page = PublicPages().page("/", "127.0.0.1:8083");
  for (const char* words : {"<script", "src=", "@import", "url(", "<link", "onload"}) {
    EXPECT_EQ(page->body.find(words), std::string::npos) << words;
  }
  EXPECT_LT(page->body.size(), 8'000U);
}

TEST(PublicPages, TheAddressIsEscaped) {
  auto page = PublicPages().page("/", "<b>&\"':1");
  EXPECT_EQ(page->body.find("<b>"), std::string::npos);
  EXPECT_NE(page->body.find("&lt;b&gt;&amp;&quot;&#39;:1"), std::string::npos);
}

TEST(PublicPages, ThePacFileMayBeCached) {
  auto page = PublicPages().page("/proxy.pac", "127.0.0.1:8083");
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->content_type, "application/x-ns-proxy-autoconfig");
  EXPECT_EQ(page->cache_control, "max-age=300");
  EXPECT_EQ(page->etag.size(), 18U);
  EXPECT_EQ(page->etag, PublicPages().page("/proxy.pac", "127.0.0.1:8083")->etag);
  EXPECT_NE(page->etag, PublicPages().page("/proxy.pac", "127.0.0.1:8084")->etag);
}

TEST(PublicPages, ThereIsNothingElse) {
  for (const char* path : {"", "/index.html", "/metrics", "/proxy.pac/", "/../etc/passwd", "//"}) {
    EXPECT_FALSE(PublicPages().page(path, "127.0.0.1:8083").has_value()) << path;
  }
}

}  // namespace
}  // namespace porthole::admin
