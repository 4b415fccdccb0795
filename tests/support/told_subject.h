// A subject that is told all facts of an exchange beforehand, and shows those that are known at a phase: what a rule sees
// on the way, and what a search sees afterwards.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "match/subject.h"

namespace porthole::test {

class ToldSubject final : public match::Subject {
 public:
  using Key = match::Key;
  match::Phase seen = match::Phase::end;
  std::map<Key, std::string> texts;
  std::map<Key, std::uint64_t> numbers;
  std::vector<match::Flag> flags;
  std::multimap<Key, std::string> many;  // lists, tags, rules, bodies
  std::multimap<Key, std::pair<std::string, std::string>> fields;

  match::Fact<std::string_view> text(Key key) const override {
    auto found = texts.find(key);
    if (later(match::row_of(key).phase)) return match::Fact<std::string_view>::unknown();
    if (found == texts.end()) return match::Fact<std::string_view>::none();
    return std::string_view(found->second);
  }
  match::Fact<std::uint64_t> number(Key key) const override {
    auto found = numbers.find(key);
    if (later(match::row_of(key).phase)) return match::Fact<std::uint64_t>::unknown();
    if (found == numbers.end()) return match::Fact<std::uint64_t>::none();
    return found->second;
  }
  match::Truth flag(match::Flag flag) const override {
    if (later(match::flag_table()[static_cast<std::size_t>(flag)].phase)) return match::Truth::unknown;
    return match::truth_of(std::ranges::find(flags, flag) != flags.end());
  }
  match::Truth any(Key key, std::string_view field_name, const match::Probe& probe) const override {
    if (later(match::row_of(key).phase)) return match::Truth::unknown;
    for (auto [at, end] = many.equal_range(key); at != end; ++at) {
      if (probe(at->second)) return match::Truth::yes;
    }
    for (auto [at, end] = fields.equal_range(key); at != end; ++at) {
      bool named = field_name.empty() || field_name == at->second.first;
      if (named && probe(at->second.second)) return match::Truth::yes;
    }
    return match::Truth::no;
  }

 private:
  bool later(match::Phase phase) const { return phase > seen; }
};

// A failing call to a shop, as DESIGN.md's example searches for it.
inline ToldSubject failing_call() {
  using match::Key;
  ToldSubject told;
  told.texts = {{Key::host, "api.shop.test"},
                {Key::path, "/v1/stock/42"},
                {Key::query, "id=42&lang=en"},
                {Key::scheme, "https"},
                {Key::method, "POST"},
                {Key::protocol, "http/1.1"},
                {Key::client, "192.168.1.7"},
                {Key::type, "application/problem+json; charset=utf-8"},
                {Key::error, "http_response_incomplete"},
                {Key::via, "office"}};
  told.numbers = {{Key::port, 443}, {Key::status, 503}, {Key::size, 150'000}, {Key::time, 750'000'000}};
  told.flags = {match::Flag::error, match::Flag::intercepted};
  told.many = {{Key::list, "shops"},
               {Key::tag, "checkout"},
               {Key::rule, "office exits"},
               {Key::request_body, "{\"coupon\": \"X1\"}"},
               {Key::response_body, "{\"detail\": \"Out of stock\"}"}};
  told.fields = {{Key::request_header, {"cookie", "session=abc"}},
                 {Key::request_header, {"x-trace-id", "T-77"}},
                 {Key::response_header, {"cache-control", "private, no-store"}},
                 {Key::response_header, {"x-empty", ""}}};
  return told;
}

}  // namespace porthole::test
