// See forward_request.h. One pass over the received fields; what happens to each is looked up in kRequestDuty.
#include "http/forward_request.h"

#include <charconv>

#include "base/ascii.h"
#include "http/composer.h"

namespace porthole::http {
namespace {

constexpr Duties kRequestDuty = [] {
  Duties duties = kHopByHopDuty;
  set(duties, FieldName::te, Duty::te);
  set(duties, FieldName::http2_settings, Duty::hop_by_hop);
  set(duties, FieldName::host, Duty::host);
  set(duties, FieldName::proxy_authorization, Duty::credentials);
  set(duties, FieldName::expect, Duty::expect);
  set(duties, FieldName::max_forwards, Duty::max_forwards);
  return duties;
}();

bool has_own_name(const Fields& fields, std::string_view own_name) {
  if (!fields.may_have(FieldName::via)) return false;
  for (const Field& field : fields) {
    if (field.id != FieldName::via) continue;
    bool absent = for_each_element(field.value, [own_name](std::string_view element) {
      std::size_t blank = element.find_first_of(" \t");  // received-protocol RWS received-by [RWS comment]
      if (blank == std::string_view::npos) return true;
      std::string_view by = ascii::trim(element.substr(blank));
      return by.substr(0, by.find_first_of(" \t")) != own_name;
    });
    if (!absent) return true;
  }
  return false;
}

// host [":" port] of the target, without an empty port and without leading zeros in it.
std::string_view host_text(const Target& target, TextArena& arena) {
  const Authority& authority = target.authority;
  std::string_view host = authority.host;
  bool ipv6 = authority.kind == HostKind::ipv6;
  if (ipv6) host = {host.data() - 1, host.size() + 2};  // the brackets stand in the parsed text
  if (authority.port == 0) return host;
  char digits[5];
  char* end = std::to_chars(digits, digits + sizeof digits, authority.port).ptr;
  std::string_view port(digits, static_cast<std::size_t>(end - digits));
  // The port was parsed from behind the host, so at least ":" and these many digits stand there.
  if (std::string_view(host.data() + host.size() + 1, port.size()) == port) {
    return {host.data(), host.size() + 1 + port.size()};
  }
  return arena.join({host, ":", port});
}

void write_target(const RequestHead& in, bool absolute_form, RequestHead& out, Composer& composer) {
  out.target_text = in.target_text;
  const Target& target = in.target;
  if (target.form != TargetForm::absolute || absolute_form) return;
  ChangeKind kind = ChangeKind::target_to_origin_form;
  std::string_view path = target.path_and_query;
  if (path.empty() && in.method == Method::options) {
    kind = ChangeKind::target_to_asterisk_form;
    path = "*";
  } else if (path.empty()) {
    kind = ChangeKind::empty_path_to_slash;
    path = "/";
  } else if (path[0] == '?') {
    kind = ChangeKind::empty_path_to_slash;
    path = out.arena.join({"/", path});
  }
  out.target_text = path;
  composer.record(kind, in.target_text, path);
}

void write_host(const RequestHead& in, Composer& composer) {
  const Field* was = in.fields.find(FieldName::host);
  bool named = in.target.form == TargetForm::absolute || in.target.form == TargetForm::authority;
  if (!named) {
    if (was) composer.add(FieldName::host, was->value);
    return;
  }
  composer.write(ChangeKind::host_from_target, FieldName::host, host_text(in.target, composer.arena()), was);
}

Result<void> lower_max_forwards(const RequestHead& in, const Field& field, Composer& composer) {
  if (in.method != Method::trace && in.method != Method::options) {
    composer.keep(field);
    return {};
  }
  std::optional<std::uint64_t> value = ascii::parse_decimal(field.value);
  if (!value || *value == 0) return fail(client_error(400, "Max-Forwards is not a positive number", "RFC 9110 §7.6.2"));
  std::string_view lowered = decimal(*value - 1, {}, composer.arena());
  composer.write(ChangeKind::max_forwards_decremented, FieldName::max_forwards, lowered, &field);
  return {};
}

Result<void> forward_request_field(const RequestHead& in, const Field& field, const Framing& framing,
                                   Composer& composer) {
  switch (duty_of(kRequestDuty, field)) {
    case Duty::keep: composer.keep(field); break;
    case Duty::hop_by_hop: composer.removed(ChangeKind::hop_by_hop_removed, field); break;
    case Duty::credentials: composer.removed(ChangeKind::proxy_authorization_consumed, field); break;
    case Duty::length:
    case Duty::coding: composer.framing(framing, &field); break;
    case Duty::expect:
      if (in.version == Version::http10) composer.removed(ChangeKind::expect_dropped, field);
      else composer.keep(field);
      break;
    case Duty::max_forwards: return lower_max_forwards(in, field, composer);
    case Duty::host:
    case Duty::connection:
    case Duty::te:
    case Duty::upgrade: break;  // written by their own functions
  }
  return {};
}

std::string_view request_connection(bool te, bool upgrade) {
  if (te && upgrade) return "upgrade, TE";
  if (upgrade) return "upgrade";
  return te ? "TE" : "";
}

}  // namespace

Result<void> forward_request(const RequestHead& in, const RequestForwarding& how, RequestHead& out, Changes& changes) {
  Composer composer(in.fields, in.raw, out.fields, out.arena, changes);
  if (!composer.options().collect(in.fields)) {
    return fail(client_error(400, "Connection has too many options", "RFC 9110 §7.6.1"));
  }
  if ((composer.options().known & kNeverNamed) != 0) {
    return fail(
        client_error(400, "Connection names Host or a field that frames or describes the content", "RFC 9110 §7.6.1"));
  }
  if (!how.via_name.empty() && has_own_name(in.fields, how.via_name)) {
    Error loop = client_error(508, "this request has passed here before", "RFC 9110 §7.6");
    loop.token = Token::proxy_loop_detected;
    return fail(loop);
  }
  out.method = in.method;
  out.method_text = in.method_text;
  out.version = Version::http11;
  if (in.version == Version::http10) composer.record(ChangeKind::version_ours, "HTTP/1.0", "HTTP/1.1");
  write_target(in, how.absolute_form, out, composer);
  write_host(in, composer);

  for (const Field& field : in.fields) {
    PH_CHECK(forward_request_field(in, field, how.framing, composer));
  }
  composer.framing(how.framing, nullptr);
  bool te = in.version == Version::http11 && has_token(in.fields, FieldName::te, "trailers");
  composer.replace_all(ChangeKind::te_rewritten, FieldName::te, te ? "trailers" : "");
  std::string_view protocols;
  if (composer.options().has(FieldName::upgrade) && in.version == Version::http11 && !how.framing.has_content() &&
      in.method != Method::connect) {
    protocols = upgrade_protocols(in.fields, out.arena);
  }
  composer.replace_all(ChangeKind::upgrade_regenerated, FieldName::upgrade, protocols);
  composer.connection(request_connection(te, !protocols.empty()));
  composer.via(in.version, how.via_name);
  return {};
}
}  // namespace porthole::http
