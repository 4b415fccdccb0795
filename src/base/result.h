// Result<T> is the return type of everything on the data path that can fail; no exceptions from base to proxy.
// libstdc++ 12 has no `and_then`, so PH_TRY stands in: it returns the error from the enclosing function.
#pragma once

#include <expected>
#include <utility>

#include "base/error.h"

namespace porthole {

template <class T = void>
using Result = std::expected<T, Error>;

// Fail with an Error: `return fail(client_error(400, "..."));`
inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(error); }

#define PH_CONCAT_INNER(a, b) a##b
#define PH_CONCAT(a, b) PH_CONCAT_INNER(a, b)

// PH_TRY(auto x, expression);   x is the value, or the function returns the error.
#define PH_TRY(declaration, expression) PH_TRY_IMPL(return, PH_CONCAT(ph_result_, __LINE__), declaration, expression)
// The same inside a coroutine.
#define PH_CO_TRY(declaration, expression) \
  PH_TRY_IMPL(co_return, PH_CONCAT(ph_result_, __LINE__), declaration, expression)
#define PH_TRY_IMPL(leave, temporary, declaration, expression) \
  auto temporary = (expression);                               \
  if (!temporary) leave std::unexpected(temporary.error());    \
  declaration = std::move(*temporary)

// PH_CHECK(expression);   for Result<void>.
#define PH_CHECK(expression) \
  if (auto ph_check_result = (expression); !ph_check_result) return std::unexpected(ph_check_result.error())

}  // namespace porthole
