// Trees, and every way to be wrong: which words are marked and what is suggested.
#include "match/parser.h"

#include <array>

#include <gtest/gtest.h>

namespace porthole::match {
namespace {

// "(and a (or b c))"
std::string shape(const Node& node) {
  if (node.kind == Node::Kind::term) {
    const Glob* glob = std::get_if<Glob>(&node.term.patterns[0]);
    return glob ? glob->pieces()[0] : std::string(row_of(node.term.key).word);
  }
  constexpr std::array<std::string_view, 3> kWords = {"and", "or", "not"};
  std::string text = "(" + std::string(kWords[static_cast<std::size_t>(node.kind)]);
  for (const Node& child : node.children) text += " " + shape(child);
  return text + ")";
}
std::string tree(std::string_view text) {
  std::expected<Node, Fault> node = parse(text);
  return node ? shape(*node) : fault_text(node.error());
}

// "[marked] what (suggestion)"
std::string wrong(std::string_view text) {
  std::expected<Node, Fault> node = parse(text);
  if (node) return "fine: " + shape(*node);
  const Fault& fault = node.error();
  EXPECT_LE(fault.offset + fault.length, text.size());
  std::string said = "[" + std::string(text.substr(fault.offset, fault.length)) + "] " + fault.what;
  return fault.suggestion.empty() ? said : said + " (" + fault.suggestion + ")";
}

TEST(Parser, SideBySideIsAnd) {
  EXPECT_EQ(tree("a b c"), "(and a b c)");
  EXPECT_EQ(tree("a and b"), "(and a b)");
  EXPECT_EQ(tree(""), "(and)");
  EXPECT_EQ(tree(" \t\n"), "(and)");
}

TEST(Parser, AndBindsCloserThanOr) {
  EXPECT_EQ(tree("a b or c d"), "(or (and a b) (and c d))");
  EXPECT_EQ(tree("a (b or c) d"), "(and a (or b c) d)");
}

TEST(Parser, NotBindsClosest) {
  EXPECT_EQ(tree("-a b"), "(and (not a) b)");
  EXPECT_EQ(tree("not a or b"), "(or (not a) b)");
  EXPECT_EQ(tree("-(a b)"), "(not (and a b))");
  EXPECT_EQ(tree("not(a)"), "(not a)");
  EXPECT_EQ(tree("--a"), "a");
}

TEST(Parser, AMinusInsideAWordIsAMinus) { EXPECT_EQ(tree("a-b"), "a-b"); }

TEST(Parser, QuotedKeywordsAreText) { EXPECT_EQ(tree("\"or\" \"not\""), "(and or not)"); }

TEST(Parser, TermsKnowWhereTheyStood) {
  Node node = *parse("a -host:x");
  const Term& host = node.children[1].children[0].term;
  EXPECT_EQ(host.offset, 3U);
  EXPECT_EQ(host.length, 6U);
}

TEST(Parser, AnUnknownKeyIsNamedWithTheLikelyOne) {
  EXPECT_EQ(wrong("a hots:x"), "[hots] unknown key 'hots' (host)");
  EXPECT_EQ(wrong("colour:x"), "[colour] unknown key 'colour'");
  EXPECT_EQ(wrong("heder.accept:x"), "[heder.accept] unknown key 'heder.accept' (header.accept)");
  EXPECT_EQ(wrong("header:x"), "[header] 'header' needs the name of a field");
  EXPECT_EQ(wrong("header.:x"), "[header.] 'header.' needs the name of a field");
  EXPECT_EQ(fault_text(parse("a hots:x").error()), "unknown key 'hots' at 3: did you mean host?");
}

TEST(Parser, WhatPeoplePasteIsUnderstoodAndAskedBack) {
  EXPECT_EQ(wrong("localhost:3000"), "[localhost:3000] unknown key 'localhost' (host:localhost port:3000)");
  EXPECT_EQ(wrong("https://shop.test/a?b=1"),
            "[https://shop.test/a?b=1] unknown key 'https' (url:\"https://shop.test/a?b=1\")");
  EXPECT_EQ(wrong("::1"), "[::1] a key is missing; to search for a text, quote it (\"::1\")");
}

TEST(Parser, SuggestionsAreExpressions) {
  for (std::string_view text : {"hots:x", "localhost:3000", "https://shop.test/a?b=1", "::1", "host>x", "is:cashed"}) {
    Fault fault = parse(text).error();
    std::string better(text);
    better.replace(fault.offset, fault.length, fault.suggestion);
    EXPECT_TRUE(parse(better)) << better;
  }
}

TEST(Parser, TextsAreNotCompared) {
  EXPECT_EQ(wrong("host>x"), "[host>] 'host' is not compared but matched, with ':' (host:)");
  EXPECT_EQ(wrong("method=GET"), "[method=] 'method' is not compared but matched, with ':' (method:)");
  EXPECT_EQ(wrong("is=ws"), "[is=] 'is' is not compared but matched, with ':' (is:)");
}

TEST(Parser, NumbersAreHeldToTheirUnits) {
  EXPECT_EQ(wrong("size>x"), "[x] 'x': needs a number");
  EXPECT_EQ(wrong("time>500"), "[500] '500': needs a unit: us, ms, s, min or h");
  EXPECT_EQ(wrong("status>5xx"),
            "[5xx] '5xx': a class of statuses is neither more nor less: compare with its first or last");
  EXPECT_EQ(wrong("size>1k,2k"), "[size>1k,2k] a comparison takes one number");
}

TEST(Parser, IsHasItsOwnWords) { EXPECT_EQ(wrong("is:cashed"), "[cashed] unknown word 'cashed' behind is: (cached)"); }

TEST(Parser, WhatIsMissingIsPointedAt) {
  EXPECT_EQ(wrong("host:"), "[] 'host' needs a value");
  EXPECT_EQ(wrong("host:a,"), "[] 'host' needs a value");
  EXPECT_EQ(wrong("(a"), "[(] no ')' for this '('");
  EXPECT_EQ(wrong("a)"), "[)] no '(' for this ')'");
  EXPECT_EQ(wrong("()"), "[] something to match is missing here");
  EXPECT_EQ(wrong("a or"), "[] something to match is missing here");
  EXPECT_EQ(wrong("or a"), "[] something to match is missing here");
  EXPECT_EQ(wrong("a and or b"), "[] something to match is missing here");
  EXPECT_EQ(wrong("a - b"), "[-] nothing to negate");
  EXPECT_EQ(wrong("not or b"), "[not ] nothing to negate");
  EXPECT_EQ(wrong("\"\""), "[\"\"] nothing to search for");
  EXPECT_EQ(wrong("body:\"\""), "[\"\"] nothing to search for");
  EXPECT_EQ(wrong("a \"b c"), "[\"b c] no closing quote for this text");
  EXPECT_EQ(wrong("a(b)"), "[a(] put a text with parentheses in quotes");
}

TEST(Parser, RegularExpressionsAreChecked) {
  EXPECT_EQ(wrong("host:/a(/"), "[/a(/] no regular expression of RE2: missing ): a(");
}

TEST(Parser, NetworksAreChecked) { EXPECT_EQ(wrong("client:10.0.0.0/33"), "[10.0.0.0/33] no network"); }

TEST(Parser, LimitsAreNamed) {
  EXPECT_EQ(parse(std::string(kTextMax, 'a')).has_value(), true);
  EXPECT_EQ(parse(std::string(kTextMax + 1, 'a')).error().what, "longer than 4096 octets");
  EXPECT_TRUE(parse(std::string(kDepthMax - 1, '(') + "a" + std::string(kDepthMax - 1, ')')));
  EXPECT_EQ(parse(std::string(kDepthMax, '(') + "a" + std::string(kDepthMax, ')')).error().what,
            "more than 32 parentheses and negations inside each other");
  EXPECT_EQ(parse(std::string(kDepthMax, '-') + "a").error().offset, 32U);
  std::string many;
  for (std::size_t i = 0; i < kTermsMax; ++i) many += "a ";
  EXPECT_TRUE(parse(many));
  EXPECT_EQ(parse(many + "a").error().what, "more than 256 terms");
  std::string values = "host:a";
  for (std::size_t i = 0; i < kTermsMax; ++i) values += ",a";
  EXPECT_EQ(parse(values).error().what, "more than 256 terms");
  std::string regexes;
  for (std::size_t i = 0; i <= kRegexesMax; ++i) regexes += "host:/a./ ";
  EXPECT_EQ(parse(regexes).error().what, "more than 16 regular expressions");
}

TEST(Parser, WhatGrowsWhenWrittenOutIsHeldToTheLimitToo) {
  std::string backslashes = "a\\:" + std::string(kTextMax - 3, 'b');
  EXPECT_EQ(parse(backslashes).error().what, "longer than 4096 octets when written out");
}

}  // namespace
}  // namespace porthole::match
