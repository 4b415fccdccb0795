// AdminThread: the thread behind the observe listener, with its own loop and admin::Server.
#pragma once

#include <semaphore>
#include <thread>

#include "base/clock.h"
#include "control/lifecycle.h"
#include "io/tcp.h"

namespace porthole::app {

class AdminThread {
 public:
  // Starts the thread, which accepts on `socket`. Both references outlive it.
  AdminThread(const Clock& clock, const control::Lifecycle& lifecycle, io::ListenSocket socket);
  // Ends the loop, closes its connections, joins.
  ~AdminThread();
  AdminThread(const AdminThread&) = delete;
  AdminThread& operator=(const AdminThread&) = delete;

 private:
  io::EpollLoop* loop_ = nullptr;      // lives on the thread's stack
  std::binary_semaphore released_{0};  // nobody outside touches the loop any more
  std::thread thread_;
};

}  // namespace porthole::app
