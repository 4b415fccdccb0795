// Fields: the field lines of one head or trailer section, in order, with case and duplicates as received (RFC 9110 §5).
// A Field is two views; the Head that holds the Fields anchors them (its raw text or its arena), or they are literals.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/ascii.h"
#include "http/field_name.h"
#include "http/scan.h"

namespace porthole::http {

struct Field {
  std::string_view name;   // as received
  std::string_view value;  // without the optional whitespace around it
  FieldName id = FieldName::other;
};

// "Name: value" as it stands in `raw`, the text that both views point into; the value alone when they do not.
std::string_view line_of(const Field& field, std::string_view raw);

class Fields {
 public:
  void clear() {
    list_.clear();
    present_ = 0;
  }
  void reserve(std::size_t n) { list_.reserve(n); }
  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  const Field& operator[](std::size_t i) const { return list_[i]; }
  // Name and value may be pointed elsewhere; the id stays.
  Field& at(std::size_t i) { return list_[i]; }

  // The views must outlive this object: see above.
  void add(FieldName id, std::string_view value) { add({field_name_text(id), value, id}); }
  void add(std::string_view name, std::string_view value) { add({name, value, field_name_of(name)}); }
  void add(const Field& field) {
    list_.push_back(field);
    present_ |= bit_of(field.id);
  }
  void erase(std::size_t i) { list_.erase(list_.begin() + static_cast<std::ptrdiff_t>(i)); }

  // The first line of that name, or null.
  const Field* find(FieldName id) const;
  const Field* find(std::string_view name) const;
  std::size_t count(FieldName id) const;
  bool has(FieldName id) const { return find(id) != nullptr; }
  // False when there is certainly no line of that name: one test instead of a walk, for the many names that are absent.
  bool may_have(FieldName id) const { return (present_ & bit_of(id)) != 0; }

 private:
  static_assert(static_cast<unsigned>(FieldName::count_) <= 64, "the set of names no longer fits one word");
  static constexpr std::uint64_t bit_of(FieldName id) { return std::uint64_t{1} << static_cast<unsigned>(id); }
  std::vector<Field> list_;
  std::uint64_t present_ = 0;  // the names that were added; erase() leaves them
};

// Walks a comma-separated list (RFC 9110 §5.6.1): calls `visit(std::string_view element)` for each element that is not
// empty, without whitespace around it; commas inside quoted strings do not separate. Stops early when visit returns false.
// False when it stopped early.
template <class Visit>
bool for_each_element(std::string_view value, Visit&& visit);  // below

// True when a comma-separated list in any line of that name has the token (case-insensitive).
bool has_token(const Fields& fields, FieldName id, std::string_view token);

template <class Visit>
bool for_each_element(std::string_view value, Visit&& visit) {
  if (find_either(value, 0, ',', '"') == value.size()) {  // one element, as nearly always
    std::string_view element = ascii::trim(value);
    return element.empty() || visit(element);
  }
  std::size_t start = 0;
  bool quoted = false;
  for (std::size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size()) {
      if (quoted) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        else if (value[i] == '"') quoted = false;
        continue;
      }
      if (value[i] == '"') quoted = true;
      if (value[i] != ',') continue;
    }
    std::string_view element = ascii::trim(value.substr(start, i - start));
    start = i + 1;
    if (!element.empty() && !visit(element)) return false;
  }
  // An unterminated quoted string swallowed the rest: hand it over as one element.
  if (quoted) {
    std::string_view element = ascii::trim(value.substr(start < value.size() ? start : value.size()));
    if (!element.empty() && !visit(element)) return false;
  }
  return true;
}

}  // namespace porthole::http
