// See har_recording.h.
#include "app/har_recording.h"

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "app/har_file.h"

namespace porthole::app {

HarRecording::HarRecording(std::string path) : path_(std::move(path)) {
  // A pause of the recording is told by finish(), in words.
  auto log = DiagnosticsLog::open(clock_, {.level = LogLevel::off, .path = "/dev/null"});
  if (!log) throw std::runtime_error(fmt::format("/dev/null: {}", std::strerror(log.error().os_errno)));
  log_ = std::move(*log);
  file_ = std::fopen(path_.c_str(), "we");
  if (!file_) throw std::runtime_error(fmt::format("--har: {}: {}", path_, std::strerror(errno)));
  flow::RecorderOptions options;
  options.store.folder = folder_.path() + "/flows";
  recorder_ = std::make_unique<flow::Recorder>(clock_, random_, std::move(options), 1);
  thread_ = std::make_unique<RecorderThread>(*recorder_, *log_, folder_.path());
}

HarRecording::~HarRecording() {
  if (file_) std::fclose(file_);
}

HarRecording::Written HarRecording::finish() {
  thread_.reset();  // what was told last is on the disk now
  const flow::RecorderMetrics& metrics = recorder_->metrics();
  std::uint64_t lost = metrics.lost_events.value(), evicted = metrics.evicted_segments.value();
  recorder_.reset();
  HarFile archive = write_har(file_, folder_.path() + "/flows", {}, {});
  bool good = std::ferror(file_) == 0;
  int reason = errno;
  if (std::fclose(std::exchange(file_, nullptr)) != 0) {
    reason = good ? errno : reason;
    good = false;
  }
  Written written{.good = good, .remarks = {}};
  auto remark = [&](const std::string& what) { written.remarks += fmt::format("porthole: {}: {}\n", path_, what); };
  if (!good) remark(std::strerror(reason));
  for (const std::string& what : archive.left_out()) remark(what);
  if (evicted > 0) remark("the oldest requests are not in it: more than 1 GiB passed");
  if (lost > 0) remark("something is not in it: more passed than could be recorded");
  return written;
}

}  // namespace porthole::app
