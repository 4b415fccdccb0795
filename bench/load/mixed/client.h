// One client of the mix: a thread that takes one request of the plan after the other, sends it through the proxy, and judges
// what came back. What a request may end in is stated here alone.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "mixed/connection.h"
#include "mixed/plan.h"

namespace porthole::mixed {

// How a request ended.
enum class End : std::uint8_t {
  kWhole,   // the whole answer, each byte right
  kError,   // the error that the plan demands: 502, or an answer that was seen to be cut
  kLeft,    // the client left, as planned
  kFailed,  // anything else; the first ones are told on standard error
  kWrong,   // a byte was wrong, or what was cut looked whole
  kCount,
};

// What all clients share.
struct Course {
  sockaddr_in proxy{}, origin{}, nobody{};  // `nobody`: an address where nobody listens
  std::string origin_text, nobody_text;
  std::uint64_t seed = 1, first = 0, count = 0;
  std::chrono::steady_clock::time_point until;
  std::atomic<std::uint64_t> next = 0;
  std::array<std::atomic<std::uint64_t>, static_cast<std::size_t>(End::kCount)> ends{};
  std::atomic<std::uint64_t> requests = 0, bytes = 0, reported = 0;
};

class Client {
 public:
  Client(Course& course, unsigned number) : course_(course), source_(number) {}
  // Until the course's count or time is over.
  void run();

 private:
  void take(const Plan& plan);
  bool ready();  // connected to the proxy
  End exchange(const Plan& plan);
  End exchange_on(Connection& connection, const Plan& plan, const std::string& authority);
  End judge(Connection& connection, const Plan& plan, const Pace& pace = {});
  void pipeline(const Plan& plan);
  void tunnel(const Plan& plan);
  End dead_port(const Plan& plan);
  End leave_in_head(const Plan& plan);
  End leave_in_upload(const Plan& plan);
  End leave_in_answer(const Plan& plan);
  void count(const Plan& plan, End end);

  Course& course_;
  unsigned source_;
  Connection connection_;
  std::string said_;  // of the last failure
};

}  // namespace porthole::mixed
