// Script: what an actor writes, in order: bytes, content, breaks, and waiting for something. It goes as far as the socket takes
// it; on_room() of the actor runs it on.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "sim/plan.h"
#include "sim/tcp.h"

namespace porthole::sim {

class Script {
 public:
  Script(Kernel& kernel, Socket& socket) : kernel_(kernel), socket_(socket) {}
  ~Script() { *alive_ = false; }

  void text(std::string bytes) { items_.push_back({.bytes = std::move(bytes)}); }
  // `bytes` of the content from `from` on.
  void content(std::uint32_t id, int side, std::uint64_t from, std::uint64_t bytes) {
    if (bytes > 0) items_.push_back({.left = bytes, .from = from, .id = id, .side = side});
  }
  // The same as chunks of random sizes, without the last one.
  void chunks(std::uint32_t id, int side, std::uint64_t from, std::uint64_t bytes);
  void pause(Duration time) { items_.push_back({.time = time}); }
  void then(std::function<void()> call) { items_.push_back({.call = std::move(call)}); }
  void wait_until(std::function<bool()> holds) { items_.push_back({.holds = std::move(holds)}); }

  void run();
  // Drops what was not written yet.
  void stop() { items_.clear(); }
  bool done() const { return items_.empty(); }

 private:
  struct Item {
    std::string bytes{};
    std::uint64_t left = 0, from = 0;  // content
    std::uint32_t id = 0;
    int side = 0;
    Duration time{};
    std::function<void()> call{};
    std::function<bool()> holds{};
  };
  Kernel& kernel_;
  Socket& socket_;
  std::deque<Item> items_;
  bool pausing_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace porthole::sim
