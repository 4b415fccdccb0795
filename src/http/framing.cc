// RFC 9112 §6.3, once for each direction. Tinyproxy's lesson of 2026: two fixes were bypassed because the check was a
// string comparison on one header line. Here all lines of a name are read by the grammar, and the result is exactly one
// of four kinds or an error.
#include "http/framing.h"

#include "base/ascii.h"
#include "http/characters.h"

namespace porthole::http {
namespace {

constexpr const char* kClause = "RFC 9112 §6.3";
constexpr const char* kCodingClause = "RFC 9112 §6.1";

// What all Transfer-Encoding lines together say.
enum class Codings : std::uint8_t {
  absent,
  chunked,          // exactly one "chunked" and nothing else
  unknown_chunked,  // other codings, then one final "chunked"
  malformed,        // anything else
};

enum class Coding : std::uint8_t { chunked, unknown, malformed };

// transfer-coding = token *( OWS ";" OWS parameter ); chunked has no parameters.
Coding coding_of(std::string_view element) {
  std::size_t token = span_of(kTokenOctet, element);
  if (token == 0) return Coding::malformed;
  bool chunked = ascii::equal_nocase(element.substr(0, token), "chunked");
  std::string_view rest = ascii::trim(element.substr(token));
  if (rest.empty()) return chunked ? Coding::chunked : Coding::unknown;
  return chunked || rest[0] != ';' ? Coding::malformed : Coding::unknown;
}

Codings codings_of(const Fields& fields) {
  if (!fields.may_have(FieldName::transfer_encoding)) return Codings::absent;
  bool seen = false;
  bool malformed = false;
  int chunked = 0;
  int unknown = 0;
  for (const Field& field : fields) {
    if (field.id != FieldName::transfer_encoding) continue;
    seen = true;
    for_each_element(field.value, [&](std::string_view element) {
      Coding coding = coding_of(element);
      if (coding == Coding::malformed || chunked > 0) malformed = true;  // nothing may follow chunked
      if (coding == Coding::chunked) ++chunked;
      else ++unknown;
      return !malformed;
    });
  }
  if (!seen) return Codings::absent;
  if (malformed || chunked != 1) return Codings::malformed;
  return unknown > 0 ? Codings::unknown_chunked : Codings::chunked;
}

struct Lengths {
  bool present = false;
  bool legal = true;  // one line, digits only, below 2^63
  std::uint64_t value = 0;
};

// Equal repeated values could be collapsed (RFC 9110 §8.6); refused all the same, since nobody honest sends them.
Lengths lengths_of(const Fields& fields) {
  Lengths lengths;
  if (!fields.may_have(FieldName::content_length)) return lengths;
  for (const Field& field : fields) {
    if (field.id != FieldName::content_length) continue;
    std::optional<std::uint64_t> value = ascii::parse_decimal(field.value);
    if (lengths.present || !value) lengths.legal = false;
    lengths.present = true;
    lengths.value = value.value_or(0);
  }
  return lengths;
}

Error response_error(const char* detail, const char* clause) {
  return upstream_error(Token::http_protocol_error, detail, clause);
}

}  // namespace

Result<Framing> request_framing(const RequestHead& head) {
  Codings codings = codings_of(head.fields);
  Lengths lengths = lengths_of(head.fields);
  if (!lengths.legal) return fail(client_error(400, "Content-Length is not one decimal number", kClause));
  if (codings == Codings::absent) {
    if (!lengths.present) return Framing{};
    if (head.method == Method::connect) {
      if (lengths.value > 0) return fail(client_error(400, "CONNECT has no content", "RFC 9110 §9.3.6"));
      return Framing{};
    }
    return Framing{.kind = Framing::Kind::length, .length = lengths.value};
  }
  if (lengths.present) return fail(client_error(400, "both Content-Length and Transfer-Encoding", kCodingClause));
  if (head.version == Version::http10) return fail(client_error(400, "Transfer-Encoding in HTTP/1.0", kCodingClause));
  if (head.method == Method::connect) return fail(client_error(400, "CONNECT has no content", "RFC 9110 §9.3.6"));
  if (codings == Codings::malformed) {
    return fail(client_error(400, "Transfer-Encoding does not end in one \"chunked\"", kClause));
  }
  if (codings == Codings::unknown_chunked) {
    return fail(client_error(501, "a transfer coding other than chunked", kCodingClause));
  }
  return Framing{.kind = Framing::Kind::chunked};
}

Result<Framing> response_framing(const ResponseHead& head, Method request_method, Changes& changes) {
  if (head.status < 200 || head.status == 204) return Framing{};
  if (request_method == Method::connect && head.status < 300) return Framing{};  // a tunnel: CL and TE mean nothing
  Codings codings = codings_of(head.fields);
  Lengths lengths = lengths_of(head.fields);
  if (codings == Codings::absent && !lengths.legal) {
    return fail(response_error("Content-Length is not one decimal number", kClause));
  }
  if (request_method == Method::head || head.status == 304) return Framing{};
  if (codings == Codings::absent) {
    if (!lengths.present) return Framing{.kind = Framing::Kind::until_close};
    return Framing{.kind = Framing::Kind::length, .length = lengths.value};
  }
  // We never offer another coding in TE, so a server that uses one sends what nobody can read.
  if (codings != Codings::chunked) return fail(response_error("a transfer coding other than chunked", kCodingClause));
  Framing framing{.kind = Framing::Kind::chunked};
  if (lengths.present) {
    const Field& dropped = *head.fields.find(FieldName::content_length);
    changes.push_back({ChangeKind::content_length_dropped, line_of(dropped, head.raw), {}});
    framing.reuse_forbidden = true;
  }
  // RFC 9112 §6.1: the framing of such a message is faulty. Decoding gives the client what was meant (relaying the chunk lines
  // as content would corrupt it), and the connection serves nobody else.
  if (head.version == Version::http10) framing.reuse_forbidden = true;
  return framing;
}

}  // namespace porthole::http
