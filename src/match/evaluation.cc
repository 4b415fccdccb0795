// See evaluation.h.
#include "match/evaluation.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"

namespace porthole::match {
namespace {

// A target is at most 16 KiB (DESIGN.md §7), a host 254 octets; what is longer is judged without its end.
constexpr std::size_t kUrlMax = 17 * 1024;

class OnePattern final : public Probe {
 public:
  OnePattern(const Pattern& pattern, Key key) : pattern_(pattern), key_(key) {}
  bool operator()(std::string_view text) const override { return matches(pattern_, key_, text); }
  std::string_view only() const override {
    const Glob* glob = std::get_if<Glob>(&pattern_);
    bool whole = row_of(key_).kind == Kind::whole;
    return glob && glob->literal() && whole ? std::string_view(glob->pieces()[0]) : std::string_view();
  }

 private:
  const Pattern& pattern_;
  Key key_;
};

bool plainly(const Pattern& pattern, const KeyRow& row, std::string_view text) {
  if (const Regex* regex = std::get_if<Regex>(&pattern)) return regex->occurs_in(text);
  if (const IpNetwork* network = std::get_if<IpNetwork>(&pattern)) {
    std::optional<IpAddress> address = IpAddress::parse(text);
    return address && network->contains(address->unmapped());
  }
  const Glob* glob = std::get_if<Glob>(&pattern);
  if (!glob) return false;
  return row.kind == Kind::anywhere ? glob->occurs_in(text, !row.case_matters) : glob->matches(text, !row.case_matters);
}

// The host, and what is behind each of its dots.
bool domain_matches(const Pattern& pattern, std::string_view host) {
  while (true) {
    if (plainly(pattern, row_of(Key::domain), host)) return true;
    std::size_t dot = host.find('.');
    if (dot == std::string_view::npos) return false;
    host.remove_prefix(dot + 1);
  }
}

bool query_matches(const Pattern& pattern, std::string_view query) {
  if (plainly(pattern, row_of(Key::query), query)) return true;
  while (!query.empty()) {
    std::size_t end = std::min(query.find('&'), query.size());
    if (plainly(pattern, row_of(Key::query), query.substr(0, end))) return true;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return false;
}

// "json" is the subtype of application/json and the suffix of application/problem+json (RFC 6838 §4.2.8).
bool type_matches(const Pattern& pattern, std::string_view type) {
  type = ascii::trim(type.substr(0, type.find(';')));
  if (plainly(pattern, row_of(Key::type), type)) return true;
  const Glob* glob = std::get_if<Glob>(&pattern);
  bool one_word = glob && std::ranges::none_of(glob->pieces(), [](const std::string& p) { return p.contains('/'); });
  std::size_t slash = type.find('/');
  if (!one_word || slash == std::string_view::npos) return false;
  std::string_view subtype = type.substr(slash + 1);
  std::size_t plus = subtype.rfind('+');
  return glob->matches(type.substr(0, slash), true) || glob->matches(subtype, true) ||
         (plus != std::string_view::npos && glob->matches(subtype.substr(plus + 1), true));
}

template <class Judge>
Truth any_pattern(const Term& term, Judge&& judge) {
  Truth truth = Truth::no;
  for (const Pattern& pattern : term.patterns) {
    truth = either(truth, judge(pattern));
    if (truth == Truth::yes) break;
  }
  return truth;
}

Truth text_truth(const Term& term, const Fact<std::string_view>& fact) {
  if (fact.there() != Truth::yes) return fact.there();
  return any_pattern(term, [&](const Pattern& p) { return truth_of(matches(p, term.key, fact.value())); });
}

// Text that grows to a limit on the stack; what is beyond is cut.
class UrlText {
 public:
  void add(std::string_view text) { size_ += text.copy(octets_.data() + size_, octets_.size() - size_); }
  void add_number(std::uint64_t number) {
    std::array<char, 20> digits;
    char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    add({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  std::string_view view() const { return {octets_.data(), size_}; }

 private:
  std::array<char, kUrlMax> octets_;
  std::size_t size_ = 0;
};

// scheme://host:port/path?query; no URL without scheme, host and path, which a tunnel has not.
Truth url_truth(const Term& term, const Subject& subject) {
  Fact<std::string_view> scheme = subject.text(Key::scheme);
  Fact<std::string_view> host = subject.text(Key::host);
  Fact<std::string_view> path = subject.text(Key::path);
  Fact<std::string_view> query = subject.text(Key::query);
  Fact<std::uint64_t> port = subject.number(Key::port);
  Truth there = both(scheme.there(), both(host.there(), path.there()));
  if (there != Truth::yes) return there;
  if (query.there() == Truth::unknown || port.there() == Truth::unknown) return Truth::unknown;
  bool bracketed = host.value().contains(':');
  std::uint64_t default_port = ascii::equal_nocase(scheme.value(), "https") ? 443 : 80;
  UrlText url;
  url.add(scheme.value());
  url.add(bracketed ? "://[" : "://");
  url.add(host.value());
  if (bracketed) url.add("]");
  if (port.there() == Truth::yes && port.value() != default_port) {
    url.add(":");
    url.add_number(port.value());
  }
  url.add(path.value());
  if (query.there() == Truth::yes) {
    url.add("?");
    url.add(query.value());
  }
  return text_truth(term, url.view());
}

// Both sides, or one.
Truth many_truth(const Term& term, const Subject& subject, Key key) {
  return any_pattern(term,
                     [&](const Pattern& p) { return subject.any(key, term.field_name, OnePattern(p, term.key)); });
}

// A bare word: host, path, query, and every field value of both sides.
Truth words_truth(const Term& term, const Subject& subject) {
  Truth truth = Truth::no;
  for (Key key : {Key::host, Key::path, Key::query}) {
    truth = either(truth, text_truth(term, subject.text(key)));
    if (truth == Truth::yes) return truth;
  }
  truth = either(truth, many_truth(term, subject, Key::request_header));
  return truth == Truth::yes ? truth : either(truth, many_truth(term, subject, Key::response_header));
}

Truth number_truth(const Term& term, const Fact<std::uint64_t>& fact) {
  if (fact.there() != Truth::yes) return fact.there();
  return any_pattern(term, [&](const Pattern& p) { return truth_of(std::get<Interval>(p).contains(fact.value())); });
}

Truth term_truth(const Term& term, const Subject& subject) {
  switch (term.key) {
    case Key::text: return words_truth(term, subject);
    case Key::url: return url_truth(term, subject);
    case Key::domain: return text_truth(term, subject.text(Key::host));
    case Key::host:
    case Key::path:
    case Key::query:
    case Key::scheme:
    case Key::method:
    case Key::protocol:
    case Key::type:
    case Key::client:
    case Key::user:
    case Key::error:
    case Key::via: return text_truth(term, subject.text(term.key));
    case Key::port:
    case Key::status:
    case Key::size:
    case Key::time: return number_truth(term, subject.number(term.key));
    case Key::header:
      return either(many_truth(term, subject, Key::request_header), many_truth(term, subject, Key::response_header));
    case Key::body:
      return either(many_truth(term, subject, Key::request_body), many_truth(term, subject, Key::response_body));
    case Key::list:
    case Key::tag:
    case Key::rule:
    case Key::request_header:
    case Key::response_header:
    case Key::request_body:
    case Key::response_body: return many_truth(term, subject, term.key);
    case Key::is: return any_pattern(term, [&](const Pattern& p) { return subject.flag(std::get<Flag>(p)); });
  }
  return Truth::no;
}

}  // namespace

bool matches(const Pattern& pattern, Key key, std::string_view text) {
  if (key == Key::domain) return domain_matches(pattern, text);
  if (key == Key::query) return query_matches(pattern, text);
  if (key == Key::type) return type_matches(pattern, text);
  return plainly(pattern, row_of(key), text);
}

Truth evaluate(const Node& node, const Subject& subject) {
  switch (node.kind) {
    case Node::Kind::term: return term_truth(node.term, subject);
    case Node::Kind::not_: return opposite(evaluate(node.children[0], subject));
    case Node::Kind::all_of: {
      Truth truth = Truth::yes;
      for (const Node& child : node.children) {
        truth = both(truth, evaluate(child, subject));
        if (truth == Truth::no) break;
      }
      return truth;
    }
    case Node::Kind::any_of: {
      Truth truth = Truth::no;
      for (const Node& child : node.children) {
        truth = either(truth, evaluate(child, subject));
        if (truth == Truth::yes) break;
      }
      return truth;
    }
  }
  return Truth::no;
}

}  // namespace porthole::match
