// See reading.h. As a program: `readings ours|beast` takes frames from standard input (the kind, four octets of length, big
// end first, then the octets) and writes a line of JSON for each.
#include "differential/reading.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include <fmt/format.h>

namespace porthole::differential {
namespace {

std::string quoted(std::string_view octets) {
  std::string text = "\"";
  for (char c : octets) {
    auto octet = static_cast<unsigned char>(c);
    if (octet < 0x20 || octet > 0x7e || c == '"' || c == '\\') text += fmt::format("\\u{:04x}", octet);
    else text += c;
  }
  return text + '"';
}

std::string json_of_message(const Message& message) {
  std::string text = "{\"start\":[";
  for (const std::string& part : message.start) text += (text.back() == '[' ? "" : ",") + quoted(part);
  text += "],\"fields\":[";
  for (const auto& [name, value] : message.fields)
    text += fmt::format("{}[{},{}]", text.back() == '[' ? "" : ",", quoted(name), quoted(value));
  text += fmt::format("],\"body\":{},\"end\":{},\"tolerated\":[", quoted(message.body), message.end);
  for (const std::string& kind : message.tolerated) text += (text.back() == '[' ? "" : ",") + quoted(kind);
  return text + "]}";
}

}  // namespace

std::string json_of(const Reading& reading) {
  std::string text = "{\"messages\":[";
  for (const Message& message : reading.messages) text += (text.back() == '[' ? "" : ",") + json_of_message(message);
  return text + fmt::format("],\"pending\":{},\"outcome\":{},\"detail\":{}}}", json_of_message(reading.pending),
                            quoted(reading.outcome), quoted(reading.detail));
}

}  // namespace porthole::differential

int main(int argc, char** argv) {
  namespace differential = porthole::differential;
  std::string_view which = argc == 2 ? argv[1] : "";
  auto* read = which == "ours" ? &differential::read_ours : which == "beast" ? &differential::read_beast : nullptr;
  if (!read) {
    std::fputs("usage: readings ours|beast < frames\n", stderr);
    return 2;
  }
  std::array<unsigned char, 5> frame;
  while (std::fread(frame.data(), 1, frame.size(), stdin) == frame.size()) {
    std::uint32_t size = 0;
    for (std::size_t i = 1; i < frame.size(); ++i) size = size << 8 | frame[i];
    std::string input(size, '\0');
    if (std::fread(input.data(), 1, size, stdin) != size) return 1;
    fmt::print("{}\n", differential::json_of(read(static_cast<char>(frame[0]), input)));
  }
  return 0;
}
