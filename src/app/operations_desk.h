// OperationsDesk: where the admin thread leaves what it wants the main thread to do, and waits for what came of it. The main thread
// takes it when it is woken.
#pragma once

#include <functional>
#include <future>
#include <mutex>
#include <optional>

#include "base/units.h"
#include "control/operations.h"

namespace porthole::app {

class OperationsDesk final : public control::Operations {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(10);  // of who asked for a reload

  // `wake` makes the main thread look; called from the admin thread.
  explicit OperationsDesk(std::function<void()> wake) : wake_(std::move(wake)) {}

  // The admin thread's.
  control::Reloaded reload() override;
  void stop() override;

  // The main thread's.
  struct Asked {
    std::optional<std::promise<control::Reloaded>> reload;
    bool stop = false;
  };
  Asked take();
  // Nobody is heard any more: who waits is told that it ends.
  void close();

 private:
  std::function<void()> wake_;
  std::mutex mutex_;
  Asked asked_;
  bool closed_ = false;
};

}  // namespace porthole::app
