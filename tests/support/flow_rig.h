// A recorder with one worker's sink, told step by step, and a reader of what it wrote.
#pragma once

#include <gtest/gtest.h>

#include "flow/flow.h"
#include "flow/recorder.h"
#include "support/temporary_folder.h"

namespace porthole::test {

class FlowRig : public testing::Test {
 protected:
  FlowRig() {
    options_.store = {.folder = folder_ / "flows", .keep = 4_MiB, .segment_bytes = 1_MiB};
    recorder_ = std::make_unique<flow::Recorder>(clock_, random_, options_, 1);
    sink_ = std::make_unique<flow::RingSink>(recorder_->ring(0), recorder_->content_wanted());
  }
  void request(std::uint64_t flow, std::string_view raw) {
    sink_->begin({flow}, *Endpoint::parse("127.0.0.1:5"), clock_.now());
    http::RequestHead head;
    head.raw = raw;
    sink_->request_received({flow}, head, {});
  }
  void response(std::uint64_t flow, std::string_view raw) {
    http::ResponseHead head;
    head.raw = raw;
    sink_->response_received({flow}, head, {}, clock_.now());
  }
  // In pieces of `piece` octets.
  void content(std::uint64_t flow, flow::Direction direction, std::string_view bytes, std::size_t piece = 1000) {
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      sink_->data({flow}, direction, at, bytes.substr(at, piece), clock_.now());
  }
  void end(std::uint64_t flow, ByteCount out = 0) {
    sink_->end({flow},
               {.flow = {flow}, .status = 200, .method = "GET", .target = "http://h/a", .host = "h", .bytes_out = out},
               clock_.now());
  }
  // After a 101, of a second.
  void end_upgraded(std::uint64_t flow, ByteCount in, ByteCount out) {
    sink_->end({flow},
               {.flow = {flow},
                .end = flow::End::tunnelled,
                .status = 101,
                .method = "GET",
                .target = "http://h/chat",
                .host = "h",
                .bytes_in = in,
                .bytes_out = out,
                .begun = clock_.wall(),
                .took = std::chrono::seconds(1)},
               clock_.now());
  }
  void step() {
    clock_.advance(std::chrono::milliseconds(30));
    while (recorder_->step() > 0) {}
    recorder_->finish();
  }
  // As a user writes it.
  static std::string id(std::uint64_t value) {
    char text[flow::FlowId::kTextBytes];
    flow::FlowId{value}.text(text);
    return {text, sizeof text};
  }
  // Where the last record of the first segment lies: also of a flow that has not ended.
  flow::Position last_record() {
    auto first = flow::SegmentReader::open(flow::Store::paths_in(folder_ / "flows").at(0));
    flow::Position last;
    while (auto record = first->next()) last = record->at;
    return last;
  }
  std::optional<flow::Flow> newest() { return flow::read_flow(reader_, recorder_->rows().newest(1).at(0).last); }

  test::TemporaryFolder folder_;
  ManualClock clock_;
  SeededRandom random_{1};
  flow::RecorderOptions options_;
  std::unique_ptr<flow::Recorder> recorder_;
  std::unique_ptr<flow::RingSink> sink_;
  flow::SegmentFolder reader_{folder_ / "flows"};
};

}  // namespace porthole::test
