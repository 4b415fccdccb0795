// The match language: a fault lies within the text; what was parsed is written as a text that parses to the same; asked
// phase by phase, an answer once given stays, and is there at the phase the expression names; the part for an index is never
// too narrow; completion stands within the text.
// Input: the expression.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "match/completion.h"
#include "match/expr.h"
#include "match/index_part.h"
#include "support/told_subject.h"

namespace match = porthole::match;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void require_steady_answers(const match::Expr& expr) {
  static porthole::test::ToldSubject call = porthole::test::failing_call();
  match::Truth before = match::Truth::unknown;
  for (match::Phase phase :
       {match::Phase::connect, match::Phase::request, match::Phase::response, match::Phase::body, match::Phase::end}) {
    call.seen = phase;
    match::Truth now = expr.test(call);
    require(before == match::Truth::unknown || now == before);
    require((expr.first_beyond(phase) == nullptr) == (expr.needs() <= phase));
    if (expr.needs() <= phase) require(now != match::Truth::unknown);
    before = now;
  }
  bool odd = false;  // knows every other term
  match::IndexPart part = match::index_part(expr.root(), [&](const match::Term&) { return odd = !odd; });
  if (before == match::Truth::yes) require(match::evaluate(part.node, call) == match::Truth::yes);
  if (part.exact) require(match::evaluate(part.node, call) == before);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  require(match::complete(text).offset <= size);
  std::expected<match::Expr, match::Fault> expr = match::Expr::parse(text);
  if (!expr) {
    const match::Fault& fault = expr.error();
    require(!fault.what.empty() && fault.offset <= size && fault.length <= size - fault.offset);
    return 0;
  }
  require(expr->text().size() <= match::kTextMax);
  std::expected<match::Expr, match::Fault> again = match::Expr::parse(expr->text());
  require(again.has_value() && *again == *expr && again->text() == expr->text());
  require_steady_answers(*expr);
  return 0;
}
