// What may come next while somebody types: keys, and the values worth offering. For the inspector and the shell.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::match {

struct Offer {
  std::string text;          // what replaces the text from Completion::offset on: "status:", "5xx"
  std::string_view meaning;  // one line from the tables, or ""
};

struct Completion {
  std::size_t offset = 0;  // where the word that is being typed begins
  std::vector<Offer> offers;
};

// `before` is the text up to the cursor; it need not be a whole expression. Case does not count. No offers within quotes,
// a regular expression, or a bare word that begins no key.
Completion complete(std::string_view before);

}  // namespace porthole::match
