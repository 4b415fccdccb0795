// Goldens: Markdown files whose fenced blocks hold an input and the expected output, one behind the other. The tests
// compare; with PORTHOLE_UPDATE_GOLDENS=1 (tools/update-goldens) they rewrite the output blocks, and the diff is reviewed.
//
//   ```http request            the info string: a language and words for the test
//   GET http://h/ HTTP/1.1     each line of the input ends in CRLF
//   Host: \{a*300}             escapes: \r \n \t \0 \\ \xNN, \{TEXT*COUNT} repeats, a \ at the end of a line joins lines
//   ```
//   ```events
//   ...
//   ```
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace porthole::test {

struct GoldenInput {
  std::string title;               // the last heading above it
  std::vector<std::string> words;  // of the info string, without the language
  std::string input;               // decoded
};

// All of the files below tests/golden/`folder`, in order of their names.
std::vector<std::string> golden_files(std::string_view folder);
// Calls `respond` for each block of `language`, and expects what it returns in the ```events block behind it.
void check_golden(const std::string& path, std::string_view language,
                  const std::function<std::string(const GoldenInput&)>& respond);
// The decoded inputs alone, for corpora.
std::vector<GoldenInput> golden_inputs(const std::string& path, std::string_view language);

}  // namespace porthole::test
