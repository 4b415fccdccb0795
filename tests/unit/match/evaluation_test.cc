// What each key compares, with the rules of that key.
#include "match/evaluation.h"

#include <gtest/gtest.h>

#include "match/parser.h"
#include "support/allocations.h"
#include "support/told_subject.h"

namespace porthole::match {
namespace {

Truth asked(std::string_view text, const Subject& subject) {
  std::expected<Node, Fault> node = parse(text);
  EXPECT_TRUE(node) << text << ": " << fault_text(node.error());
  return node ? evaluate(*node, subject) : Truth::unknown;
}

const test::ToldSubject kCall = test::failing_call();

void expect_matches(std::initializer_list<std::string_view> texts) {
  for (std::string_view text : texts) EXPECT_EQ(asked(text, kCall), Truth::yes) << text;
}
void expect_none(std::initializer_list<std::string_view> texts) {
  for (std::string_view text : texts) EXPECT_EQ(asked(text, kCall), Truth::no) << text;
}

TEST(Evaluation, TheExampleOfTheDesign) {
  expect_matches({"host:*.shop.test status:5xx -method:OPTIONS size>100k time>500ms body:\"out of stock\""});
}

TEST(Evaluation, HostsIgnoreCasePathsDoNot) {
  expect_matches({"host:API.shop.test", "host:/^API/", "path:/v1/stock/*", "path:/v1/STOCK/*,/v1/stock/42"});
  expect_none({"host:shop.test", "path:/V1/stock/42", "path:/v1/stock/42?id=42", "path:/^.V1/"});
  expect_matches({"path:/^.V1/i"});
}

TEST(Evaluation, ADomainIsTheHostAndAllBelow) {
  expect_matches({"domain:shop.test", "domain:test", "domain:api.shop.test", "domain:Shop.*"});
  expect_none({"domain:hop.test", "domain:pi.shop.test", "domain:other"});
}

TEST(Evaluation, AQueryAsAWholeOrOneParameter) {
  expect_matches({"query:id=42", "query:lang=*", "query:id=42&lang=en", "query:*"});
  expect_none({"query:id=4", "query:id", "query:LANG=en"});
}

TEST(Evaluation, TheUrlIsPutTogether) {
  expect_matches({"url:https://api.shop.test/v1/stock/42?id=42*", "url:*stock*", "url:/^https:.*=en$/"});
  expect_none({"url:https://api.shop.test:443/*", "url:http:*"});
  test::ToldSubject local;
  local.texts = {{Key::scheme, "http"}, {Key::host, "::1"}, {Key::path, "/"}};
  local.numbers = {{Key::port, 8080}};
  EXPECT_EQ(asked("url:\"http://[::1]:8080/\"", local), Truth::yes);
  local.texts.erase(Key::path);
  EXPECT_EQ(asked("url:*", local), Truth::no) << "a tunnel has no URL";
}

TEST(Evaluation, AUrlLongerThanAnyTargetIsJudgedWithoutItsEnd) {
  test::ToldSubject told = kCall;
  told.texts[Key::path] = "/" + std::string(40'000, 'a') + "/end";
  EXPECT_EQ(asked("url:https://api.shop.test/aaa*", told), Truth::yes);
  EXPECT_EQ(asked("url:*/end?*", told), Truth::no);
}

TEST(Evaluation, AMediaTypeByItsKindSubtypeOrSuffix) {
  expect_matches(
      {"type:json", "type:application", "type:application/problem+json", "type:problem+json", "type:*/*json"});
  expect_none({"type:html", "type:text", "type:application/json", "type:utf-8"});
}

TEST(Evaluation, NumbersAreCompared) {
  expect_matches({"status:503", "status:404,5xx", "status>=500 status<504", "status:50x", "port:443", "size=150k",
                  "size>100KiB", "time<1s", "time>=750ms"});
  expect_none({"status:4xx", "status<503", "port:80,8080", "size>150k", "time>750ms"});
}

TEST(Evaluation, ClientsByAddressNetworkOrGlob) {
  expect_matches(
      {"client:192.168.1.7", "client:192.168.0.0/16", "client:192.168.1.*", "client:10.0.0.0/8,192.0.0.0/8"});
  expect_none({"client:10.0.0.0/8", "client:192.168.1.70", "client:::/0"});
}

TEST(Evaluation, FieldsOfEitherSideOrOfOne) {
  expect_matches({"header.cookie:*session=*", "request-header.cookie:*", "header.cache-control:*NO-STORE*",
                  "header.x-empty:\"\"", "header.x-empty:*"});
  expect_none({"response-header.cookie:*", "header.cookie:abc", "header.x-none:*", "request-header.x-empty:*"});
}

TEST(Evaluation, BodiesAreSearchedOnEitherSideOrOne) {
  expect_matches({"body:coupon", "request-body:coupon", "response-body:\"OUT of\"", "body:/\"coupon\":\\s*\"x1\"/i"});
  expect_none({"response-body:coupon", "body:\"in stock\""});
}

TEST(Evaluation, NamesOfWhatThereAreMany) {
  expect_matches({"list:shops", "tag:check*", "rule:\"Office exits\"", "via:office", "error:http_*"});
  expect_none({"list:blocked", "tag:check", "via:direct"});
}

TEST(Evaluation, FlagsAreAnyOf) {
  expect_matches({"is:error", "is:ws,error", "-is:tunnel", "is:intercepted is:error"});
  expect_none({"is:ws", "is:pending"});
}

TEST(Evaluation, ABareWordSearchesHostPathQueryAndFieldValues) {
  expect_matches({"SHOP", "stock/42", "lang", "session", "no-store", "t-77", "sto*42"});
  expect_none({"coupon", "checkout", "x-trace-id", "POST"});
}

TEST(Evaluation, AStarAsksWhetherThereIsOne) {
  expect_none({"user:*", "user:/./"});
  expect_matches({"-user:*", "error:*"});
}

TEST(Evaluation, WhatHasNotHappenedIsUnknown) {
  test::ToldSubject early = kCall;
  early.seen = Phase::request;
  EXPECT_EQ(asked("status:5xx", early), Truth::unknown);
  EXPECT_EQ(asked("-status:5xx", early), Truth::unknown);
  EXPECT_EQ(asked("host:*.test status:5xx", early), Truth::unknown);
  EXPECT_EQ(asked("host:other status:5xx", early), Truth::no) << "decided whatever the status will be";
  EXPECT_EQ(asked("host:*.test or status:5xx", early), Truth::yes);
  EXPECT_EQ(asked("header.cookie:*", early), Truth::yes) << "one side is enough";
  EXPECT_EQ(asked("header.cache-control:*", early), Truth::unknown);
  EXPECT_EQ(asked("no-store", early), Truth::unknown);
  EXPECT_EQ(asked("user:*", early), Truth::no) << "there will be none";
}

// Knows nothing but what it was asked.
struct Lists final : Subject {
  Fact<std::string_view> text(Key) const override { return Fact<std::string_view>::unknown(); }
  Fact<std::uint64_t> number(Key) const override { return Fact<std::uint64_t>::unknown(); }
  Truth flag(Flag) const override { return Truth::unknown; }
  Truth any(Key, std::string_view, const Probe& probe) const override {
    wanted += std::string(probe.only()) + ";";
    return Truth::no;
  }
  mutable std::string wanted;
};

TEST(Evaluation, ASubjectIsToldWhatToLookUp) {
  Lists lists;
  EXPECT_EQ(asked("list:blocked,own*,/re/", lists), Truth::no);
  EXPECT_EQ(lists.wanted, "blocked;;;");
}

TEST(Evaluation, AllocatesNothing) {
  Node node = *parse(
      "host:*.shop.test status:5xx -method:OPTIONS size>100k body:\"out of stock\" url:*stock* domain:shop.test "
      "query:id=42 type:json client:192.168.0.0/16 header.cookie:*session* is:error (list:shops or nothing) stock");
  std::size_t before = test::allocations();
  Truth truth = evaluate(node, kCall);
  EXPECT_EQ(test::allocations() - before, 0U);
  EXPECT_EQ(truth, Truth::yes);
}

}  // namespace
}  // namespace porthole::match
