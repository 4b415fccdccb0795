// See writing.h.
#include "match/writing.h"

#include "match/reader.h"

namespace porthole::match {
namespace {

bool needs_quotes(std::string_view text) { return text.find_first_of(" \t\r\n()\"\\*,:<>=") != std::string_view::npos; }

void add_quoted(std::string& to, std::string_view text) {
  to += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') to += '\\';
    to += c;
  }
  to += '"';
}

std::string pattern_text(const Term& term, const Pattern& pattern) {
  if (const Glob* glob = std::get_if<Glob>(&pattern)) {
    bool slashes = term.key != Key::text && glob->pieces().front().starts_with('/');
    if (!slashes) return glob_text(*glob, glob->empty());
    // It may look like a regular expression.
    std::string plain = glob_text(*glob, false);
    Reader reader(plain);
    return reader.take_regex(term.key == Key::path) ? glob_text(*glob, true) : plain;
  }
  if (const Regex* regex = std::get_if<Regex>(&pattern)) {
    return "/" + regex->source() + (regex->any_case() ? "/i" : "/");
  }
  if (const IpNetwork* network = std::get_if<IpNetwork>(&pattern)) return network->text();
  if (const Interval* interval = std::get_if<Interval>(&pattern)) {
    return quantity_text(row_of(term.key).kind, *interval);
  }
  return std::string(flag_table()[static_cast<std::size_t>(std::get<Flag>(pattern))].word);
}

std::string term_text(const Term& term) {
  std::string text(row_of(term.key).word);
  text += term.field_name;
  if (term.key != Key::text) {
    const Interval* interval = std::get_if<Interval>(&term.patterns[0]);
    text += interval ? comparison_text(interval->comparison) : ":";
  }
  for (std::size_t i = 0; i < term.patterns.size(); ++i) {
    if (i != 0) text += ',';
    text += pattern_text(term, term.patterns[i]);
  }
  return text;
}

// How tightly a node holds together, loosest first.
enum class Strength : std::uint8_t { or_, and_, unary };

void write(std::string& text, const Node& node, Strength around) {
  if (node.kind == Node::Kind::term) {
    text += term_text(node.term);
    return;
  }
  if (node.kind == Node::Kind::not_) {
    text += '-';
    return write(text, node.children[0], Strength::unary);
  }
  Strength own = node.kind == Node::Kind::any_of ? Strength::or_ : Strength::and_;
  bool parentheses = own < around;
  if (parentheses) text += '(';
  for (std::size_t i = 0; i < node.children.size(); ++i) {
    if (i != 0) text += own == Strength::or_ ? " or " : " ";
    write(text, node.children[i], own);
  }
  if (parentheses) text += ')';
}

}  // namespace

std::string glob_text(const Glob& glob, bool always) {
  std::string text;
  for (std::size_t i = 0; i < glob.pieces().size(); ++i) {
    std::string_view piece = glob.pieces()[i];
    if (i != 0) text += '*';
    bool misread = i == 0 && (piece.starts_with('-') || (glob.literal() && is_keyword(piece)));
    if (needs_quotes(piece) || misread || (always && (!piece.empty() || glob.empty()))) add_quoted(text, piece);
    else text += piece;
  }
  return text;
}

std::string written(const Node& node) {
  std::string text;
  write(text, node, Strength::or_);
  return text;
}

}  // namespace porthole::match
