// See expr.h.
#include "match/expr.h"

#include <algorithm>
#include <utility>

#include "base/result.h"
#include "match/writing.h"

namespace porthole::match {

std::expected<Expr, Fault> Expr::parse(std::string_view text) {
  PH_TRY(Node root, match::parse(text));
  Expr expr;
  expr.text_ = written(root);
  expr.root_ = std::move(root);
  return expr;
}

Phase Expr::needs() const {
  Phase latest = Phase::connect;
  for_each_term(root_, [&](const Term& term) { latest = std::max(latest, phase_of(term)); });
  return latest;
}

const Term* Expr::first_beyond(Phase phase) const {
  const Term* first = nullptr;
  for_each_term(root_, [&](const Term& term) {
    if (!first && phase_of(term) > phase) first = &term;
  });
  return first;
}

}  // namespace porthole::match
