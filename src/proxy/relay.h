// Relay: moves one request's content up and its response down, both at once, with back-pressure, until the response is
// complete. It sees early responses, passes interim ones on in time, runs content through filters, and splices long content
// of known length that nobody wants to look at. What it does not do: choose a server, retry, or answer by itself.
#pragma once

#include <memory>

#include "io/task.h"
#include "proxy/body_filter.h"
#include "proxy/server_stream.h"
#include "proxy/services.h"

namespace porthole::proxy {

// Per-exchange storage that is worth pooling: outgoing heads and the lists of what was changed in them.
struct Scratch {
  http::RequestHead request_sent;
  http::ResponseHead response_sent;
  http::ResponseHead interim_sent;
  http::Changes request_changes;
  http::Changes response_changes;
  http::Fields trailers;
  void clear();
};

// What the relay has moved so far. The exchange owns it, because the relay may be destroyed in the middle.
struct Moved {
  std::uint16_t status = 0;  // of the final response, 0 before it
  ByteCount in = 0;          // content from the client
  ByteCount out = 0;         // and to it
};

struct RelayResult {
  enum class Kind : std::uint8_t {
    complete,  // the response went out whole
    upgraded,  // a 101 went out: both sides are to be joined
    failed,    // `error`; with head_sent the response was cut, otherwise nothing was sent and an answer may be
  };
  Kind kind = Kind::failed;
  Error error;
  bool head_sent = false;
  bool content_moved = false;  // request content has gone upstream: the request cannot be replayed
};

class Relay {
 public:
  // All outlive the relay. The lease is open and the request's head has been sent on it.
  struct Parts {
    Services& services;
    ServerStream& stream;
    upstream::Lease& lease;
    io::Signal& wake;
    const Snapshot& snapshot;
    flow::Tap tap;
    const http::RequestHead& request;
    const http::Framing& request_framing;
    Scratch& scratch;
    Moved& moved;  // added to
  };
  explicit Relay(const Parts& parts);
  ~Relay();

  io::Task<RelayResult> run();

 private:
  enum class Step : std::uint8_t { wait, done, failed, upgraded };
  Step step_request();
  Step step_response();
  Step begin_response();
  bool asked_to_switch() const;
  Step end_response();
  Step fail_with(const Error& error);
  void pass_interims();
  Result<> push_response(Bytes bytes);
  Instant deadline() const;
  Instant least_rate_due() const;
  Error timeout_error() const;
  void note_moving();
  bool still_leaving();
  bool worth_splicing() const;
  io::Task<Step> splice();
  void note_stuck(bool stuck);

  Parts p_;
  Pooled<http::ResponseHead> response_;
  http::Framing sent_framing_;
  std::unique_ptr<BodyFilter> request_filter_, response_filter_;
  ByteCount seen_max_ = 0;  // how much content the sink wants
  Instant moved_at_;
  Instant flowing_since_;     // the content that is waited for: from then on its rate counts
  Instant stuck_since_{};     // spliced bytes wait since then,
  ByteCount stuck_from_ = 0;  // and so many bytes were out
  bool request_done_ = false;
  bool content_moved_ = false;
  bool stop_upload_ = false;
  bool head_sent_ = false;
  bool splice_tried_ = false;
  bool splice_stuck_ = false;  // spliced bytes wait for a client that does not read
  Error error_;
};

}  // namespace porthole::proxy
