// See exposition.h.
#include "app/exposition.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

#include <sys/resource.h>
#include <unistd.h>

#include "base/metrics_text.h"

namespace porthole::app {
namespace {

constexpr std::array<std::string_view, 10> kMethods = {"GET",     "HEAD",  "POST",  "PUT",  "DELETE", "CONNECT",
                                                       "OPTIONS", "TRACE", "PATCH", "other"};  // by http::Method
constexpr std::array<std::string_view, 6> kClasses = {"1xx", "2xx", "3xx", "4xx", "5xx", "none"};
constexpr auto kTokens = static_cast<std::size_t>(Token::count_);

using Workers = std::vector<WorkerCounts>;

template <class Group, class Number>
Number sum(const Workers& workers, const Group* WorkerCounts::* group, auto Group::* member) {
  Number all{};
  for (const WorkerCounts& worker : workers) {
    if constexpr (std::is_same_v<Number, HistogramTotal>) all += (worker.*group)->*member;
    else all += ((worker.*group)->*member).value();
  }
  return all;
}

class Exposition {
 public:
  explicit Exposition(const Workers& workers) : workers_(workers) {}

  void counter(std::string_view name, std::string_view help, Counter proxy::Metrics::* member) {
    one(name, MetricType::counter, help, sum<proxy::Metrics, std::uint64_t>(workers_, &WorkerCounts::proxy, member));
  }
  void counter(std::string_view name, std::string_view help, Counter upstream::PoolCounters::* member) {
    one(name, MetricType::counter, help,
        sum<upstream::PoolCounters, std::uint64_t>(workers_, &WorkerCounts::pool, member));
  }
  void gauge(std::string_view name, std::string_view help, Gauge proxy::Metrics::* member) {
    one(name, MetricType::gauge, help, sum<proxy::Metrics, std::int64_t>(workers_, &WorkerCounts::proxy, member));
  }
  void gauge(std::string_view name, std::string_view help, Gauge upstream::PoolCounters::* member) {
    one(name, MetricType::gauge, help,
        sum<upstream::PoolCounters, std::int64_t>(workers_, &WorkerCounts::pool, member));
  }
  template <class Number>
  void one(std::string_view name, MetricType type, std::string_view help, Number value) {
    text_.family(name, type, help);
    text_.sample({}, value);
  }
  MetricsText& text() { return text_; }

 private:
  const Workers& workers_;
  MetricsText text_;
};

// Only what was counted: most of the 1,620 combinations never happen.
void write_requests(Exposition& out, const Workers& workers) {
  out.text().family("porthole_requests_total", MetricType::counter,
                    "Requests ended, by method, class of the status sent and error of the proxy (RFC 9209).");
  for (std::size_t method = 0; method < kMethods.size(); ++method) {
    for (std::size_t status = 0; status < kClasses.size(); ++status) {
      for (std::size_t token = 0; token < kTokens; ++token) {
        std::uint64_t count = 0;
        for (const WorkerCounts& worker : workers) count += worker.proxy->requests[method][status][token].value();
        // One series stands from the start, so that a rate can be asked for before the first request.
        bool stands = kMethods[method] == "GET" && kClasses[status] == "2xx" && token == 0;
        if (count == 0 && !stands) continue;
        std::string_view error = token == 0 ? "" : token_text(static_cast<Token>(token));
        out.text().sample({{"method", kMethods[method]}, {"status_class", kClasses[status]}, {"proxy_error", error}},
                          count);
      }
    }
  }
}

void write_traffic(Exposition& out, const Workers& workers) {
  using proxy::Metrics;
  write_requests(out, workers);
  out.text().family("porthole_request_duration_seconds", MetricType::histogram,
                    "From the first byte of a request to the last of its answer; tunnels are not in it.");
  out.text().histogram({}, sum<Metrics, HistogramTotal>(workers, &WorkerCounts::proxy, &Metrics::request_seconds));
  out.text().family("porthole_bytes_total", MetricType::counter,
                    "Content and tunnel bytes, from clients (in) and to clients (out).");
  out.text().sample({{"direction", "in"}},
                    sum<Metrics, std::uint64_t>(workers, &WorkerCounts::proxy, &Metrics::bytes_in));
  out.text().sample({{"direction", "out"}},
                    sum<Metrics, std::uint64_t>(workers, &WorkerCounts::proxy, &Metrics::bytes_out));
  out.gauge("porthole_requests_in_flight", "Requests under way now.", &Metrics::exchanges);
  out.gauge("porthole_tunnels", "Tunnels open now.", &Metrics::tunnels);
  out.counter("porthole_tunnels_total", "Tunnels opened.", &Metrics::tunnels_total);
  out.counter("porthole_retries_total", "Requests sent again on a fresh connection.", &Metrics::retries);
  out.counter("porthole_splices_total", "Bodies and tunnels moved inside the kernel.", &Metrics::splices);
}

void write_connections(Exposition& out, const Workers& workers) {
  using proxy::Metrics;
  using upstream::PoolCounters;
  // A tunnel is a client's connection, too, though its Client has let go of it.
  std::int64_t open = sum<Metrics, std::int64_t>(workers, &WorkerCounts::proxy, &Metrics::connections) +
                      sum<Metrics, std::int64_t>(workers, &WorkerCounts::proxy, &Metrics::tunnels);
  out.one("porthole_connections", MetricType::gauge, "Client connections open now, tunnels included.", open);
  out.counter("porthole_connections_accepted_total", "Client connections accepted.", &Metrics::connections_accepted);
  out.counter("porthole_connections_refused_total",
              "Client connections closed without an answer: too many beyond their limit, or not HTTP.",
              &Metrics::connections_refused);
  out.counter("porthole_connections_over_client_limit_total",
              "Client connections beyond limits.per_client of their address: answered with 429, or refused.",
              &Metrics::connections_over_limit);
  out.counter("porthole_connections_cleared_total",
              "Client connections without a request, closed to make room for others.", &Metrics::connections_cleared);
  out.counter("porthole_accept_pauses_total", "Times accepting paused: out of descriptors, or at the connection limit.",
              &Metrics::accept_pauses);
  out.gauge("porthole_upstream_connections_idle", "Connections to servers kept for reuse now.", &PoolCounters::idle);
  out.gauge("porthole_upstream_connections_busy", "Connections to servers that serve a request now.",
            &PoolCounters::lent);
  out.counter("porthole_upstream_reuses_total", "Requests that found a kept connection.", &PoolCounters::reuses);
  out.counter("porthole_upstream_idle_closed_total", "Kept connections closed unused.", &PoolCounters::idle_closed);
  out.counter("porthole_upstream_queued_total", "Requests that waited for a server's connection limit.",
              &PoolCounters::queued);
  out.counter("porthole_upstream_queue_full_total", "Requests refused because that queue was full.",
              &PoolCounters::queue_full);
  out.counter("porthole_upstream_dials_total", "Connections to servers attempted.", &PoolCounters::dials);
  out.counter("porthole_upstream_dial_failures_total", "Connections to servers that failed.",
              &PoolCounters::dial_failures);
}

void write_program(Exposition& out, const ProgramCounts& program) {
  out.text().family("porthole_build_info", MetricType::gauge, "Always 1; the label tells the version.");
  out.text().sample({{"version", PORTHOLE_VERSION}}, 1U);
  out.one("porthole_workers", MetricType::gauge, "Threads that serve.", program.workers);
  out.one("porthole_connections_max", MetricType::gauge, "Client connections that may be open at once.",
          program.connections_max);
  out.one("porthole_config_last_reload_successful", MetricType::gauge,
          "1 when the newest configuration file was taken, else 0.", program.last_reload_successful ? 1U : 0U);
  out.one("porthole_config_last_reload_success_timestamp_seconds", MetricType::gauge,
          "When the configuration in force was read, in Unix time.", program.last_reload_seconds);
  out.one("porthole_access_log_dropped_lines_total", MetricType::counter,
          "Access log lines lost because the disk was behind or full.", program.access_log_dropped);
  out.one("porthole_log_dropped_lines_total", MetricType::counter, "Lines of the diagnostics log lost.",
          program.log_dropped);
}

void write_recorder(Exposition& out, const Workers& workers, const ProgramCounts& program) {
  static const flow::RecorderMetrics nothing;
  const flow::RecorderMetrics& counts = program.recorder ? *program.recorder : nothing;
  auto dropped = [&](Counter flow::RingSinkMetrics::* member) {
    std::uint64_t all = 0;
    for (const WorkerCounts& worker : workers) all += worker.recorded ? (worker.recorded->*member).value() : 0;
    return all;
  };
  using Sink = flow::RingSinkMetrics;
  out.one("porthole_recorder_flows_total", MetricType::counter, "Flows recorded to their end.", counts.flows.value());
  out.one("porthole_recorder_flows_incomplete_total", MetricType::counter,
          "Recorded flows of which something is missing.", counts.incomplete.value());
  out.one("porthole_recorder_events_total", MetricType::counter, "Steps of flows handed to the recorder.",
          dropped(&Sink::events));
  out.one("porthole_recorder_events_dropped_total", MetricType::counter,
          "Heads, notes and ends that found no room in a worker's ring.", dropped(&Sink::dropped_events));
  out.one("porthole_recorder_chunks_dropped_total", MetricType::counter,
          "Pieces of content that found no room in a worker's ring.", dropped(&Sink::dropped_chunks));
  out.one("porthole_recorder_dropped_bytes_total", MetricType::counter, "Content in those pieces.",
          dropped(&Sink::dropped_chunk_bytes));
  out.one("porthole_recorder_events_unwritten_total", MetricType::counter,
          "Steps that were not kept: recording was paused.", counts.lost_events.value());
  out.one("porthole_recorder_waiting_bytes", MetricType::gauge, "In the workers' rings now.",
          counts.waiting_bytes.value());
  out.one("porthole_recorder_open_flows", MetricType::gauge, "Flows under way now.", counts.open_flows.value());
  out.one("porthole_recorder_segments", MetricType::gauge, "Files of the store now.", counts.segments.value());
  out.one("porthole_recorder_store_bytes", MetricType::gauge, "Disk space of the store, unused space included.",
          counts.store_bytes.value());
  out.one("porthole_recorder_segments_evicted_total", MetricType::counter, "Files that made room for newer ones.",
          counts.evicted_segments.value());
  out.one("porthole_recorder_pauses_total", MetricType::counter, "Times recording paused for the disk.",
          counts.pauses.value());
  out.one("porthole_recorder_paused", MetricType::gauge, "1 while recording is paused, for the disk or by hand.",
          counts.paused_errno.value() != 0 || counts.held.value() != 0 ? 1U : 0U);
}

void write_process(Exposition& out, const ProcessCounts& process) {
  out.one("process_resident_memory_bytes", MetricType::gauge, "Resident memory.", process.resident_bytes);
  out.one("process_open_fds", MetricType::gauge, "Open descriptors.", process.open_descriptors);
  out.one("process_max_fds", MetricType::gauge, "Most descriptors that may be open.", process.descriptors_max);
  out.one("process_cpu_seconds_total", MetricType::counter, "CPU time used, user and system.", process.cpu_seconds);
  out.one("process_start_time_seconds", MetricType::gauge, "When the process started, in Unix time.",
          process.start_seconds);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// Field 22 of /proc/self/stat is in ticks since boot; btime of /proc/stat is when that was.
double start_time() {
  std::ifstream stat("/proc/self/stat");
  std::string text;
  std::getline(stat, text);
  std::size_t after_name = text.rfind(')');
  if (after_name == std::string::npos) return 0;
  double ticks = 0;
  std::size_t at = after_name + 1;
  for (int field = 3; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  if (at != std::string::npos) ticks = std::strtod(text.c_str() + at, nullptr);
  std::ifstream system("/proc/stat");
  std::string word;
  double boot = 0;
  while (system >> word) {
    if (word == "btime") system >> boot;
  }
  return boot + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessCounts read_process_counts() {
  ProcessCounts counts;
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;  // the second number
  counts.resident_bytes = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++counts.open_descriptors;
  }
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) counts.descriptors_max = limit.rlim_cur;
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) counts.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  static const double started = start_time();
  counts.start_seconds = started;
  return counts;
}

std::string exposition(const std::vector<WorkerCounts>& workers, const ProgramCounts& program,
                       const ProcessCounts& process) {
  Exposition out(workers);
  write_traffic(out, workers);
  write_connections(out, workers);
  out.text().family("porthole_upstream_dial_seconds", MetricType::histogram,
                    "From the decision to connect to a standing connection, name look-up included.");
  out.text().histogram({}, sum<upstream::PoolCounters, HistogramTotal>(workers, &WorkerCounts::pool,
                                                                       &upstream::PoolCounters::dial_seconds));
  write_recorder(out, workers, program);
  write_program(out, program);
  write_process(out, process);
  return out.text().take();
}

}  // namespace porthole::app
