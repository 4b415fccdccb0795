// Tap watches one exchange, step by step, and tells the worker's Sink. It never changes and never delays traffic.
// A Sink gets views that are valid during the call; who keeps something copies it. With no sink every call is one compare.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "flow/event.h"
#include "flow/facts.h"
#include "flow/outcome.h"
#include "http/change.h"
#include "http/framing.h"
#include "http/head.h"

namespace porthole::flow {

// One thing worth telling on the way: "dns", "connect", "pool", "retry", ... `detail` names it, `took` how long it was waited.
struct Note {
  std::string_view what;
  std::string_view detail;
  Duration took{};
};

class Sink {
 public:
  virtual ~Sink() = default;
  // Whether a flow that begins now is to be told; of one that is not, no other call comes. `client`: port 0 is the program itself.
  virtual bool wants(const Endpoint& client) const = 0;
  virtual void begin(FlowId flow, const Endpoint& client, Instant now) = 0;
  // `received` with its raw bytes; `sent` is what goes upstream, `changes` the difference.
  virtual void request_received(FlowId flow, const http::RequestHead& received, const http::Framing& framing) = 0;
  // A head that was refused before it was whole, or understood: its octets as far as they came. Its end was
  // not looked for behind what is wrong, so content that came with it may be among them.
  virtual void request_unparsed(FlowId flow, std::string_view raw) = 0;
  virtual void request_sent(FlowId flow, const http::RequestHead& sent, const http::Changes& changes, Instant now) = 0;
  virtual void response_received(FlowId flow, const http::ResponseHead& received, const http::Framing& framing,
                                 Instant now) = 0;
  virtual void response_sent(FlowId flow, const http::ResponseHead& sent, const http::Changes& changes,
                             Instant now) = 0;
  virtual void interim(FlowId flow, const http::ResponseHead& received, Instant now) = 0;
  virtual void interim_sent(FlowId flow, const http::ResponseHead& sent, const http::Changes& changes, Instant now) = 0;
  // `at`: how many content bytes of this direction came before. What the proxy answers by itself is content, too.
  virtual void data(FlowId flow, Direction direction, ByteCount at, std::string_view bytes, Instant now) = 0;
  // How many content bytes per flow and direction this sink wants to see; what is beyond may be moved unseen (splice).
  virtual ByteCount content_wanted() const = 0;
  // Content that was moved without being looked at (splice, tunnels).
  virtual void unseen(FlowId flow, Direction direction, ByteCount bytes) = 0;
  virtual void trailers(FlowId flow, Direction direction, const http::Fields& fields) = 0;
  virtual void note(FlowId flow, const Note& note, Instant now) = 0;
  virtual void part_of(FlowId flow, const PartOf& whole, Instant now) = 0;
  virtual void tls(FlowId flow, TlsStage stage, const TlsFacts& facts, Instant now) = 0;
  // `leg`: request is the client's, response the server's.
  virtual void path(FlowId flow, Direction leg, const PathFacts& facts, Instant now) = 0;
  // Exactly once per begin(), always last.
  virtual void end(FlowId flow, const Outcome& outcome, Instant now) = 0;
};

// What an exchange holds. Copyable handle; the sink outlives it.
class Tap {
 public:
  Tap() = default;
  Tap(Sink* sink, FlowId flow) : sink_(sink), flow_(flow) {}
  FlowId flow() const { return flow_; }
  explicit operator bool() const { return sink_ != nullptr; }
  Sink* operator->() const { return sink_; }

 private:
  Sink* sink_ = nullptr;
  FlowId flow_;
};

}  // namespace porthole::flow
