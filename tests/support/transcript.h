// Transcripts: a session is fed pieces of input and every event is written down, one line each, in a form that a person
// can review. Neighbouring data events are joined, so the text must be the same wherever the input was cut.
// Used by unit tests, goldens and fuzz targets.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "http/method.h"
#include "wire/session.h"

namespace porthole::test {

using Pieces = std::vector<std::string_view>;  // views into one input

Pieces whole(std::string_view input);
Pieces octets(std::string_view input);
// The same cuts for the same seed.
Pieces random_cuts(std::string_view input, std::uint64_t seed);
// A cut behind each octet count in `sizes`, cyclically; 0 counts as 1.
Pieces cuts(std::string_view input, std::string_view sizes);

// Octets that do not print are written as \r \n \t \\ \xNN.
std::string escape(std::string_view octets);

struct ServerOptions {
  wire::Limits limits;
  bool eof = false;  // the client closes behind the input
};
// Each request is answered with an empty 200 as soon as it has ended, so pipelined ones follow; a CONNECT is taken over.
std::string server_transcript(const Pieces& input, const ServerOptions& options);

struct ClientOptions {
  wire::Limits limits;
  http::Method method = http::Method::get;  // of the request that is answered
  bool upgrade = false;                     // it asked for one
  bool eof = false;                         // the server closes behind the input
};
std::string client_transcript(const Pieces& input, const ClientOptions& options);

}  // namespace porthole::test
