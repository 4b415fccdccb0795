// The flows of a folder as one HTTP archive, written as it is made, in the order in which they began.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "match/expr.h"

namespace porthole::app {

struct HarWish {
  bool secrets = false;         // else the fields that hold them are left out
  std::size_t most = SIZE_MAX;  // the newest so many; tunnels do not count
};

struct HarFile {
  std::size_t flows = 0;    // in it
  std::size_t tunnels = 0;  // that have no place in it
  std::size_t refused = 0;  // requests that were none: neither have these
  std::size_t lost = 0;     // flows whose request is not in the store any more
  // What is not in it, a clause each.
  std::vector<std::string> left_out() const;
};

// Those of `folder` that `wanted` matches. Whether all was written is for ferror() to say.
HarFile write_har(std::FILE* file, const std::string& folder, const match::Expr& wanted, const HarWish& wish);

}  // namespace porthole::app
