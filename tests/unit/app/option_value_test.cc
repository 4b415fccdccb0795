// Values of every kind of option: words in, words out, and what is refused.
#include "app/option_value.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

using Words = std::vector<std::string>;

std::string refused(std::string_view key, const Words& words) {
  Settings settings;
  auto assigned = assign(*find_option(key), words, settings);
  return assigned ? "" : assigned.error().what;
}

TEST(OptionValue, EveryDefaultReadsBackAsItself) {
  for (const Option& option : options()) {
    Settings settings;
    Words words = words_of(option, settings);
    ASSERT_TRUE(assign(option, words, settings).has_value()) << option.key;
    EXPECT_EQ(words_of(option, settings), words) << option.key;
  }
}

TEST(OptionValue, FillsTheMember) {
  Settings settings;
  auto set = [&](std::string_view key, const Words& words) {
    ASSERT_TRUE(assign(*find_option(key), words, settings).has_value()) << key;
  };
  set("proxy.listen", {"[::1]:80", ":81"});
  EXPECT_EQ(settings.listen, (std::vector{*Endpoint::parse("[::1]:80"), *Endpoint::parse("0.0.0.0:81")}));
  set("proxy.connect_ports", {"443", "8443"});
  EXPECT_EQ(settings.proxy.connect_ports, (proxy::ConnectPorts{.by_default = false, .list = {443, 8443}}));
  set("proxy.connect_ports", {"any"});
  EXPECT_TRUE(settings.proxy.connect_ports.any);
  set("proxy.connect_ports", {});
  EXPECT_TRUE(settings.proxy.connect_ports.by_default);
  set("observe.listen", {"off"});
  EXPECT_FALSE(settings.observe.has_value());
  set("observe.access_log", {"squid", "/var/log/a:b"});
  EXPECT_EQ(settings.access_log, (flow::AccessLogOptions{flow::LogFormat::squid, "/var/log/a:b"}));
  set("observe.access_log", {"off"});
  EXPECT_TRUE(settings.access_log.to.empty());
  set("limits.head_bytes", {"32 KiB"});
  EXPECT_EQ(settings.proxy.limits.head_bytes, 32_KiB);
  set("proxy.via", {"false"});
  EXPECT_FALSE(settings.proxy.via);
  set("resolve.nameservers", {"127.0.0.1:5353", "192.0.2.53", "2001:db8::53"});
  EXPECT_EQ(settings.resolve.nameservers.size(), 3U);
}

TEST(OptionValue, RefusesWithAReason) {
  const struct {
    std::string_view key;
    Words words;
    std::string_view why;
  } kCases[] = {
      {"timeouts.head", {"10"}, "unit is missing"},
      {"timeouts.head", {"0s"}, "at least 1ms"},
      {"limits.head_bytes", {"2 MiB"}, "at most 1 MiB"},
      {"limits.fields", {"0"}, "at least 1"},
      {"limits.fields", {"many"}, "whole number"},
      {"proxy.workers", {"99999999999"}, "at most 256"},
      {"proxy.via", {"yes"}, "true or false"},
      {"proxy.listen", {"127.0.0.1:http"}, "an address and a port"},
      {"proxy.listen", {"127.0.0.1:70000"}, "an address and a port"},
      {"observe.listen", {"on"}, "or \"off\""},
      {"proxy.clients", {"10.0.0.0/33"}, "a network"},
      {"proxy.connect_ports", {"0"}, "1 to 65535"},
      {"proxy.name", {"a b"}, "letters, digits"},
      {"proxy.name", {""}, "letters, digits"},
      {"log.level", {"loud"}, "expected one of debug"},
      {"log.level", {"wran"}, "did you mean \"warn\"?"},
      {"observe.access_log", {"jsn", "stdout"}, "did you mean \"json\"?"},
      {"observe.access_log", {"json"}, "such as json:stdout"},
      {"observe.access_log", {"json", ""}, "a path"},
      {"resolve.nameservers", {"dns.example"}, "expected an address"},
      {"resolve.nameservers", {"127.0.0.1:0"}, "expected an address"},
      {"resolve.hosts_file", {""}, "a path"},
  };
  for (const auto& test : kCases) {
    EXPECT_NE(refused(test.key, test.words).find(test.why), std::string::npos)
        << test.key << ": \"" << refused(test.key, test.words) << '"';
  }
}

TEST(OptionValue, AnErrorNamesTheWordAndLeavesTheMember) {
  Settings settings;
  auto before = settings.listen;
  auto assigned = assign(*find_option("proxy.listen"), Words{"127.0.0.1:1", "nowhere"}, settings);
  ASSERT_FALSE(assigned.has_value());
  EXPECT_EQ(assigned.error().word, 1U);
  EXPECT_EQ(settings.listen, before);
}

TEST(OptionValue, WordsOfAFlagAreSplitByKind) {
  EXPECT_EQ(split_words(*find_option("proxy.listen"), "127.0.0.1:1, [::1]:2"), (Words{"127.0.0.1:1", "[::1]:2"}));
  EXPECT_EQ(split_words(*find_option("proxy.clients"), ""), Words{});
  EXPECT_EQ(split_words(*find_option("observe.access_log"), "json:/a:b"), (Words{"json", "/a:b"}));
  EXPECT_EQ(split_words(*find_option("observe.access_log"), "off"), Words{"off"});
  EXPECT_EQ(split_words(*find_option("resolve.hosts_file"), "/a,b:c"), Words{"/a,b:c"});
}

TEST(OptionValue, TomlIsQuotedSoThatItReadsBack) {
  Settings settings;
  settings.log_to = "a\"b\\c\n";
  EXPECT_EQ(toml_of(*find_option("log.to"), settings), R"("a\"b\\c\u000A")");
  settings.proxy.connect_ports = {.by_default = false, .any = true, .list = {443}};
  EXPECT_EQ(toml_of(*find_option("proxy.connect_ports"), settings), R"(["any", 443])");
}

}  // namespace
}  // namespace porthole::app
