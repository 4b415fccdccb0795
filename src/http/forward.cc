// See forward.h. One pass over the received fields; what happens to each is looked up in kRequestDuty and kResponseDuty.
// Fields that keep their text keep their place, and framing fields are written anew where the received one stood, so the
// two heads can be shown side by side. Nothing allocates once the outgoing head and `changes` have grown.
#include "http/forward.h"

#include <array>
#include <charconv>

#include "base/ascii.h"
#include "http/characters.h"

namespace porthole::http {
namespace {

constexpr std::size_t kNames = static_cast<std::size_t>(FieldName::count_);
constexpr std::size_t kOptionsMax = 64;  // connection options; browsers send one, bad-inputs 34 sends 1,000

// What the proxy does with a field, by its name.
enum class Duty : std::uint8_t {
  keep,
  host,
  connection,
  hop_by_hop,
  te,
  upgrade,
  credentials,
  length,
  coding,
  expect,
  max_forwards,
};

using Duties = std::array<Duty, kNames>;

constexpr void set(Duties& duties, FieldName name, Duty duty) { duties[static_cast<std::size_t>(name)] = duty; }

constexpr Duties kResponseDuty = [] {
  Duties duties{};
  set(duties, FieldName::connection, Duty::connection);
  set(duties, FieldName::keep_alive, Duty::hop_by_hop);
  set(duties, FieldName::proxy_connection, Duty::hop_by_hop);
  set(duties, FieldName::te, Duty::hop_by_hop);
  set(duties, FieldName::upgrade, Duty::upgrade);
  set(duties, FieldName::content_length, Duty::length);
  set(duties, FieldName::transfer_encoding, Duty::coding);
  return duties;
}();

constexpr Duties kRequestDuty = [] {
  Duties duties = kResponseDuty;
  set(duties, FieldName::te, Duty::te);
  set(duties, FieldName::http2_settings, Duty::hop_by_hop);
  set(duties, FieldName::host, Duty::host);
  set(duties, FieldName::proxy_authorization, Duty::credentials);
  set(duties, FieldName::expect, Duty::expect);
  set(duties, FieldName::max_forwards, Duty::max_forwards);
  return duties;
}();

Duty duty_of(const Duties& duties, const Field& field) { return duties[static_cast<std::size_t>(field.id)]; }

static_assert(kNames <= 64, "a set of names no longer fits one word");
constexpr std::uint64_t bit(FieldName name) { return std::uint64_t{1} << static_cast<unsigned>(name); }

// Naming one of these in Connection would change what the message means to the next hop (bad-inputs 34).
constexpr std::uint64_t kNeverNamed = bit(FieldName::host) | bit(FieldName::content_length) |
                                      bit(FieldName::transfer_encoding) | bit(FieldName::content_type) |
                                      bit(FieldName::content_encoding) | bit(FieldName::content_range);

// The options of all Connection lines: known names as a set, others by text. A copy, so that `Connection: connection`
// removes the list while nobody reads it (CVE-2023-49606).
struct Options {
  std::uint64_t known = 0;
  std::size_t count = 0;
  std::size_t others = 0;
  bool close = false;
  struct Text {
    const char* data;
    std::size_t size;
  };
  std::array<Text, kOptionsMax> other;  // not cleared: `others` of them are set

  // False when there are more than kOptionsMax.
  bool collect(const Fields& fields) {
    if (!fields.may_have(FieldName::connection)) return true;
    for (const Field& field : fields) {
      if (field.id != FieldName::connection) continue;
      if (!for_each_element(field.value, [this](std::string_view option) { return add(option); })) return false;
    }
    return true;
  }
  bool add(std::string_view option) {
    if (++count > kOptionsMax) return false;
    FieldName name = field_name_of(option);
    if (name != FieldName::other) known |= bit(name);
    else if (ascii::equal_nocase(option, "close")) close = true;
    else if (!ascii::equal_nocase(option, "keep-alive")) other[others++] = {option.data(), option.size()};
    return true;
  }
  bool has(FieldName name) const { return (known & bit(name)) != 0; }
  bool names(const Field& field) const {
    if (field.id != FieldName::other) return has(field.id);
    for (std::size_t i = 0; i < others; ++i) {
      if (ascii::equal_nocase({other[i].data, other[i].size}, field.name)) return true;
    }
    return false;
  }
};

// The number in decimal; `received` itself when it is spelled the same.
std::string_view decimal(std::uint64_t value, std::string_view received, TextArena& arena) {
  char digits[20];
  char* end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  std::string_view text(digits, static_cast<std::size_t>(end - digits));
  return text == received ? received : arena.copy(text);
}

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

// protocol-name ["/" protocol-version], RFC 9110 §7.8, of what may be relayed: h2c never outlives a hop.
bool relayable_protocol(std::string_view protocol) {
  std::size_t slash = protocol.find('/');
  if (!is_token(protocol.substr(0, slash))) return false;
  if (slash != std::string_view::npos && !is_token(protocol.substr(slash + 1))) return false;
  return !ascii::equal_nocase(protocol, "h2c");
}

// All Upgrade lines as one list without what cannot be relayed; empty when nothing is left.
std::string_view upgrade_protocols(const Fields& fields, TextArena& arena) {
  std::string_view only;
  std::size_t lines = 0;
  std::size_t room = 0;
  bool all = true;
  for (const Field& field : fields) {
    if (field.id != FieldName::upgrade) continue;
    ++lines;
    room += field.value.size() + 2;
    only = field.value;
    all = for_each_element(field.value, relayable_protocol) && all;
  }
  if (lines == 0 || (lines == 1 && all)) return only;
  char* start = arena.allocate(room);
  char* end = start;
  for (const Field& field : fields) {
    if (field.id != FieldName::upgrade) continue;
    for_each_element(field.value, [&](std::string_view protocol) {
      if (!relayable_protocol(protocol)) return true;
      if (end != start) end += std::string_view(", ").copy(end, 2);
      end += protocol.copy(end, protocol.size());
      return true;
    });
  }
  return {start, static_cast<std::size_t>(end - start)};
}

// What both directions share: the two heads, the options, and how a change is written down.
class Composer {
 public:
  Composer(const Fields& in, std::string_view in_raw, Fields& out, TextArena& arena, Changes& changes)
      : in_(in), in_raw_(in_raw), out_(out), arena_(arena), changes_(changes) {}

  Options& options() { return options_; }
  TextArena& arena() { return arena_; }
  const Fields& in() const { return in_; }

  void keep(const Field& field) {
    if (options_.names(field)) return removed(ChangeKind::connection_named_removed, field);
    out_.add(field);
  }
  void removed(ChangeKind kind, const Field& field) { changes_.push_back({kind, line_of(field, in_raw_), {}}); }
  void add(FieldName name, std::string_view value) { out_.add(name, value); }
  // Adds a field of ours; a Change unless the received line `was` says the same.
  void write(ChangeKind kind, FieldName name, std::string_view value, const Field* was) {
    out_.add(name, value);
    if (!was || was->value != value) record(kind, was, line(name, value));
  }
  void record(ChangeKind kind, const Field* was, std::string_view after) {
    changes_.push_back({kind, was ? line_of(*was, in_raw_) : std::string_view(), after});
  }
  void record(ChangeKind kind, std::string_view before, std::string_view after) {
    changes_.push_back({kind, before, after});
  }
  bool recorded(ChangeKind kind) const {
    for (const Change& change : changes_) {
      if (change.kind == kind) return true;
    }
    return false;
  }
  std::string_view line(FieldName name, std::string_view value) {
    return arena_.join({field_name_text(name), ": ", value});
  }

  // Writes the framing once, where the first framing field stood or, at the end, if there was none.
  void framing(const Framing& framing, const Field* was) {
    bool fits = !was || (was->id == FieldName::content_length) == (framing.kind == Framing::Kind::length);
    if (!framed_ && fits && framing.kind == Framing::Kind::length) {
      framed_ = true;
      std::string_view received = was ? was->value : std::string_view();
      write(ChangeKind::framing_rewritten, FieldName::content_length, decimal(framing.length, received, arena_), was);
    } else if (!framed_ && fits && framing.kind == Framing::Kind::chunked) {
      framed_ = true;
      write(framing_kind_, FieldName::transfer_encoding, "chunked", was);
    } else if (was && was->id == FieldName::content_length) {
      if (!recorded(ChangeKind::content_length_dropped)) removed(ChangeKind::content_length_dropped, *was);
    } else if (was && !recorded(ChangeKind::dechunked_for_http10)) {
      removed(ChangeKind::framing_rewritten, *was);
    }
  }
  // What a Transfer-Encoding of ours is recorded as when the sender had none.
  void chunked_by_us() { framing_kind_ = ChangeKind::chunked_by_us; }

  // The Connection field of the outgoing head: "" for none. The first received line stands for all of them.
  void connection(std::string_view value) {
    const Field* was = in_.find(FieldName::connection);
    if (!value.empty()) write(ChangeKind::connection_removed, FieldName::connection, value, was);
    if (!was) return;
    for (const Field& field : in_) {
      if (field.id == FieldName::connection && (&field != was || value.empty())) {
        removed(ChangeKind::connection_removed, field);
      }
    }
  }

  void via(Version received, std::string_view own_name) {
    if (own_name.empty()) return;
    std::string_view text = arena_.join({"Via: ", version_text(received), " ", own_name});
    out_.add(FieldName::via, text.substr(5));
    record(ChangeKind::via_added, nullptr, text);
  }

 private:
  const Fields& in_;
  std::string_view in_raw_;
  Fields& out_;
  TextArena& arena_;
  Changes& changes_;
  Options options_;
  bool framed_ = false;
  ChangeKind framing_kind_ = ChangeKind::framing_rewritten;
};

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

// Writes one field anew in place of all received lines of that name; an empty value only removes them.
void replace_all(Composer& composer, ChangeKind kind, FieldName name, std::string_view value) {
  const Field* was = composer.in().find(name);
  if (!was) return;
  if (!value.empty()) composer.write(kind, name, value, was);
  for (const Field& field : composer.in()) {
    if (field.id == name && (&field != was || value.empty())) composer.removed(kind, field);
  }
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
  replace_all(composer, ChangeKind::te_rewritten, FieldName::te, te ? "trailers" : "");
  std::string_view protocols;
  if (composer.options().has(FieldName::upgrade) && in.version == Version::http11 && !how.framing.has_content() &&
      in.method != Method::connect) {
    protocols = upgrade_protocols(in.fields, out.arena);
  }
  replace_all(composer, ChangeKind::upgrade_regenerated, FieldName::upgrade, protocols);
  composer.connection(request_connection(te, !protocols.empty()));
  composer.via(in.version, how.via_name);
  return {};
}

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
    switch (duty_of(kResponseDuty, field)) {
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
    replace_all(composer, ChangeKind::upgrade_regenerated, FieldName::upgrade, protocols);
    composer.connection(!protocols.empty() ? also : close ? "close" : "");
  } else {
    replace_all(composer, ChangeKind::upgrade_regenerated, FieldName::upgrade, {});
    composer.connection({});
  }
  if (in.status >= 200 && !how.date.empty() && !in.fields.has(FieldName::date)) {
    composer.write(ChangeKind::date_added, FieldName::date, how.date, nullptr);
  }
  composer.via(in.version, how.via_name);
  return sent;
}

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
  Options options;
  options.collect(head);  // beyond kOptionsMax the head itself was refused
  for (const Field& field : in) {
    bool known = field.id != FieldName::other;
    if ((known && (kNeverInTrailers & bit(field.id)) != 0) || options.names(field)) {
      changes.push_back({ChangeKind::trailer_field_dropped, field.name, {}});
    } else {
      out.add(field);
    }
  }
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
