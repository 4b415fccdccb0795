// What belongs to one connection and ends there (RFC 9110 §7.6.1): the options of Connection, the fields they name, and
// whether the connection goes on. forward_request.h and forward_response.h compose heads with it.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/ascii.h"
#include "http/head.h"

namespace porthole::http {

inline constexpr std::size_t kConnectionOptionsMax = 64;  // browsers send one, bad-inputs 34 sends 1,000

static_assert(static_cast<std::size_t>(FieldName::count_) <= 64, "a set of names no longer fits one word");
constexpr std::uint64_t bit(FieldName name) { return std::uint64_t{1} << static_cast<unsigned>(name); }

// Naming one of these in Connection would change what the message means to the next hop (bad-inputs 34).
inline constexpr std::uint64_t kNeverNamed = bit(FieldName::host) | bit(FieldName::content_length) |
                                             bit(FieldName::transfer_encoding) | bit(FieldName::content_type) |
                                             bit(FieldName::content_encoding) | bit(FieldName::content_range);

// The options of all Connection lines: known names as a set, others by text. A copy, so that `Connection: connection`
// removes the list while nobody reads it (CVE-2023-49606). The texts point into the fields that were collected.
struct ConnectionOptions {
  std::uint64_t known = 0;
  std::size_t count = 0;
  std::size_t others = 0;
  bool close = false;
  struct Text {
    const char* data;
    std::size_t size;
  };
  std::array<Text, kConnectionOptionsMax> other;  // not cleared: `others` of them are set

  // False when there are more than kConnectionOptionsMax.
  bool collect(const Fields& fields);
  bool has(FieldName name) const { return (known & bit(name)) != 0; }
  bool names(const Field& field) const {
    if (field.id != FieldName::other) return has(field.id);
    for (std::size_t i = 0; i < others; ++i) {
      if (ascii::equal_nocase({other[i].data, other[i].size}, field.name)) return true;
    }
    return false;
  }

 private:
  bool add(std::string_view option);
};

// What the proxy does with a field, by its name. A table of them holds one for each FieldName.
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

using Duties = std::array<Duty, static_cast<std::size_t>(FieldName::count_)>;

constexpr void set(Duties& duties, FieldName name, Duty duty) { duties[static_cast<std::size_t>(name)] = duty; }
inline Duty duty_of(const Duties& duties, const Field& field) { return duties[static_cast<std::size_t>(field.id)]; }

// Of the fields that end here in either direction; all others are kept.
inline constexpr Duties kHopByHopDuty = [] {
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

// True when Connection has "close", or the version is HTTP/1.0 (RFC 9112 §9.3; we never persist with 1.0 clients), or
// Proxy-Connection has "close".
bool wants_close(const RequestHead& head);
// HTTP/1.0 servers persist only with an explicit keep-alive.
bool wants_close(const ResponseHead& head);

}  // namespace porthole::http
