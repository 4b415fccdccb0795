// See forward_trailers.h. A list of what comes too late, looked up by name; all other fields pass.
#include "http/forward_trailers.h"

#include "http/hop_by_hop.h"

namespace porthole::http {
namespace {

// Fields that change how a message is framed, routed, authenticated or understood; in a trailer they come too late.
constexpr std::uint64_t kNeverInTrailers =
    bit(FieldName::transfer_encoding) | bit(FieldName::content_length) | bit(FieldName::host) |
    bit(FieldName::connection) | bit(FieldName::keep_alive) | bit(FieldName::proxy_connection) | bit(FieldName::te) |
    bit(FieldName::trailer) | bit(FieldName::upgrade) | bit(FieldName::http2_settings) | bit(FieldName::authorization) |
    bit(FieldName::proxy_authorization) | bit(FieldName::proxy_authenticate) |
    bit(FieldName::proxy_authentication_info) | bit(FieldName::www_authenticate) | bit(FieldName::cookie) |
    bit(FieldName::set_cookie) | bit(FieldName::content_encoding) | bit(FieldName::content_type) |
    bit(FieldName::content_range) | bit(FieldName::cache_control) | bit(FieldName::expect) |
    bit(FieldName::max_forwards) | bit(FieldName::pragma) | bit(FieldName::range) | bit(FieldName::age) |
    bit(FieldName::expires) | bit(FieldName::date) | bit(FieldName::location) | bit(FieldName::retry_after) |
    bit(FieldName::vary) | bit(FieldName::via) | bit(FieldName::forwarded) | bit(FieldName::x_forwarded_for) |
    bit(FieldName::if_match) | bit(FieldName::if_none_match) | bit(FieldName::if_modified_since) |
    bit(FieldName::if_unmodified_since) | bit(FieldName::if_range);

}  // namespace

void forward_trailers(const Fields& in, const Fields& head, Fields& out, Changes& changes) {
  ConnectionOptions options;
  options.collect(head);  // beyond kConnectionOptionsMax the head itself was refused
  for (const Field& field : in) {
    bool known = field.id != FieldName::other;
    if ((known && (kNeverInTrailers & bit(field.id)) != 0) || options.names(field)) {
      changes.push_back({ChangeKind::trailer_field_dropped, field.name, {}});
    } else {
      out.add(field);
    }
  }
}
}  // namespace porthole::http
