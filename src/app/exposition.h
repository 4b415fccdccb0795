// The whole of /metrics: the counts of all workers, of the program and of the process, as text 0.0.4. Names and labels follow
// docs/user/metrics.md; tests/golden/app/metrics.md holds the list. Never a host or a client as a label: those have no end.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "flow/recorder.h"
#include "proxy/metrics.h"
#include "upstream/pool.h"

namespace porthole::app {

// One worker's counts. The pointers are valid while the worker lives.
struct WorkerCounts {
  const proxy::Metrics* proxy = nullptr;
  const upstream::PoolCounters* pool = nullptr;
  const flow::RingSinkMetrics* recorded = nullptr;  // null when nothing is recorded
};

// What the program itself knows.
struct ProgramCounts {
  std::uint32_t workers = 0;
  std::uint32_t connections_max = 0;  // in force
  bool last_reload_successful = true;
  std::int64_t last_reload_seconds = 0;  // Unix time of the configuration in force
  std::uint64_t access_log_dropped = 0;
  std::uint64_t log_dropped = 0;
  const flow::RecorderMetrics* recorder = nullptr;  // null when nothing is recorded
};

// What the kernel says about us.
struct ProcessCounts {
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_descriptors = 0;
  std::uint64_t descriptors_max = 0;
  double cpu_seconds = 0;
  double start_seconds = 0;  // Unix time
};
ProcessCounts read_process_counts();

std::string exposition(const std::vector<WorkerCounts>& workers, const ProgramCounts& program,
                       const ProcessCounts& process);

}  // namespace porthole::app
