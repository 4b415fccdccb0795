// RecorderThread: the one thread that calls flow::Recorder::step(), and says in the log when recording pauses and goes on.
// The recorder outlives it; its workers must have ended before it does, so that what they told last is written.
#pragma once

#include <atomic>
#include <string>
#include <thread>

#include "base/log.h"
#include "flow/recorder.h"

namespace porthole::app {

class RecorderThread {
 public:
  RecorderThread(flow::Recorder& recorder, DiagnosticsLog& log, std::string folder);
  // Takes and writes what still waits, and joins.
  ~RecorderThread();
  RecorderThread(const RecorderThread&) = delete;
  RecorderThread& operator=(const RecorderThread&) = delete;

 private:
  void run();
  void tell_pauses();
  void tell_outdated();

  flow::Recorder& recorder_;
  DiagnosticsLog& log_;
  std::string folder_;
  std::int64_t told_errno_ = 0, told_outdated_ = 0;
  bool told_held_ = false;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace porthole::app
