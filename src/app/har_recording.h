// HarRecording: what passes a private proxy, recorded in a folder of its own and written as an HTTP archive in the end.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "app/recorder_thread.h"
#include "app/scratch_folder.h"
#include "base/clock.h"
#include "base/random.h"

namespace porthole::app {

class HarRecording {
 public:
  // Opens the file, so that a wrong name is told before anything has run, and begins to record. Throws std::runtime_error.
  explicit HarRecording(std::string path);
  ~HarRecording();
  HarRecording(const HarRecording&) = delete;
  HarRecording& operator=(const HarRecording&) = delete;

  // For one worker, which ends before finish().
  flow::Recorder& recorder() { return *recorder_; }

  struct Written {
    bool good = false;
    std::string remarks;  // what is not in the file, or why it is not whole: lines for standard error
  };
  // Once. Without the fields that hold secrets: a file is handed on.
  Written finish();

 private:
  std::string path_;
  std::FILE* file_ = nullptr;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<DiagnosticsLog> log_;
  ScratchFolder folder_{"exec"};
  std::unique_ptr<flow::Recorder> recorder_;  // outlives its thread
  std::unique_ptr<RecorderThread> thread_;
};

}  // namespace porthole::app
