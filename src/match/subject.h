// Subject is what an expression is asked about: an exchange on its way, or a flow that was recorded. Whoever has one of
// these derives from it; match knows neither. Views it hands out live until the question is answered.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/fields.h"
#include "match/key.h"
#include "match/truth.h"

namespace porthole::match {

// One pattern of a term, to be tried on the texts that a Subject has many of.
class Probe {
 public:
  virtual bool operator()(std::string_view text) const = 0;
  // The only text that can pass, when there is only one; else empty. For look-ups instead of walks; case may differ.
  virtual std::string_view only() const = 0;

 protected:
  ~Probe() = default;
};

class Subject {
 public:
  virtual ~Subject() = default;

  // Key::host, path (without query), query (without `?`), scheme, method, protocol, type (Content-Type, parameters or
  // not), client (address alone), user, error, via. Host in lower case. url and domain are made of these.
  virtual Fact<std::string_view> text(Key key) const = 0;
  // Key::port, status, size (bytes), time (nanoseconds).
  virtual Fact<std::uint64_t> number(Key key) const = 0;
  // Before the phase of its row it may answer what is so now (pending, pinned): a live list does, and asks again later.
  virtual Truth flag(Flag flag) const = 0;
  // Key::list, tag, rule; request_header, response_header (values of that field name, of all when it is empty);
  // request_body, response_body (decoded, in one piece, as much as there is). Yes when one passes, unknown when not all
  // are known yet, else no.
  virtual Truth any(Key key, std::string_view field_name, const Probe& probe) const = 0;
};

// For any() on fields that are known.
bool any_field(const http::Fields& fields, std::string_view field_name, const Probe& probe);

}  // namespace porthole::match
