// See browser.h.
#include "app/browser.h"

#include <array>
#include <cstdio>
#include <stdexcept>

#include <fmt/format.h>
#include <unistd.h>

#include "app/announcement.h"
#include "app/control_commands.h"
#include "app/foreground.h"
#include "app/scratch_folder.h"

namespace porthole::app {
namespace {

constexpr std::string_view kOwnPage = "http://porthole.internal/";

struct Browser {
  std::string_view name;
  std::vector<std::string> programs;  // as distributions call it, the likeliest first
  std::vector<std::string> (*words)(const BrowserStart&);
};

const std::array<Browser, 2>& browsers() {
  static const std::array<Browser, 2> all = {
      {{"chromium", {"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}, chromium_words},
       {"firefox", {"firefox", "firefox-esr"}, firefox_words}}};
  return all;
}

const Browser& browser_called(std::string_view name) {
  for (const Browser& one : browsers()) {
    if (one.name == name) return one;
  }
  throw std::logic_error("the command line knows its browsers");
}

void add_users_words(const BrowserStart& start, std::vector<std::string>& words) {
  if (start.words.empty()) words.emplace_back(kOwnPage);
  words.insert(words.end(), start.words.begin(), start.words.end());
}

int open_browser(const Browser& browser, BrowserStart start, const Surroundings& surroundings) {
  auto path = surroundings.variables.find("PATH");
  std::string program = find_program(browser.programs, path == surroundings.variables.end() ? "" : path->second);
  if (program.empty()) {
    std::fprintf(stderr, "porthole: no %s in PATH: looked for %s\n", std::string(browser.name).c_str(),
                 fmt::format("{}", fmt::join(browser.programs, ", ")).c_str());
    return kFailure;
  }
  Foreground foreground;
  ScratchFolder profile(browser.name);
  start.profile = profile.path();
  start.as_root = ::geteuid() == 0;
  if (browser.name == "firefox" && !write_file(profile.path() + "/user.js", firefox_preferences(start.proxy)))
    throw std::runtime_error(fmt::format("{}: cannot be written", profile.path()));
  if (browser.name == "chromium" && start.as_root) {
    std::fputs("porthole: you are root, so Chromium runs without its sandbox: open only pages that you trust\n",
               stderr);
  }
  std::vector<std::string> words = browser.words(start);
  words.insert(words.begin(), program);
  return foreground.run(words, surroundings.variables, descriptor_soft_limit());
}

}  // namespace

std::vector<std::string> browser_names() {
  std::vector<std::string> names;
  for (const Browser& one : browsers()) names.emplace_back(one.name);
  return names;
}

std::vector<std::string> chromium_words(const BrowserStart& start) {
  std::vector<std::string> words = {
      fmt::format("--user-data-dir={}", start.profile),
      fmt::format("--proxy-server=http://{}", start.proxy.text()),
      "--proxy-bypass-list=<-loopback>",  // by itself it goes around any proxy for localhost
      "--no-first-run",
      "--no-default-browser-check",
      "--password-store=basic",  // a profile that is thrown away needs no keyring
      // What a browser asks for by itself is not what somebody wants to look at.
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
  };
  if (start.as_root) words.emplace_back("--no-sandbox");
  add_users_words(start, words);
  return words;
}

std::vector<std::string> firefox_words(const BrowserStart& start) {
  std::vector<std::string> words = {"--no-remote", "--profile", start.profile};
  add_users_words(start, words);
  return words;
}

std::string firefox_preferences(const Endpoint& proxy) {
  std::string text;
  auto set = [&](std::string_view name, std::string_view value) {
    text += fmt::format("user_pref(\"{}\", {});\n", name, value);
  };
  std::string host = fmt::format("\"{}\"", proxy.ip.text()), port = std::to_string(proxy.port);
  set("network.proxy.type", "1");
  set("network.proxy.http", host);
  set("network.proxy.http_port", port);
  set("network.proxy.ssl", host);
  set("network.proxy.ssl_port", port);
  set("network.proxy.no_proxies_on", "\"\"");
  set("network.proxy.allow_hijacking_localhost", "true");
  set("browser.aboutwelcome.enabled", "false");
  set("browser.shell.checkDefaultBrowser", "false");
  set("datareporting.policy.dataSubmissionEnabled", "false");
  set("network.captive-portal-service.enabled", "false");
  set("network.connectivity-service.enabled", "false");
  return text;
}

std::string find_program(const std::vector<std::string>& names, const std::string& path) {
  for (const std::string& name : names) {
    std::string_view rest = path;
    while (!rest.empty()) {
      std::string_view folder = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(folder.size() + 1, rest.size()));
      std::string file = fmt::format("{}/{}", folder, name);
      if (folder.starts_with('/') && ::access(file.c_str(), X_OK) == 0) return file;
    }
  }
  return {};
}

int run_open(const CommandLine& line, const Surroundings& surroundings) {
  Configuration configuration = load_configuration(surroundings);
  if (!configuration.good()) {
    Answer refused = refusal(configuration);
    std::fputs(refused.err.c_str(), stderr);
    return refused.exit_code;
  }
  Endpoint proxy = proxy_meant(configuration, surroundings.variables);
  if (proxy.port == 0) {
    std::fputs(port_unknown().c_str(), stderr);
    return kFailure;
  }
  return open_browser(browser_called(line.browser), {.proxy = proxy, .profile = {}, .words = line.words}, surroundings);
}

}  // namespace porthole::app
