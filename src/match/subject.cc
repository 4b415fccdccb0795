// See subject.h.
#include "match/subject.h"

#include "base/ascii.h"

namespace porthole::match {

bool any_field(const http::Fields& fields, std::string_view field_name, const Probe& probe) {
  for (const http::Field& field : fields) {
    if ((field_name.empty() || ascii::equal_nocase(field.name, field_name)) && probe(field.value)) return true;
  }
  return false;
}

}  // namespace porthole::match
