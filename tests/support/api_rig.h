// An Api over a recorder that is told flows step by step; each call as the site would make it.
#pragma once

#include <nlohmann/json.hpp>

#include "admin/api.h"
#include "flow/as_json.h"
#include "support/flow_rig.h"

namespace porthole::test {

struct FakeLifecycle final : control::Lifecycle {
  bool ready() const override { return true; }
  bool draining() const override { return is_draining; }
  control::Facts facts() const override {
    return {.pid = 77,
            .started = WallTime(std::chrono::seconds(5)),
            .proxy = {*Endpoint::parse("127.0.0.1:8083")},
            .workers = 2};
  }
  std::string metrics() const override { return {}; }
  bool is_draining = false;
};

// Takes what it is given; the test says what comes of it.
struct FakeReplay final : control::Replay {
  struct State {
    std::optional<Result<flow::FlowId>> came;
    bool dropped = false;
  };
  struct FakeTicket final : Ticket {
    explicit FakeTicket(std::shared_ptr<State> s) : state(std::move(s)) {}
    ~FakeTicket() override { state->dropped = true; }
    std::optional<Result<flow::FlowId>> look() const override { return state->came; }
    std::shared_ptr<State> state;
  };
  Result<std::unique_ptr<Ticket>> send(control::ReplayRequest request) override {
    if (refuses) return fail(client_error(400, "not so"));
    requests.push_back(std::move(request));
    return std::make_unique<FakeTicket>(state);
  }
  bool refuses = false;
  std::vector<control::ReplayRequest> requests;
  std::shared_ptr<State> state = std::make_shared<State>();
};

class ApiRig : public FlowRig {
 protected:
  ApiRig() { make_api(recorder_.get()); }
  void make_api(flow::Recorder* recorder) {
    live_ = std::make_unique<admin::Live>(clock_, random_, recorder, marks_);
    api_ = std::make_unique<admin::Api>(admin::ApiParts{.random = random_,
                                                        .lifecycle = life_,
                                                        .recorder = recorder,
                                                        .marks = marks_,
                                                        .folder = folder_ / "flows",
                                                        .why_not = recorder ? "" : "capture.on is false",
                                                        .replay = &replay_},
                                        *live_);
  }
  // The program ends, and begins anew over the same folder.
  void restart() {
    recorder_->finish();
    sink_.reset();
    api_.reset();
    live_.reset();
    recorder_ = std::make_unique<flow::Recorder>(clock_, random_, options_, 1);
    sink_ = std::make_unique<flow::RingSink>(recorder_->ring(0), recorder_->content_wanted());
    make_api(recorder_.get());
    step();
  }
  // "GET", "/api/flows?limit=3"; further fields as pairs.
  admin::Answer ask(std::string_view method, std::string_view target, std::string_view content = {},
                    std::vector<std::pair<std::string_view, std::string_view>> fields = {}) {
    http::RequestHead head;
    head.method = http::method_of(method);
    head.method_text = method;
    head.target_text = target;
    for (auto [name, value] : fields) head.fields.add(name, value);
    return api_->answer(head, admin::Query(target), content);
  }
  nlohmann::json get(std::string_view target) { return nlohmann::json::parse(ask("GET", target).body); }
  // All that a feed gives until it waits or ends.
  std::string pull(admin::Feed& feed) {
    std::string all, piece;
    while (true) {
      piece.clear();
      auto state = feed.pull(piece, clock_.now());
      all += piece;
      if (state != admin::Feed::State::more && state != admin::Feed::State::turn) return all;
    }
  }
  std::string body_of(admin::Answer& answer) { return answer.feed ? pull(*answer.feed) : answer.body; }
  static std::string field(const admin::Answer& answer, std::string_view name) {
    for (const auto& [key, value] : answer.fields) {
      if (key == name) return value;
    }
    return {};
  }
  void exchange(std::uint64_t flow, std::string_view path = "/a") {
    request(flow, "GET http://h" + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    response(flow, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
    content(flow, flow::Direction::response, "hello world!");
    sink_->end({flow},
               {.flow = {flow},
                .status = 200,
                .method = "GET",
                .target = "http://h" + std::string(path),
                .host = "h",
                .bytes_out = 12,
                .begun = clock_.wall()},
               clock_.now());
  }

  FakeLifecycle life_;
  FakeReplay replay_;
  flow::Marks marks_{folder_ / "flows", random_};
  std::unique_ptr<admin::Live> live_;
  std::unique_ptr<admin::Api> api_;
};

}  // namespace porthole::test
