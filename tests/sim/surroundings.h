// What the program is given in a World: names, a network to dial in, a recorder that keeps accounts, a session for servers.
#pragma once

#include <list>

#include "flow/counting_recorder.h"
#include "io/network.h"
#include "io/signal.h"
#include "sim/world.h"
#include "upstream/resolver.h"

namespace porthole::sim {

// Answers late, in part, wrongly or never; what it knows it remembers for a while.
class SimResolver final : public upstream::Resolver {
 public:
  explicit SimResolver(World& world) : world_(world) {}
  std::shared_ptr<const upstream::Addresses> cached(std::string_view name) override;
  io::Task<Answer> resolve(std::string name, Instant deadline) override;
  io::Task<Answer> rest(std::string name, Instant deadline) override;

  static constexpr Duration kTimeout = std::chrono::seconds(5);

 private:
  struct Question {
    std::optional<Answer> first, all;
    std::list<io::Signal*> waiting;
    bool asked = false;
    Instant until = kNever;
  };
  io::Task<Answer> wait(std::string name, bool all, Instant deadline);
  Question& ask(const std::string& name);
  void say(Question& question, bool first, Answer answer);
  World& world_;
  std::map<std::string, Question, std::less<>> questions_;
};

class SimNetwork final : public io::Network {
 public:
  explicit SimNetwork(World& world) : world_(world) {}
  Result<std::unique_ptr<io::Stream>> connect(const Endpoint& to) override;

 private:
  World& world_;
};

// Every flow begins once and ends once, and what it says it moved is what was shown.
class SimSink final : public flow::CountingRecorder {
 public:
  SimSink(World& world, ByteCount content_wanted) : world_(world), content_wanted_(content_wanted) {}
  void begin(flow::FlowId flow, const Endpoint& client, Instant now) override;
  void data(flow::FlowId flow, flow::Direction direction, ByteCount at, std::string_view bytes, Instant now) override;
  ByteCount content_wanted() const override { return content_wanted_; }
  void unseen(flow::FlowId flow, flow::Direction direction, ByteCount bytes) override;
  void end(flow::FlowId flow, const flow::Outcome& outcome, Instant now) override;

 private:
  struct Account {
    ByteCount bytes[2] = {0, 0};  // by Direction
  };
  World& world_;
  ByteCount content_wanted_;
  std::map<std::uint64_t, Account> open_;
};

class SimPages final : public control::SelfPage {
 public:
  std::optional<control::Page> page(std::string_view path, std::string_view proxy_address) const override;
};

// A session that says "available" when the response has ended, whatever it promised: the canary reused_too_early.
std::unique_ptr<wire::ClientSession> make_eager_session(wire::HeadPools& heads, BlockPool& blocks,
                                                        const wire::Limits& limits);

}  // namespace porthole::sim
