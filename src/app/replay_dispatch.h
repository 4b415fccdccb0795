// ReplayDispatch: what the program is to send by itself goes to the workers in turn.
#pragma once

#include <memory>
#include <vector>

#include "app/worker_thread.h"
#include "control/replay.h"

namespace porthole::app {

class ReplayDispatch final : public control::Replay {
 public:
  // The workers, at least one, outlive it, and send what they are given (WorkerThread::replay).
  explicit ReplayDispatch(const std::vector<std::unique_ptr<WorkerThread>>& workers) : workers_(workers) {}
  Result<std::unique_ptr<Ticket>> send(control::ReplayRequest request) override;

 private:
  const std::vector<std::unique_ptr<WorkerThread>>& workers_;
  std::size_t next_ = 0;
};

}  // namespace porthole::app
