// What a browser is started with. tests/e2e/open.test.mjs starts one.
#include "app/browser.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temporary_folder.h"

namespace porthole::app {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Endpoint kProxy = *Endpoint::parse("127.0.0.1:4711");

TEST(Browser, ChromiumUsesTheProxyForEverythingAndAFreshProfile) {
  auto words = chromium_words({.proxy = kProxy, .profile = "/tmp/p", .words = {"http://shop.test/"}});
  EXPECT_THAT(words, Contains("--proxy-server=http://127.0.0.1:4711"));
  EXPECT_THAT(words, Contains("--proxy-bypass-list=<-loopback>"));
  EXPECT_THAT(words, Contains("--user-data-dir=/tmp/p"));
  EXPECT_EQ(words.back(), "http://shop.test/");
}

TEST(Browser, ChromiumKeepsItsSandboxForWhoeverIsNotRoot) {
  EXPECT_THAT(chromium_words({.proxy = kProxy, .profile = "/tmp/p", .words = {}}), Not(Contains("--no-sandbox")));
  EXPECT_THAT(chromium_words({.proxy = kProxy, .profile = "/tmp/p", .as_root = true, .words = {}}),
              Contains("--no-sandbox"));
}

TEST(Browser, ShowsTheProxysOwnPageWhenNothingElseIsAskedFor) {
  EXPECT_EQ(chromium_words({.proxy = kProxy, .profile = "/tmp/p", .words = {}}).back(), "http://porthole.internal/");
  EXPECT_THAT(firefox_words({.proxy = kProxy, .profile = "/tmp/p", .words = {}}),
              ElementsAre("--no-remote", "--profile", "/tmp/p", "http://porthole.internal/"));
}

TEST(Browser, FirefoxTakesTheProxyFromItsProfile) {
  std::string text = firefox_preferences(*Endpoint::parse("[::1]:4711"));
  EXPECT_THAT(text, HasSubstr("user_pref(\"network.proxy.type\", 1);\n"));
  EXPECT_THAT(text, HasSubstr("user_pref(\"network.proxy.http\", \"::1\");\n"));
  EXPECT_THAT(text, HasSubstr("user_pref(\"network.proxy.ssl_port\", 4711);\n"));
  EXPECT_THAT(text, HasSubstr("user_pref(\"network.proxy.allow_hijacking_localhost\", true);\n"));
}

TEST(Browser, IsFoundUnderTheFirstNameThatCanBeRun) {
  test::TemporaryFolder folder;
  std::string a = folder / "a", b = folder / "b";
  ::mkdir(a.c_str(), 0700);
  ::mkdir(b.c_str(), 0700);
  auto put = [](const std::string& path, mode_t mode) {
    std::fclose(std::fopen(path.c_str(), "w"));
    ::chmod(path.c_str(), mode);
  };
  put(a + "/second", 0700);
  put(a + "/first", 0600);
  EXPECT_EQ(find_program({"first", "second"}, a + "::" + b), a + "/second") << "a file that cannot be run is none";
  put(b + "/first", 0700);
  EXPECT_EQ(find_program({"first", "second"}, a + "::" + b), b + "/first");
  EXPECT_EQ(find_program({"third"}, a + ":" + b), "");
  EXPECT_EQ(find_program({"first"}, ""), "");
}

}  // namespace
}  // namespace porthole::app
