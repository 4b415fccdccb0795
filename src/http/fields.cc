// See fields.h. Sections have at most a few hundred lines, so look-ups walk the list.
#include "http/fields.h"

#include <functional>

namespace porthole::http {

std::string_view line_of(const Field& field, std::string_view raw) {
  std::less_equal<const char*> not_after;  // views into unrelated memory compare too
  const char* end = field.value.data() + field.value.size();
  bool inside = not_after(raw.data(), field.name.data()) && not_after(field.name.data(), field.value.data()) &&
                not_after(end, raw.data() + raw.size());
  if (!inside) return field.value;
  return {field.name.data(), static_cast<std::size_t>(end - field.name.data())};
}

const Field* Fields::find(FieldName id) const {
  if (!may_have(id)) return nullptr;
  for (const Field& field : list_) {
    if (field.id == id) return &field;
  }
  return nullptr;
}

const Field* Fields::find(std::string_view name) const {
  for (const Field& field : list_) {
    if (ascii::equal_nocase(field.name, name)) return &field;
  }
  return nullptr;
}

std::size_t Fields::count(FieldName id) const {
  if (!may_have(id)) return 0;
  std::size_t n = 0;
  for (const Field& field : list_) n += field.id == id ? 1 : 0;
  return n;
}

bool has_token(const Fields& fields, FieldName id, std::string_view token) {
  if (!fields.may_have(id)) return false;
  for (const Field& field : fields) {
    if (field.id != id) continue;
    bool absent = for_each_element(field.value, [&](std::string_view e) { return !ascii::equal_nocase(e, token); });
    if (!absent) return true;
  }
  return false;
}

}  // namespace porthole::http
