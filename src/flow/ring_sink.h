// RingSink: the worker's end of the recorder. Each step becomes one event, written straight into the ring: no allocation, each
// byte copied once. What finds no room is left out and counted; content goes first, so that heads and ends find room longer.
#pragma once

#include "base/metrics.h"
#include "flow/own_flows.h"
#include "flow/ring.h"
#include "flow/tap.h"

namespace porthole::flow {

struct RingSinkMetrics {
  Counter events, bytes;  // that went into the ring
  Counter dropped_chunks, dropped_chunk_bytes;
  Counter dropped_events;  // heads, changes, notes, ends
};

class RingSink final : public Sink {
 public:
  // Content is dropped while less than this stays free, a sixteenth of a smaller ring: the heads and ends of some 500 flows.
  static constexpr ByteCount kSpareBytes = 512_KiB;
  static constexpr ByteCount kPieceBytes = 64_KiB;  // of content, in one event; half of what a small ring takes

  // The ring outlives the sink. `content_wanted`: of each flow and direction. While `*held` nothing is told but what the program
  // sends itself, which somebody waits for; null: never.
  RingSink(Ring& ring, ByteCount content_wanted, const Gauge* held = nullptr)
      : ring_(ring), content_wanted_(content_wanted), held_(held) {}
  // Told of its flows, which are noted as such. It outlives the last of them.
  void tell_own(OwnFlows& own) { own_ = &own; }

  bool wants(const Endpoint& client) const override { return client.port == 0 || !held_ || held_->value() == 0; }
  void begin(FlowId flow, const Endpoint& client, Instant now) override;
  void request_received(FlowId flow, const http::RequestHead& received, const http::Framing& framing) override;
  void request_unparsed(FlowId flow, std::string_view raw) override;
  void request_sent(FlowId flow, const http::RequestHead& sent, const http::Changes& changes, Instant now) override;
  void response_received(FlowId flow, const http::ResponseHead& received, const http::Framing& framing,
                         Instant now) override;
  void response_sent(FlowId flow, const http::ResponseHead& sent, const http::Changes& changes, Instant now) override;
  void interim(FlowId flow, const http::ResponseHead& received, Instant now) override;
  void interim_sent(FlowId flow, const http::ResponseHead& sent, const http::Changes& changes, Instant now) override;
  void data(FlowId flow, Direction direction, ByteCount at, std::string_view bytes, Instant now) override;
  ByteCount content_wanted() const override { return content_wanted_; }
  void unseen(FlowId flow, Direction direction, ByteCount bytes) override;
  void trailers(FlowId flow, Direction direction, const http::Fields& fields) override;
  void note(FlowId flow, const Note& note, Instant now) override;
  void part_of(FlowId flow, const PartOf& whole, Instant now) override;
  void tls(FlowId flow, TlsStage stage, const TlsFacts& facts, Instant now) override;
  void path(FlowId flow, Direction leg, const PathFacts& facts, Instant now) override;
  void end(FlowId flow, const Outcome& outcome, Instant now) override;

  // From any thread.
  const RingSinkMetrics& metrics() const { return metrics_; }

 private:
  // Room for the payload behind a header that is written; null when there is none, which has been counted.
  char* open(EventKind kind, FlowId flow, Instant now, std::size_t payload, Direction direction = Direction::request,
             std::uint16_t flags = 0);
  void request_received_as(std::uint16_t flags, FlowId flow, std::string_view raw);
  void received(EventKind kind, FlowId flow, const http::ResponseHead& head, Instant now);
  void sent(EventKind kind, FlowId flow, std::initializer_list<std::string_view> first_line, const http::Fields& fields,
            const http::Changes& changes, Instant now);
  void response_sent_as(EventKind kind, FlowId flow, const http::ResponseHead& head, const http::Changes& changes,
                        Instant now);

  Ring& ring_;
  ByteCount content_wanted_;
  const Gauge* held_;
  OwnFlows* own_ = nullptr;
  Instant last_{};  // steps that come without a time happened at that of the step before
  RingSinkMetrics metrics_;
};

}  // namespace porthole::flow
