// AdminThread: the thread behind the listeners of our own, with its own loop: /metrics and its like on one, the inspector on
// another, the control socket. Everything that these need lives there.
#pragma once

#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "control/lifecycle.h"
#include "control/operations.h"
#include "control/replay.h"
#include "flow/recorder.h"
#include "io/tcp.h"

namespace porthole::app {

struct AdminParts {
  const Clock& clock;
  const control::Lifecycle& lifecycle;
  control::Operations& operations;
  std::optional<io::ListenSocket> observe = {};
  std::optional<io::ListenSocket> ui = {};
  std::optional<io::ListenSocket> control = {};
  std::uint16_t ui_port = 0;
  std::vector<std::string> ui_hosts = {};
  std::string token = {};
  flow::Recorder* recorder = nullptr;
  std::string folder = {};   // of the flows
  std::string why_not = {};  // why nothing is recorded
  control::Replay* replay = nullptr;
};

class AdminThread {
 public:
  // Starts the thread, which accepts on the sockets that are there. The references outlive it.
  explicit AdminThread(AdminParts parts);
  // Ends the loop, closes its connections, joins.
  ~AdminThread();
  AdminThread(const AdminThread&) = delete;
  AdminThread& operator=(const AdminThread&) = delete;

  // Of the link that is printed: signs in once.
  const std::string& first_code() const { return first_code_; }

 private:
  void run(AdminParts parts, std::binary_semaphore& standing);

  std::string first_code_;
  io::EpollLoop* loop_ = nullptr;      // lives on the thread's stack
  std::binary_semaphore released_{0};  // nobody outside touches the loop any more
  std::thread thread_;
};

}  // namespace porthole::app
