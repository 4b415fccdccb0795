// See golden.h.
#include "support/golden.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/ascii.h"

namespace porthole::test {
namespace {

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Decodes the escape that begins at `text[at]`, a backslash; moves `at` behind it.
std::string decode_escape(std::string_view text, std::size_t& at) {
  char kind = at + 1 < text.size() ? text[at + 1] : '\\';
  at += 2;
  switch (kind) {
    case 'r': return "\r";
    case 'n': return "\n";
    case 't': return "\t";
    case '0': return std::string(1, '\0');
    case 'x': {
      int value = ascii::hex_value(text[at]) * 16 + ascii::hex_value(text[at + 1]);
      at += 2;
      return std::string(1, static_cast<char>(value));
    }
    case '{': {
      std::size_t end = text.find('}', at);
      std::size_t star = text.rfind('*', end);
      std::string repeated;
      std::string piece;
      for (std::size_t i = at; i < star;) {
        if (text[i] == '\\') piece += decode_escape(text, i);
        else piece += text[i++];
      }
      for (int n = std::stoi(std::string(text.substr(star + 1, end - star - 1))); n > 0; --n) repeated += piece;
      at = end + 1;
      return repeated;
    }
    default: return "\\";
  }
}

std::string decode_line(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size();) {
    if (line[i] == '\\' && i + 1 == line.size()) return text;  // joined with the next line
    if (line[i] == '\\') text += decode_escape(line, i);
    else text += line[i++];
  }
  return text + "\r\n";
}

// Walks the lines: `on_line` for all that is kept, `on_input` for each decoded input, `on_output` with the lines of the
// ```events block that follows it.
struct Walker {
  std::function<void(const std::string&)> on_line;
  std::function<void(const GoldenInput&, bool answered)> on_input;  // `answered`: an ```events block follows at once
  std::function<void(const std::string&)> on_output;

  void walk(const std::vector<std::string>& lines, std::string_view language) {
    std::string fence = "```" + std::string(language);
    GoldenInput found;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      on_line(lines[i]);
      if (lines[i].starts_with("#")) found.title = lines[i];
      if (lines[i].starts_with(fence)) {
        std::istringstream words(lines[i].substr(fence.size()));
        found.words.assign(std::istream_iterator<std::string>(words), {});
        found.input.clear();
        while (lines[++i] != "```") {
          on_line(lines[i]);
          found.input += decode_line(lines[i]);
        }
        on_line(lines[i]);
        on_input(found, i + 1 < lines.size() && lines[i + 1] == "```events");
      } else if (lines[i] == "```events") {
        std::string output;
        while (lines[++i] != "```") output += lines[i] + "\n";
        on_output(output);
        on_line(lines[i]);
      }
    }
  }
};

}  // namespace

std::vector<std::string> golden_files(std::string_view folder) {
  std::vector<std::string> paths;
  for (const auto& entry :
       std::filesystem::directory_iterator(PORTHOLE_SOURCE_DIR "/tests/golden/" + std::string(folder))) {
    if (entry.path().extension() == ".md") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void check_golden(const std::string& path, std::string_view language,
                  const std::function<std::string(const GoldenInput&)>& respond) {
  bool update = std::getenv("PORTHOLE_UPDATE_GOLDENS") != nullptr;
  std::string rewritten;
  std::string response;
  std::string title;
  Walker walker;
  walker.on_line = [&](const std::string& line) { rewritten += line + "\n"; };
  walker.on_input = [&](const GoldenInput& input, bool answered) {
    title = input.title;
    SCOPED_TRACE(path + ": " + title);
    response = respond(input);
    if (answered) return;
    EXPECT_TRUE(update) << path << ": no ```events block right behind an input of " << title;
    rewritten += "```events\n" + response + "```\n";
  };
  walker.on_output = [&](const std::string& expected) {
    if (!update) {
      EXPECT_EQ(response, expected) << path << ": " << title;
    }
    rewritten += response;
  };
  walker.walk(lines_of(path), language);
  if (update) std::ofstream(path) << rewritten;
}

std::vector<GoldenInput> golden_inputs(const std::string& path, std::string_view language) {
  std::vector<GoldenInput> inputs;
  Walker walker;
  walker.on_line = [](const std::string&) {};
  walker.on_input = [&](const GoldenInput& input, bool) { inputs.push_back(input); };
  walker.on_output = [](const std::string&) {};
  walker.walk(lines_of(path), language);
  return inputs;
}

}  // namespace porthole::test
