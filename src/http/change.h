// Change: one difference between a head as received and as sent, made by the function that makes the difference.
// The inspector, `porthole explain` and the tests read the same list. What, why and the clause follow from the kind
// (one constexpr table), so recording a change stores two views and a byte.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace porthole::http {

enum class ChangeKind : std::uint8_t {
  target_to_origin_form,         // RFC 9112 §3.2.1
  target_to_asterisk_form,       // RFC 9112 §3.2.4
  empty_path_to_slash,           // RFC 9110 §7.7
  host_from_target,              // RFC 9112 §3.2.2: the received Host is ignored, a new one is generated
  version_ours,                  // RFC 9112 §2.3
  via_added,                     // RFC 9110 §7.6.3
  connection_removed,            // RFC 9110 §7.6.1
  connection_named_removed,      // RFC 9110 §7.6.1: a field named by Connection
  hop_by_hop_removed,            // RFC 9110 §7.6.1: Keep-Alive, Proxy-Connection, TE, Upgrade, ...
  te_rewritten,                  // RFC 9110 §10.1.4
  upgrade_regenerated,           // RFC 9110 §7.8
  proxy_authorization_consumed,  // RFC 9110 §11.7.2
  framing_rewritten,             // RFC 9112 §6: Transfer-Encoding or Content-Length written anew from the parsed form
  content_length_dropped,        // RFC 9112 §6.3: both CL and TE, or CL where none may be
  expect_dropped,                // RFC 9110 §10.1.1: ignored in HTTP/1.0
  max_forwards_decremented,      // RFC 9110 §7.6.2
  date_added,                    // RFC 9110 §6.6.1
  trailer_field_dropped,         // RFC 9110 §6.5.1
  tolerated_bare_lf,             // RFC 9112 §2.2, response only
  tolerated_obs_fold,            // RFC 9112 §5.2, response only
  tolerated_space_before_colon,  // RFC 9112 §5.1, response only
  dechunked_for_http10,          // RFC 9112 §7.1
  chunked_by_us,                 // RFC 9112 §6.1: close-delimited content of unknown length
  count_
};

struct ChangeFacts {
  std::string_view name;    // stable identifier, "hop_by_hop_removed"
  std::string_view what;    // "A field for this connection only was removed"
  std::string_view why;     // one sentence
  std::string_view clause;  // "RFC 9110 §7.6.1"
};
const ChangeFacts& facts_of(ChangeKind kind);

struct Change {
  ChangeKind kind;
  std::string_view before;  // "Name: value", a start line, or empty; into the received head
  std::string_view after;   // likewise, into the outgoing head or a literal; empty when something was removed
};

using Changes = std::vector<Change>;

}  // namespace porthole::http
