// CountingRecorder: a Sink that keeps nothing but numbers. It is what watches when nothing is recorded, and what tests ask
// whether every exchange began once, ended once, and how many bytes were seen.
#pragma once

#include "base/metrics.h"
#include "flow/tap.h"

namespace porthole::flow {

class CountingRecorder : public Sink {
 public:
  Counter begun, ended, heads, interims, changes, notes, trailer_sections, facts;
  Counter data_bytes[2];  // by Direction
  Counter unseen_bytes[2];

  bool wants(const Endpoint&) const override { return true; }
  void begin(FlowId, const Endpoint&, Instant) override { begun.add(); }
  void request_received(FlowId, const http::RequestHead&, const http::Framing&) override { heads.add(); }
  void request_unparsed(FlowId, std::string_view) override { heads.add(); }
  void request_sent(FlowId, const http::RequestHead&, const http::Changes& made, Instant) override {
    changes.add(made.size());
  }
  void response_received(FlowId, const http::ResponseHead&, const http::Framing&, Instant) override { heads.add(); }
  void response_sent(FlowId, const http::ResponseHead&, const http::Changes& made, Instant) override {
    changes.add(made.size());
  }
  void interim(FlowId, const http::ResponseHead&, Instant) override { interims.add(); }
  void interim_sent(FlowId, const http::ResponseHead&, const http::Changes&, Instant) override {}
  void data(FlowId, Direction direction, ByteCount, std::string_view bytes, Instant) override {
    data_bytes[static_cast<std::size_t>(direction)].add(bytes.size());
  }
  ByteCount content_wanted() const override { return 0; }
  void unseen(FlowId, Direction direction, ByteCount bytes) override {
    unseen_bytes[static_cast<std::size_t>(direction)].add(bytes);
  }
  void trailers(FlowId, Direction, const http::Fields&) override { trailer_sections.add(); }
  void note(FlowId, const Note&, Instant) override { notes.add(); }
  void part_of(FlowId, const PartOf&, Instant) override { facts.add(); }
  void tls(FlowId, TlsStage, const TlsFacts&, Instant) override { facts.add(); }
  void path(FlowId, Direction, const PathFacts&, Instant) override { facts.add(); }
  void end(FlowId, const Outcome&, Instant) override { ended.add(); }
};

}  // namespace porthole::flow
