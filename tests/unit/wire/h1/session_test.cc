// Runs the goldens of tests/golden/wire: requests and responses as peers send them, good and hostile (bad-inputs 1-46
// and 63), each whole, octet by octet and in random cuts.
#include "wire/h1/session.h"

#include <gtest/gtest.h>

#include "support/golden.h"
#include "support/however_cut.h"

namespace porthole::wire::h1 {
namespace {

bool has_word(const test::GoldenInput& input, std::string_view word) {
  return std::find(input.words.begin(), input.words.end(), word) != input.words.end();
}

std::string respond(const test::GoldenInput& input) {
  if (has_word(input, "request"))
    return test::server_events(input.input, {.limits = {}, .eof = has_word(input, "eof")});
  test::ClientOptions options;
  options.eof = has_word(input, "eof");
  options.upgrade = has_word(input, "upgrade");
  for (const std::string& word : input.words) {
    http::Method method = http::method_of(word);
    if (method != http::Method::other) options.method = method;
  }
  return test::client_events(input.input, options);
}

class WireGolden : public testing::TestWithParam<std::string> {};

TEST_P(WireGolden, EventsAreAsReviewed) { test::check_golden(GetParam(), "http", respond); }

INSTANTIATE_TEST_SUITE_P(Files, WireGolden, testing::ValuesIn(test::golden_files("wire")), [](const auto& file) {
  std::string name = file.param.substr(file.param.rfind('/') + 1);
  name.resize(name.size() - 3);
  return name;
});

}  // namespace
}  // namespace porthole::wire::h1
