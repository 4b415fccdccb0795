// What the seed has in store for one request: what its client sends and how it misbehaves, what the server answers and how it
// misbehaves. Made before anything runs, so that the judge knows what each side may have seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"

namespace porthole::sim {

enum class Framing : std::uint8_t { none, length, chunked, until_close };
enum class Kind : std::uint8_t { message, tunnel, upgrade };

enum class ClientFault : std::uint8_t {
  none,
  stall_sending,   // stops for good in the middle of its request
  reset_sending,   // resets there
  finish_sending,  // sends a FIN there
  finish_waiting,  // sends its FIN after the whole request and reads on: not a fault of the exchange
  close_waiting,   // is gone after the whole request
  reset_waiting,
  stop_reading,   // reads no more in the middle of the response
  slow_reading,   // takes breaks
  reset_reading,  // resets there
  count_
};

enum class ServerFault : std::uint8_t {
  none,
  silent,         // never answers
  reset_request,  // resets when the request is there
  close_request,  // closes then
  cut_head,       // closes in the middle of the head
  nonsense,       // not HTTP
  reset_content,  // in the middle of the content
  close_content,
  stall_content,
  bad_chunk,    // a chunk line that is none
  extra_bytes,  // more bytes behind the complete response
  unasked_101,
  interim_flood,  // more 1xx than anybody wants
  both_framings,  // Content-Length and Transfer-Encoding
  idle_close,     // answers well, then closes a connection that it promised to keep
  deaf,           // never reads the request's content
  count_
};

struct RequestPlan {
  Kind kind = Kind::message;
  std::uint32_t id = 0;
  std::size_t origin = 0;
  std::string method = "GET";
  bool http10 = false, close = false, expect = false, trailers = false;
  Framing framing = Framing::none;
  std::uint64_t size = 0;  // of the content; for a tunnel: bytes to the server
  ClientFault fault = ClientFault::none;
  std::uint64_t fault_at = 0;  // content byte
  bool idempotent() const { return method != "POST" && method != "PATCH"; }
};

struct ResponsePlan {
  int status = 200;
  bool http10 = false, close = false, trailers = false;
  bool early = false;  // does not wait for the request's content
  std::vector<int> interims;
  Framing framing = Framing::length;
  std::uint64_t size = 0;  // for a tunnel: bytes to the client
  Duration delay{};
  ServerFault fault = ServerFault::none;
  std::uint64_t fault_at = 0;
};

// Content that is different for every request and direction, and checked without being stored. `side`: 0 request, 1 response,
// 2 and 3 a tunnel's bytes up and down.
void append_content(std::string& out, std::uint32_t id, int side, std::uint64_t from, std::size_t bytes);
bool is_content(std::string_view bytes, std::uint32_t id, int side, std::uint64_t from);

}  // namespace porthole::sim
