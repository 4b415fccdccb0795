// See option_value.h. One set of overloads per kind of member: read_word() or read_words() in, words() out.
#include "app/option_value.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "app/unit_text.h"
#include "base/ascii.h"
#include "base/suggestion.h"

namespace porthole::app {
namespace {

constexpr std::array<std::string_view, 3> kFormats = {"json", "combined", "squid"};  // by flow::LogFormat
constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warn", "error", "off"};

using Read = std::expected<void, std::string>;
std::unexpected<std::string> no(std::string why) { return std::unexpected(std::move(why)); }

std::unexpected<std::string> not_one_of(std::string_view word, std::span<const std::string_view> known) {
  std::string_view near = nearest(word, known);
  std::string list = fmt::format("expected one of {}", fmt::join(known, ", "));
  return no(near.empty() ? list : fmt::format("{}; did you mean \"{}\"?", list, near));
}

Read in_range(const Option& option, std::uint64_t value, std::string (*text)(std::uint64_t)) {
  if (value < option.min) return no(fmt::format("at least {}", text(option.min)));
  if (value > option.max) return no(fmt::format("at most {}", text(option.max)));
  return {};
}
std::string count_text(std::uint64_t n) { return std::to_string(n); }
std::string nanoseconds_text(std::uint64_t n) { return duration_text(Duration(n)); }

// --- single values

Read read_word(const Option& option, const std::string& word, Duration& out) {
  auto value = parse_duration(word);
  if (!value) return no(std::move(value.error()));
  out = *value;
  return in_range(option, static_cast<std::uint64_t>(out.count()), nanoseconds_text);
}

Read read_word(const Option& option, const std::string& word, ByteCount& out) {
  auto value = parse_size(word);
  if (!value) return no(std::move(value.error()));
  out = *value;
  return in_range(option, out, size_text);
}

Read read_word(const Option& option, const std::string& word, std::uint32_t& out) {
  auto value = ascii::parse_decimal(word);
  if (!value) return no("expected a whole number");
  Read fits = in_range(option, *value, count_text);
  if (fits && *value > UINT32_MAX) return no("the number is too large");
  if (fits) out = static_cast<std::uint32_t>(*value);
  return fits;
}

Read read_word(const Option&, const std::string& word, bool& out) {
  if (word != "true" && word != "false") return no("expected true or false");
  out = word == "true";
  return {};
}

Read read_word(const Option&, const std::string& word, Endpoint& out) {
  auto value = Endpoint::parse(word);
  if (!value) return no("expected an address and a port, such as \"127.0.0.1:8083\", \"[::1]:8083\" or \":8083\"");
  out = *value;
  return {};
}

Read read_word(const Option& option, const std::string& word, std::optional<Endpoint>& out) {
  if (word == "off") {
    out.reset();
    return {};
  }
  Endpoint endpoint;
  Read read = read_word(option, word, endpoint);
  if (!read) return no(read.error() + ", or \"off\"");
  out = endpoint;
  return {};
}

Read read_word(const Option&, const std::string& word, IpNetwork& out) {
  auto value = IpNetwork::parse(word);
  if (!value) return no("expected a network, such as \"192.0.2.0/24\" or \"fd00::/8\"");
  out = *value;
  return {};
}

Read read_word(const Option&, const std::string& word, LogLevel& out) {
  auto value = parse_log_level(word);
  if (!value) return not_one_of(word, kLevels);
  out = *value;
  return {};
}

Read read_name(const std::string& word) {
  auto legal = [](char c) { return ascii::alpha(c) || ascii::digit(c) || c == '-' || c == '.' || c == '_'; };
  if (word.empty() || word.size() > 64 || !std::all_of(word.begin(), word.end(), legal)) {
    return no("expected 1 to 64 letters, digits, \"-\", \".\" or \"_\"");
  }
  return {};
}

Read read_path(const std::string& word) {
  if (word.empty() || word.find('\0') != std::string::npos) return no("expected a path");
  return {};
}

Read read_server(const std::string& word) {
  auto endpoint = Endpoint::parse(word);
  bool fits = IpAddress::parse(word) || (endpoint && endpoint->port != 0 && !endpoint->ip.unspecified());
  if (!fits) return no("expected an address, such as \"192.0.2.53\" or \"127.0.0.1:5353\"");
  return {};
}

// --- words to members

using Assigned = std::expected<void, ValueError>;
std::unexpected<ValueError> bad(std::size_t word, std::string why) {
  return std::unexpected(ValueError{word, std::move(why)});
}

template <class T>
Assigned read_words(const Option& option, std::span<const std::string> words, T& out) {
  if (words.size() != 1) return bad(0, "expected one value");
  T value{};
  Read read = read_word(option, words[0], value);
  if (!read) return bad(0, read.error());
  out = std::move(value);
  return {};
}

template <class T>
Assigned read_words(const Option& option, std::span<const std::string> words, std::vector<T>& out) {
  std::vector<T> list(words.size());
  for (std::size_t i = 0; i < words.size(); ++i) {
    Read read = read_word(option, words[i], list[i]);
    if (!read) return bad(i, read.error());
  }
  out = std::move(list);
  return {};
}

Assigned read_words(const Option&, std::span<const std::string> words, proxy::ConnectPorts& out) {
  proxy::ConnectPorts ports{.by_default = words.empty()};
  for (std::size_t i = 0; i < words.size(); ++i) {
    auto port = ascii::parse_decimal(words[i]);
    if (words[i] == "any") ports.any = true;
    else if (!port || *port == 0 || *port > 65535) return bad(i, "expected a port from 1 to 65535, or \"any\"");
    else ports.list.push_back(static_cast<std::uint16_t>(*port));
  }
  out = std::move(ports);
  return {};
}

Assigned read_words(const Option&, std::span<const std::string> words, flow::AccessLogOptions& out) {
  if (words.size() == 1 && words[0] == "off") {
    out = {};
    return {};
  }
  if (words.size() != 2) return bad(0, "expected a format and a destination, such as json:stdout, or off");
  auto format = std::find(kFormats.begin(), kFormats.end(), words[0]);
  if (format == kFormats.end()) return bad(0, not_one_of(words[0], kFormats).error());
  if (Read read = read_path(words[1]); !read) return bad(1, "expected \"stdout\", \"stderr\" or a path");
  out = {static_cast<flow::LogFormat>(format - kFormats.begin()), words[1]};
  return {};
}

Assigned read_text(std::span<const std::string> words, Read (*check)(const std::string&), std::string& out) {
  if (words.size() != 1) return bad(0, "expected one value");
  if (Read read = check(words[0]); !read) return bad(0, read.error());
  out = words[0];
  return {};
}

struct Assign {
  const Option& option;
  std::span<const std::string> words;
  Settings& settings;

  template <class T>
  Assigned operator()(T& (*at)(Settings&)) const {
    return read_words(option, words, at(settings));
  }
  Assigned operator()(SizeMember member) const {
    ByteCount bytes = 0;
    Assigned read = read_words(option, words, bytes);
    if (read) member.at(settings) = static_cast<std::uint32_t>(bytes);
    return read;
  }
  Assigned operator()(NameMember member) const { return read_text(words, read_name, member.at(settings)); }
  Assigned operator()(PathMember member) const { return read_text(words, read_path, member.at(settings)); }
  Assigned operator()(LogTargetMember member) const { return read_text(words, read_path, member.at(settings)); }
  Assigned operator()(FieldNamesMember member) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (Read read = read_name(words[i]); !read) return bad(i, read.error());
    }
    member.at(settings).assign(words.begin(), words.end());
    return {};
  }
  Assigned operator()(ServersMember member) const {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (Read read = read_server(words[i]); !read) return bad(i, read.error());
    }
    member.at(settings).assign(words.begin(), words.end());
    return {};
  }
};

// --- members to words

using Words = std::vector<std::string>;
Words words(Duration value) { return {duration_text(value)}; }
Words words(ByteCount value) { return {size_text(value)}; }
Words words(std::uint32_t value) { return {std::to_string(value)}; }
Words words(bool value) { return {value ? "true" : "false"}; }
Words words(LogLevel value) { return {std::string(log_level_text(value))}; }
Words words(const std::optional<Endpoint>& value) { return {value ? value->text() : "off"}; }
template <class T>
Words words(const std::vector<T>& list) {
  Words all;
  for (const T& one : list) all.push_back(one.text());
  return all;
}
Words words(const proxy::ConnectPorts& ports) {
  Words all;
  if (ports.any) all.emplace_back("any");
  for (std::uint16_t port : ports.list) all.push_back(std::to_string(port));
  return all;
}
Words words(const flow::AccessLogOptions& log) {
  if (log.to.empty()) return {"off"};
  return {std::string(kFormats[static_cast<std::size_t>(log.format)]), log.to};
}

struct Print {
  Settings& settings;

  template <class T>
  Words operator()(T& (*at)(Settings&)) const {
    return words(at(settings));
  }
  Words operator()(SizeMember member) const { return words(ByteCount{member.at(settings)}); }
  Words operator()(NameMember member) const { return {member.at(settings)}; }
  Words operator()(PathMember member) const { return {member.at(settings)}; }
  Words operator()(LogTargetMember member) const { return {member.at(settings)}; }
  Words operator()(FieldNamesMember member) const { return member.at(settings); }
  Words operator()(ServersMember member) const { return member.at(settings); }
};

struct Description {
  Shape shape;
  std::string_view type;
};

struct Describe {
  Description operator()(Duration& (*)(Settings&)) const { return {Shape::text, "duration"}; }
  Description operator()(ByteCount& (*)(Settings&)) const { return {Shape::text, "size"}; }
  Description operator()(std::uint32_t& (*)(Settings&)) const { return {Shape::integer, "number"}; }
  Description operator()(bool& (*)(Settings&)) const { return {Shape::boolean, "true or false"}; }
  Description operator()(std::vector<Endpoint>& (*)(Settings&)) const { return {Shape::list, "list of addresses"}; }
  Description operator()(std::optional<Endpoint>& (*)(Settings&)) const { return {Shape::text, "address"}; }
  Description operator()(std::vector<IpNetwork>& (*)(Settings&)) const { return {Shape::list, "list of networks"}; }
  Description operator()(proxy::ConnectPorts& (*)(Settings&)) const { return {Shape::list, "list of ports"}; }
  Description operator()(LogLevel& (*)(Settings&)) const { return {Shape::text, "level"}; }
  Description operator()(flow::AccessLogOptions& (*)(Settings&)) const { return {Shape::access_log, "access log"}; }
  Description operator()(SizeMember) const { return {Shape::text, "size"}; }
  Description operator()(NameMember) const { return {Shape::text, "name"}; }
  Description operator()(PathMember) const { return {Shape::text, "path"}; }
  Description operator()(LogTargetMember) const { return {Shape::text, "path"}; }
  Description operator()(FieldNamesMember) const { return {Shape::list, "list of names"}; }
  Description operator()(ServersMember) const { return {Shape::list, "list of addresses"}; }
};

// A TOML basic string.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    else out += c;
  }
  return out + '"';
}

std::string list_element(const Option& option, const std::string& word) {
  bool port = std::holds_alternative<proxy::ConnectPorts& (*)(Settings&)>(option.member) && word != "any";
  return port ? word : quoted(word);
}

}  // namespace

Shape shape_of(const Option& option) { return std::visit(Describe{}, option.member).shape; }
std::string_view type_text(const Option& option) { return std::visit(Describe{}, option.member).type; }

std::expected<void, ValueError> assign(const Option& option, std::span<const std::string> words, Settings& settings) {
  return std::visit(Assign{option, words, settings}, option.member);
}

std::vector<std::string> words_of(const Option& option, const Settings& settings) {
  // The members are only read here; the accessors are for both directions.
  return std::visit(Print{const_cast<Settings&>(settings)}, option.member);
}

std::string toml_of(const Option& option, const Settings& settings) {
  Words all = words_of(option, settings);
  switch (shape_of(option)) {
    case Shape::integer:
    case Shape::boolean: return all[0];
    case Shape::text: return quoted(all[0]);
    case Shape::access_log:
      if (all.size() == 1) return quoted(all[0]);
      return fmt::format("{{ format = {}, to = {} }}", quoted(all[0]), quoted(all[1]));
    case Shape::list: break;
  }
  for (std::string& word : all) word = list_element(option, word);
  return fmt::format("[{}]", fmt::join(all, ", "));
}

std::vector<std::string> split_words(const Option& option, std::string_view text) {
  Shape shape = shape_of(option);
  if (shape != Shape::list && shape != Shape::access_log) return {std::string(text)};
  Words all;
  std::size_t start = 0;
  char separator = shape == Shape::list ? ',' : ':';
  while (true) {
    // An access log has two words: its path may have colons.
    bool last = shape == Shape::access_log && !all.empty();
    std::size_t end = last ? std::string_view::npos : text.find(separator, start);
    std::string_view word = ascii::trim(text.substr(start, end - start));
    if (!word.empty() || shape == Shape::access_log) all.emplace_back(word);
    if (end == std::string_view::npos) return all;
    start = end + 1;
  }
}

}  // namespace porthole::app
