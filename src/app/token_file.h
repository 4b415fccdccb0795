// The token of the inspector's API: a file in the folder of state that only its owner can read. It outlives the program, so that
// scripts and signed-in browsers do.
#pragma once

#include <expected>
#include <string>

#include "base/random.h"

namespace porthole::app {

// The token in FOLDER/token, which is made (0600, its folder 0700) when there is none. An error, one sentence, when it cannot
// be made, is no token, or others can read it; or `folder` is empty.
std::expected<std::string, std::string> token_in(const std::string& folder, Random& random);

}  // namespace porthole::app
