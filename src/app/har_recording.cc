// See har_recording.h.
#include "app/har_recording.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "flow/flow.h"
#include "flow/har.h"
#include "flow/history.h"

namespace porthole::app {
namespace {

struct Begun {
  WallTime at{};
  flow::Position last;
};

// The flows of the folder, in the order in which they began.
std::vector<Begun> flows_in(const std::string& folder) {
  std::vector<Begun> flows;
  flow::History history(folder);
  while (auto row = history.next()) flows.push_back({row->begun, row->last});
  std::sort(flows.begin(), flows.end(), [](const Begun& a, const Begun& b) { return a.at < b.at; });
  return flows;
}

}  // namespace

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
  std::size_t tunnels = 0;
  bool first = true;
  std::string text = flow::har_head();
  auto put = [&] {
    std::fwrite(text.data(), 1, text.size(), file_);
    text.clear();
  };
  flow::SegmentFolder folder(folder_.path() + "/flows");
  for (const Begun& one : flows_in(folder_.path() + "/flows")) {
    auto found = flow::read_flow(folder, one.last);
    if (!found) continue;
    if (flow::append_har_entry(text, folder, *found, nullptr, false, first)) first = false;
    else if (found->row.method == "CONNECT") ++tunnels;
    put();
  }
  text += flow::har_tail();
  put();
  bool good = std::ferror(file_) == 0;
  int reason = errno;
  if (std::fclose(std::exchange(file_, nullptr)) != 0) {
    reason = good ? errno : reason;
    good = false;
  }
  Written written{.good = good, .remarks = {}};
  auto remark = [&](const std::string& what) { written.remarks += fmt::format("porthole: {}: {}\n", path_, what); };
  if (!good) remark(std::strerror(reason));
  if (tunnels > 0)
    remark(fmt::format("{} tunnel{} not in it: https passes unread", tunnels, tunnels == 1 ? " is" : "s are"));
  if (evicted > 0) remark("the oldest requests are not in it: more than 1 GiB passed");
  if (lost > 0) remark("something is not in it: more passed than could be recorded");
  return written;
}

}  // namespace porthole::app
