// What each kind of change means to a person, with the clause that asks for it. The inspector, `porthole explain` and the
// documentation print these texts; `name` is stable.
#include "http/change.h"

#include <array>
#include <cstddef>

namespace porthole::http {
namespace {

constexpr std::array<ChangeFacts, static_cast<std::size_t>(ChangeKind::count_)> kFacts = {{
    {"target_to_origin_form", "The target was shortened to path and query",
     "A request to the server itself names only the path; scheme and host are for proxies.", "RFC 9112 §3.2.1"},
    {"target_to_asterisk_form", "The target became \"*\"",
     "OPTIONS for a whole server has no path: the last proxy on the way writes \"*\".", "RFC 9112 §3.2.4"},
    {"empty_path_to_slash", "An empty path became \"/\"", "A server cannot be asked for an empty path.",
     "RFC 9110 §7.7"},
    {"host_from_target", "Host was written from the target",
     "The target decides where a request goes; a Host that says otherwise would be believed by the server.",
     "RFC 9112 §3.2.2"},
    {"version_ours", "The version is the proxy's own", "Each hop says which version it speaks itself.",
     "RFC 9112 §2.3"},
    {"via_added", "Via was added", "Each proxy names itself, so that loops and old versions can be seen.",
     "RFC 9110 §7.6.3"},
    {"connection_removed", "Connection was removed or written anew",
     "Its options are about the connection it came over, not the next one.", "RFC 9110 §7.6.1"},
    {"connection_named_removed", "A field named by Connection was removed",
     "The sender said that this field is for the next hop only.", "RFC 9110 §7.6.1"},
    {"hop_by_hop_removed", "A field for one connection only was removed",
     "It describes the connection it came over, not the message.", "RFC 9110 §7.6.1"},
    {"te_rewritten", "TE was removed or written anew",
     "It says what the sender of this hop accepts; only \"trailers\" can be passed on.", "RFC 9110 §10.1.4"},
    {"upgrade_regenerated", "Upgrade was removed or written anew",
     "An upgrade is agreed on hop by hop; the proxy asks for it in its own name.", "RFC 9110 §7.8"},
    {"proxy_authorization_consumed", "Proxy-Authorization was taken out",
     "The credentials are for this proxy and nobody else.", "RFC 9110 §11.7.2"},
    {"framing_rewritten", "The length of the content was written anew",
     "A sender's bytes of a framing field are never passed on, only what they were understood to mean.", "RFC 9112 §6"},
    {"content_length_dropped", "Content-Length was dropped",
     "It may not stand here, or contradicts how the content is really delimited.", "RFC 9112 §6.3"},
    {"expect_dropped", "Expect was dropped", "An HTTP/1.0 client cannot take a 100 answer.", "RFC 9110 §10.1.1"},
    {"max_forwards_decremented", "Max-Forwards was lowered by one", "It counts the proxies that may still be passed.",
     "RFC 9110 §7.6.2"},
    {"date_added", "Date was added", "A response without a date gets the time at which it was received.",
     "RFC 9110 §6.6.1"},
    {"trailer_field_dropped", "A trailer field was dropped",
     "Framing, routing and authentication cannot be changed after the fact.", "RFC 9110 §6.5.1"},
    {"tolerated_bare_lf", "Lines end in LF alone",
     "The server left out the CR; the message was understood and the connection is not used again.", "RFC 9112 §2.2"},
    {"tolerated_obs_fold", "A folded line was joined",
     "Folding is obsolete; the fold became one space and the connection is not used again.", "RFC 9112 §5.2"},
    {"tolerated_space_before_colon", "A space before the colon was removed",
     "Some would read another field name; the connection is not used again.", "RFC 9112 §5.1"},
    {"dechunked_for_http10", "The content is sent without chunks", "An HTTP/1.0 client does not know chunks.",
     "RFC 9112 §7.1"},
    {"chunked_by_us", "The content is sent in chunks",
     "Its length is not known in advance, and chunks let the client see whether it is complete.", "RFC 9112 §6.1"},
}};
static_assert(!kFacts.back().name.empty(), "a change without its facts");

}  // namespace

const ChangeFacts& facts_of(ChangeKind kind) { return kFacts[static_cast<std::size_t>(kind)]; }

}  // namespace porthole::http
