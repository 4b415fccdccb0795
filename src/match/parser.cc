// See parser.h. Recursive descent; where words end is in reader.h.
#include "match/parser.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/result.h"
#include "base/suggestion.h"
#include "match/reader.h"
#include "match/writing.h"

namespace porthole::match {
namespace {

template <class T>
using Parsed = std::expected<T, Fault>;

std::unexpected<Fault> fault(std::string what, std::size_t offset, std::size_t length, std::string suggestion = "") {
  return std::unexpected(Fault{std::move(what), offset, length, std::move(suggestion)});
}

std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

Node joined(Node::Kind kind, std::vector<Node> children) {
  if (children.size() == 1) return std::move(children[0]);
  Node node{.kind = kind};
  for (Node& child : children) {
    if (child.kind == kind) std::ranges::move(child.children, std::back_inserter(node.children));
    else node.children.push_back(std::move(child));
  }
  return node;
}

Node negated(Node child) {
  if (child.kind == Node::Kind::not_) return std::move(child.children[0]);
  Node node{.kind = Node::Kind::not_};
  node.children.push_back(std::move(child));
  return node;
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), reader_(text) {}

  Parsed<Node> parse_whole() {
    if (reader_.at_end()) return Node{};
    PH_TRY(Node node, parse_any(0));
    if (!reader_.at_end()) return fault("no '(' for this ')'", reader_.at(), 1);
    return node;
  }

 private:
  Parsed<Node> parse_any(std::size_t depth) {
    std::vector<Node> children;
    do {
      PH_TRY(Node child, parse_all(depth));
      children.push_back(std::move(child));
    } while (reader_.take_keyword("or"));
    return joined(Node::Kind::any_of, std::move(children));
  }

  Parsed<Node> parse_all(std::size_t depth) {
    std::vector<Node> children;
    while (true) {
      bool wanted = children.empty() || reader_.take_keyword("and");
      if (reader_.at_end() || reader_.peek() == ')' || reader_.peek_keyword("or") || reader_.peek_keyword("and")) {
        if (!wanted) return joined(Node::Kind::all_of, std::move(children));
        return fault("something to match is missing here", reader_.at(), 0);
      }
      PH_TRY(Node child, parse_unary(depth));
      children.push_back(std::move(child));
    }
  }

  Parsed<Node> parse_unary(std::size_t depth) {
    std::size_t start = reader_.at();
    if (depth == kDepthMax) {
      return fault("more than " + std::to_string(kDepthMax) + " parentheses and negations inside each other", start, 1);
    }
    bool minus = reader_.peek() == '-';
    if (minus) reader_.take();
    if (minus || reader_.take_keyword("not")) {
      bool blank = minus && reader_.blank_follows(start + 1);
      bool nothing = blank || reader_.at_end() || reader_.peek() == ')' || reader_.peek_keyword("or") ||
                     reader_.peek_keyword("and");
      if (nothing) return fault("nothing to negate", start, reader_.at() - start);
      PH_TRY(Node child, parse_unary(depth + 1));
      return negated(std::move(child));
    }
    if (reader_.peek() == '(') {
      reader_.take();
      PH_TRY(Node node, parse_any(depth + 1));
      if (reader_.at_end()) return fault("no ')' for this '('", start, 1);
      reader_.take();
      return node;
    }
    return parse_term();
  }

  Parsed<Node> parse_term() {
    std::size_t start = reader_.at();
    Parsed<Term> term = parse_key_or_word(start);
    if (!term) return std::unexpected(std::move(term.error()));
    if (reader_.in_word()) {
      return fault("put a text with parentheses in quotes", start, reader_.at() + 1 - start);
    }
    terms_ += term->patterns.size();
    if (terms_ > kTermsMax)
      return fault("more than " + std::to_string(kTermsMax) + " terms", start, reader_.at() - start);
    term->offset = start;
    term->length = reader_.at() - start;
    Node node{.kind = Node::Kind::term};
    node.term = std::move(*term);
    return node;
  }

  Parsed<Term> parse_key_or_word(std::size_t start) {
    std::string_view word = reader_.key_ahead();
    if (word.data() == nullptr) {
      PH_TRY(Glob glob, read_glob(false));
      if (glob.empty()) return fault("nothing to search for", start, reader_.at() - start);
      Term term;
      term.patterns.emplace_back(std::move(glob));
      return term;
    }
    if (word.empty()) return unknown_key(start, word);
    const KeyRow* row = find_key(word);
    if (!row) return unknown_key(start, word);
    Term term{.key = row->key};
    for (char c : word.substr(takes_field_name(row->key) ? row->word.size() : word.size())) {
      term.field_name += ascii::lower(c);
    }
    reader_.take(word.size());
    PH_TRY(Comparison comparison, read_comparison(*row, word, start));
    do {
      PH_TRY(Pattern pattern, read_pattern(*row, word, comparison));
      term.patterns.push_back(std::move(pattern));
      if (terms_ + term.patterns.size() > kTermsMax) break;
    } while (reader_.take_comma());
    if (comparison != Comparison::equal && term.patterns.size() > 1) {
      return fault("a comparison takes one number", start, reader_.at() - start);
    }
    return term;
  }

  std::unexpected<Fault> unknown_key(std::size_t start, std::string_view word) {
    std::string_view whole = reader_.whole_word();
    std::string_view rest = whole.substr(word.size());
    std::string in_quotes = glob_text(Glob(whole), true);
    if (word.empty()) return fault("a key is missing; to search for a text, quote it", start, whole.size(), in_quotes);
    if (rest.starts_with("://")) {
      return fault("unknown key " + quoted(word), start, whole.size(), "url:" + glob_text(Glob(whole), false));
    }
    bool port = rest.size() > 1 && rest[0] == ':' && ascii::parse_decimal(rest.substr(1));
    if (port) {
      return fault("unknown key " + quoted(word), start, whole.size(),
                   "host:" + std::string(word) + " port" + std::string(rest));
    }
    if (takes_name_but_has_none(word)) return fault(quoted(word) + " needs the name of a field", start, word.size());
    std::vector<std::string_view> words;
    for (const KeyRow& row : key_table()) words.push_back(row.word);
    std::string near(nearest(word, words));
    std::size_t dot = word.find('.');
    if (dot != std::string_view::npos) {
      std::string_view head = nearest(word.substr(0, dot + 1), words);
      near = head.ends_with('.') ? std::string(head) + std::string(word.substr(dot + 1)) : "";
    }
    return fault("unknown key " + quoted(word), start, word.size(), near);
  }

  static bool takes_name_but_has_none(std::string_view word) {
    std::string with_dot = std::string(word) + (word.ends_with('.') ? "" : ".");
    return std::ranges::any_of(key_table(), [&](const KeyRow& row) {
      return takes_field_name(row.key) && ascii::equal_nocase(row.word, with_dot);
    });
  }

  Parsed<Comparison> read_comparison(const KeyRow& row, std::string_view word, std::size_t start) {
    std::size_t at = reader_.at();
    Comparison comparison = reader_.take_comparison();
    bool colon = text_[at] == ':';
    bool compares =
        row.kind == Kind::number || row.kind == Kind::status || row.kind == Kind::bytes || row.kind == Kind::duration;
    if (!colon && !compares) {
      return fault(quoted(word) + " is not compared but matched, with ':'", start, reader_.at() - start,
                   std::string(word) + ":");
    }
    return comparison;
  }

  Parsed<Pattern> read_pattern(const KeyRow& row, std::string_view word, Comparison comparison) {
    std::size_t start = reader_.at();
    if (reader_.ends_here()) return fault(quoted(word) + " needs a value", start, 0);
    bool text = row.kind == Kind::whole || row.kind == Kind::anywhere || row.kind == Kind::network;
    if (!text) return read_plain(row, comparison, start);
    if (std::optional<RegexWord> found = reader_.take_regex(row.key == Key::path)) {
      if (++regexes_ > kRegexesMax) {
        return fault("more than " + std::to_string(kRegexesMax) + " regular expressions", start, reader_.at() - start);
      }
      auto regex = Regex::compile(found->source, found->any_case, !row.case_matters);
      if (!regex) return fault("no regular expression of RE2: " + regex.error(), start, reader_.at() - start);
      return Pattern(std::move(*regex));
    }
    PH_TRY(Glob glob, read_glob(true));
    if (row.kind == Kind::anywhere && glob.empty()) return fault("nothing to search for", start, reader_.at() - start);
    if (row.kind == Kind::network && glob.literal()) {
      const std::string& address = glob.pieces()[0];
      if (std::optional<IpNetwork> network = IpNetwork::parse(address)) return Pattern(*network);
      if (address.contains('/')) return fault("no network", start, reader_.at() - start);
    }
    return Pattern(std::move(glob));
  }

  // A quantity or a flag.
  Parsed<Pattern> read_plain(const KeyRow& row, Comparison comparison, std::size_t start) {
    std::string_view word = reader_.take_plain();
    if (row.kind == Kind::flag) {
      if (const FlagRow* flag = find_flag(word)) return Pattern(flag->flag);
      std::vector<std::string_view> words;
      for (const FlagRow& each : flag_table()) words.push_back(each.word);
      return fault("unknown word " + quoted(word) + " behind is:", start, word.size(),
                   std::string(nearest(word, words)));
    }
    auto interval = parse_quantity(row.kind, comparison, word);
    if (!interval) return fault(quoted(word) + ": " + interval.error(), start, word.size());
    return Pattern(*interval);
  }

  Parsed<Glob> read_glob(bool value) {
    std::size_t start = reader_.at();
    Glob glob;
    std::string_view problem = reader_.take_glob(glob, value);
    if (!problem.empty()) return fault(std::string(problem), start, reader_.at() - start);
    return glob;
  }

  std::string_view text_;
  Reader reader_;
  std::size_t terms_ = 0;
  std::size_t regexes_ = 0;
};

}  // namespace

std::string fault_text(const Fault& fault) {
  std::string text = fault.what + " at " + std::to_string(fault.offset + 1);
  if (!fault.suggestion.empty()) text += ": did you mean " + fault.suggestion + "?";
  return text;
}

std::expected<Node, Fault> parse(std::string_view text) {
  std::string too_long = "longer than " + std::to_string(kTextMax) + " octets";
  if (text.size() > kTextMax) return fault(too_long, kTextMax, text.size() - kTextMax);
  std::expected<Node, Fault> node = Parser(text).parse_whole();
  // Quotes may have been added: what we write must be readable to ourselves.
  if (node && written(*node).size() > kTextMax) return fault(too_long + " when written out", 0, text.size());
  return node;
}

}  // namespace porthole::match
