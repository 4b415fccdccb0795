// See hop_by_hop.h. Nothing here allocates.
#include "http/hop_by_hop.h"

namespace porthole::http {

bool ConnectionOptions::collect(const Fields& fields) {
  if (!fields.may_have(FieldName::connection)) return true;
  for (const Field& field : fields) {
    if (field.id != FieldName::connection) continue;
    if (!for_each_element(field.value, [this](std::string_view option) { return add(option); })) return false;
  }
  return true;
}

bool ConnectionOptions::add(std::string_view option) {
  if (++count > kConnectionOptionsMax) return false;
  FieldName name = field_name_of(option);
  if (name != FieldName::other) known |= bit(name);
  else if (ascii::equal_nocase(option, "close")) close = true;
  else if (!ascii::equal_nocase(option, "keep-alive")) other[others++] = {option.data(), option.size()};
  return true;
}

bool wants_close(const RequestHead& head) {
  return head.version == Version::http10 || has_token(head.fields, FieldName::connection, "close") ||
         has_token(head.fields, FieldName::proxy_connection, "close");
}

bool wants_close(const ResponseHead& head) {
  if (has_token(head.fields, FieldName::connection, "close")) return true;
  return head.version == Version::http10 && !has_token(head.fields, FieldName::connection, "keep-alive");
}

}  // namespace porthole::http
