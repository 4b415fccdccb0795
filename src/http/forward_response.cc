// See forward_response.h. One pass over the received fields; what happens to each is looked up in kHopByHopDuty.
#include "http/forward_response.h"

#include "base/ascii.h"
#include "http/composer.h"

namespace porthole::http {
namespace {

// RFC 9112 §6.3, as sent to this client.
Framing response_framing_as_sent(const ResponseHead& in, const ResponseForwarding& how) {
  using Kind = Framing::Kind;
  bool no_content = in.status < 200 || in.status == 204 || in.status == 304 || how.request_method == Method::head ||
                    (how.request_method == Method::connect && in.status < 300);
  Framing framing{.kind = how.framing.kind, .length = how.framing.length};
  if (no_content) return Framing{};
  if (framing.kind == Kind::none) return Framing{.kind = Kind::length, .length = 0};
  if (framing.kind == Kind::length) return framing;
  framing.kind = how.client_version == Version::http10 ? Kind::until_close : Kind::chunked;
  framing.length = 0;
  return framing;
}

// Answers to HEAD and 304 tell how long the content would have been (RFC 9110 §8.6); 1xx, 204 and tunnels may not.
bool tells_length(const ResponseHead& in, const ResponseForwarding& how) {
  if (in.status == 304) return true;
  return how.request_method == Method::head && in.status >= 200 && in.status != 204;
}

void forward_length(const ResponseHead& in, const ResponseForwarding& how, const Framing& sent, const Field& field,
                    Composer& composer) {
  std::optional<std::uint64_t> value = ascii::parse_decimal(field.value);
  if (tells_length(in, how) && value && !in.fields.has(FieldName::transfer_encoding)) {
    composer.framing({.kind = Framing::Kind::length, .length = *value}, &field);
  } else {
    composer.framing(sent, &field);
  }
}

}  // namespace

Result<Framing> forward_response(const ResponseHead& in, const ResponseForwarding& how, ResponseHead& out,
                                 Changes& changes) {
  for (const Change& change : in.tolerated) changes.push_back(change);
  Composer composer(in.fields, in.raw, out.fields, out.arena, changes);
  if (!composer.options().collect(in.fields)) {
    return fail(upstream_error(Token::http_protocol_error, "Connection has too many options", "RFC 9110 §7.6.1"));
  }
  composer.options().known &= ~kNeverNamed;  // such an option is ignored: the framing is written anew anyway
  if (how.upgrade && !in.fields.has(FieldName::upgrade)) {
    return fail(upstream_error(Token::http_upgrade_failed, "a 101 without Upgrade", "RFC 9110 §7.8"));
  }
  out.status = in.status;
  out.version = Version::http11;
  out.reason = in.reason;
  if (in.version == Version::http10) composer.record(ChangeKind::version_ours, "HTTP/1.0", "HTTP/1.1");

  Framing sent = response_framing_as_sent(in, how);
  if (how.framing.kind == Framing::Kind::chunked && sent.kind == Framing::Kind::until_close) {
    composer.record(ChangeKind::dechunked_for_http10, in.fields.find(FieldName::transfer_encoding), {});
  }
  if (how.framing.kind == Framing::Kind::until_close) composer.chunked_by_us();
  // HTTP/2 delimits content by its own frames (RFC 9113 §8.1); only a known length is told.
  bool tells_framing = how.client_version != Version::http2 || sent.kind == Framing::Kind::length;
  Framing written = tells_framing ? sent : Framing{};
  for (const Field& field : in.fields) {
    switch (duty_of(kHopByHopDuty, field)) {
      case Duty::keep: composer.keep(field); break;
      case Duty::hop_by_hop: composer.removed(ChangeKind::hop_by_hop_removed, field); break;
      case Duty::length: forward_length(in, how, written, field, composer); break;
      case Duty::coding: composer.framing(written, &field); break;
      default: break;  // Connection and Upgrade are written below
    }
  }
  // 426 must say what to upgrade to (RFC 9110 §15.5.22), and upgrades are relayed.
  bool upgrade = (how.upgrade || in.status == 426) && how.client_version == Version::http11;
  std::string_view protocols = upgrade ? upgrade_protocols(in.fields, out.arena) : std::string_view();
  composer.framing(written, nullptr);
  if (how.client_version != Version::http2) {
    bool close = how.close || sent.kind == Framing::Kind::until_close;
    std::string_view also = close && !protocols.empty() ? "upgrade, close" : "upgrade";
    composer.replace_all(ChangeKind::upgrade_regenerated, FieldName::upgrade, protocols);
    composer.connection(!protocols.empty() ? also : close ? "close" : "");
  } else {
    composer.replace_all(ChangeKind::upgrade_regenerated, FieldName::upgrade, {});
    composer.connection({});
  }
  if (in.status >= 200 && !how.date.empty() && !out.fields.has(FieldName::date)) {
    composer.write(ChangeKind::date_added, FieldName::date, how.date, nullptr);
  }
  composer.via(in.version, how.via_name);
  return sent;
}
}  // namespace porthole::http
