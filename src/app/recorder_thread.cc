// See recorder_thread.h. It looks every 10 ms, every 2 ms while something passes, every 50 ms when nothing did for a second, and
// does not sleep while much passes. A worker wakes it only when an eighth of its ring waits: that is a system call, and a burst
// of content can fill it in less than 10 ms.
#include "app/recorder_thread.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

#include <pthread.h>

namespace porthole::app {
namespace {

constexpr std::chrono::milliseconds kIdle(10), kBusy(2), kLongIdle(50);
constexpr int kLong = 100;                 // times that nothing was there
constexpr std::size_t kMuch = 256 * 1024;  // in one step

}  // namespace

RecorderThread::RecorderThread(flow::Recorder& recorder, DiagnosticsLog& log, std::string folder)
    : recorder_(recorder), log_(log), folder_(std::move(folder)) {
  // The thread takes no signals, so that they reach whoever waits for them.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

RecorderThread::~RecorderThread() {
  stopping_ = true;
  recorder_.wake();
  thread_.join();
}

void RecorderThread::run() {
  ::pthread_setname_np(::pthread_self(), "recorder");
  int nothing = 0;
  while (!stopping_) {
    std::size_t taken = recorder_.step();
    tell_pauses();
    tell_outdated();
    nothing = taken > 0 ? 0 : std::min(nothing + 1, kLong);
    if (taken < kMuch) recorder_.rest(taken > 0 ? kBusy : nothing < kLong ? kIdle : kLongIdle);
  }
  recorder_.finish();
}

void RecorderThread::tell_pauses() {
  bool held = recorder_.metrics().held.value() != 0;
  if (std::exchange(told_held_, held) != held)
    log_.info(held ? "recording_held" : "recording_goes_on", {{"folder", folder_}});
  std::int64_t now = recorder_.metrics().paused_errno.value();
  if (now == told_errno_) return;
  if (now != 0) {
    log_.warn("recording_paused", {{"folder", folder_}, {"error", flow::Store::words_for(static_cast<int>(now))}});
  } else {
    log_.info("recording_resumed", {{"folder", folder_}});
  }
  told_errno_ = now;
}

void RecorderThread::tell_outdated() {
  std::int64_t now = recorder_.metrics().outdated_segments.value();
  if (now == told_outdated_) return;
  log_.warn("recordings_of_another_version_removed", {{"folder", folder_}, {"segments", std::to_string(now)}});
  told_outdated_ = now;
}

}  // namespace porthole::app
