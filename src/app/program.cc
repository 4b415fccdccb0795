// See program.h. The main thread serves nobody: it waits for signals. Workers and the admin thread are told through posts; what
// they share with it is immutable or atomic.
#include "app/program.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "admin/guard.h"
#include "admin/self_page.h"
#include "app/admin_thread.h"
#include "app/allocator.h"
#include "app/announcement.h"
#include "app/commands.h"
#include "app/control_socket.h"
#include "app/descriptor_limit.h"
#include "app/exposition.h"
#include "app/operations_desk.h"
#include "app/recording.h"
#include "app/reload.h"
#include "app/replay_dispatch.h"
#include "app/signals.h"
#include "app/supervisor.h"
#include "app/token_file.h"
#include "app/unit_text.h"
#include "app/worker_thread.h"
#include "base/log.h"
#include "base/random.h"
#include "upstream/address_policy.h"

namespace porthole::app {
namespace {

// A start that failed: what to say and the exit code.
struct StartFailure {
  int exit_code;
  std::string what;
};

class Program final : private control::Lifecycle {
 public:
  Program(const CommandLine& line, const Surroundings& surroundings, Configuration configuration)
      : line_(line),
        surroundings_(surroundings),
        configuration_(std::move(configuration)),
        supervisor_(surroundings.variables, ::getpid()) {}

  // Throws StartFailure.
  void start();
  int serve();

 private:
  int serve_until_stopped();
  bool ready() const override { return ready_.load(std::memory_order_relaxed); }
  bool draining() const override { return draining_.load(std::memory_order_relaxed); }
  control::Facts facts() const override;
  std::string metrics() const override;

  void open_log();
  void warn_of_limits();
  void open_listeners();
  void open_control_socket();
  static void open_own(const std::optional<Endpoint>& at, std::string_view flag, std::optional<ListenAddress>& place);
  std::shared_ptr<AccessLogTarget> open_access_log(const flow::AccessLogOptions& options, std::string& problem) const;
  void start_threads();
  void start_admin();
  void announce();
  std::shared_ptr<const proxy::Snapshot> snapshot_of(const Settings& settings);
  std::vector<Endpoint> bound() const;
  bool overlaps_ours(const Endpoint& at) const;

  control::Reloaded read_again();
  void do_asked();
  // Empty when it was applied, else the reason.
  std::string apply(Configuration fresh);
  std::string open_added(const ReloadPlan& plan, std::vector<ListenAddress>& opened) const;
  void commit(const ReloadPlan& plan, std::vector<ListenAddress> opened, std::shared_ptr<AccessLogTarget> log);
  void reopen_logs();
  void begin_drain();
  void tend_watchdog();
  std::string status() const;
  Settings& settings() { return configuration_.settings; }
  const Settings& settings() const { return configuration_.settings; }

  const CommandLine& line_;
  const Surroundings& surroundings_;
  Configuration configuration_;  // in force
  SystemClock clock_;
  SystemRandom random_;
  Supervisor supervisor_;
  Signals signals_;  // before any thread
  std::unique_ptr<DiagnosticsLog> log_;
  ProcessFacts facts_;
  std::vector<ListenAddress> listeners_;  // their sockets are handed to the workers at start
  std::optional<ListenAddress> observe_, ui_;
  std::optional<ControlSocket> control_socket_;
  WallTime started_{};
  admin::PublicPages pages_;

  std::atomic<bool> ready_ = false;
  std::atomic<bool> draining_ = false;
  std::atomic<bool> last_reload_successful_ = true;
  std::atomic<std::int64_t> last_reload_seconds_ = 0;
  std::atomic<std::uint32_t> connections_max_ = 0;  // in force
  std::atomic<std::uint32_t> drained_ = 0;
  std::atomic<std::uint32_t> pongs_ = 0;  // workers that answered the last question whether they live
  Instant next_alive_{};

  OperationsDesk desk_{[this] { signals_.wake(); }};
  mutable std::mutex shared_mutex_;  // what the admin thread reads beside a reload: these two
  std::vector<Endpoint> reached_at_;
  std::shared_ptr<AccessLogTarget> access_log_;
  std::uint64_t dropped_before_ = 0;  // by access logs that a reload replaced
  proxy::Admission admission_;
  std::unique_ptr<Recording> recording_;  // outlives the workers
  std::vector<std::unique_ptr<WorkerThread>> workers_;
  ReplayDispatch replay_{workers_};
  std::unique_ptr<AdminThread> admin_;  // last: it reads the workers' counters
};

// --- starting

void Program::start() {
  if (line_.ready_fd >= 0 && ::fcntl(line_.ready_fd, F_GETFD) < 0) {
    throw StartFailure{kUsage, fmt::format("--ready-fd {}: no such descriptor is open", line_.ready_fd)};
  }
  open_log();
  return_large_memory();
  DescriptorLimit limit = raise_descriptor_limit();
  facts_.descriptors = limit.now;
  facts_.workers = settings().workers != 0 ? settings().workers : std::max(1U, std::thread::hardware_concurrency());
  facts_.pseudonym_suffix = random_.letters(6);
  open_listeners();
  std::string problem;
  access_log_ = open_access_log(settings().access_log, problem);
  if (!problem.empty()) throw StartFailure{kFailure, problem};
  started_ = clock_.wall();
  start_threads();
  ready_ = true;
  last_reload_seconds_ = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
  announce();
  log_->info("started", {{"version", PORTHOLE_VERSION},
                         {"workers", facts_.workers},
                         {"descriptors", limit.now},
                         {"descriptors_before", limit.before},
                         {"connections_max", connections_max(settings().connections, facts_)},
                         {"config", configuration_.file.empty() ? "none" : configuration_.file}});
  warn_of_limits();
  for (const std::string& remark : configuration_.remarks) log_->warn("variable_unknown", {{"what", remark}});
  if (observe_ && !observe_->bound.ip.loopback()) {
    log_->warn("observe_is_public",
               {{"address", observe_->bound.text()}, {"what", "whoever reaches it reads the metrics"}});
  }
}

void Program::open_log() {
  LogOptions options{.level = settings().log_level, .path = settings().log_to == "stderr" ? "" : settings().log_to};
  auto log = DiagnosticsLog::open(clock_, options);
  if (!log)
    throw StartFailure{kFailure, fmt::format("log.to: {}: {}", options.path, std::strerror(log.error().os_errno))};
  log_ = std::move(*log);
}

void Program::warn_of_limits() {
  std::uint32_t most = connections_max(settings().connections, facts_);
  if (settings().connections <= most) return;
  log_->warn("connections_limited",
             {{"configured", settings().connections}, {"in_force", most}, {"descriptors", facts_.descriptors}});
}

void Program::open_listeners() {
  bool by_default = configuration_.origin(*find_option("proxy.listen")).kind == Origin::Kind::built_in;
  for (const Endpoint& at : settings().listen) {
    auto opened = open_listener(at, facts_.workers, "--listen", overlaps_ours(at));
    bool no_ipv6 =
        !opened && !at.ip.v4 && (opened.error().os_errno == EADDRNOTAVAIL || opened.error().os_errno == EAFNOSUPPORT);
    if (no_ipv6 && by_default) {
      log_->info("no_ipv6", {{"address", at.text()}});  // a container without IPv6, and nobody asked for it
      continue;
    }
    if (!opened) throw StartFailure{kCannotBind, opened.error().what};
    listeners_.push_back(std::move(*opened));
  }
  open_own(settings().observe, "--observe", observe_);
  open_own(settings().ui, "--ui", ui_);
  open_control_socket();
}

// Never a reason not to serve: a second proxy of the same user, for one, has none.
void Program::open_control_socket() {
  std::string path = control_path(surroundings_.variables);
  auto socket = path.empty() ? std::unexpected(std::string("neither HOME nor XDG_RUNTIME_DIR says where"))
                             : ControlSocket::open(path);
  if (socket) control_socket_.emplace(std::move(*socket));
  else log_->warn("no_control_socket", {{"why", socket.error()}});
}

void Program::open_own(const std::optional<Endpoint>& at, std::string_view flag, std::optional<ListenAddress>& place) {
  if (!at) return;
  auto opened = open_listener(*at, 1, flag);
  if (!opened) throw StartFailure{kCannotBind, opened.error().what};
  place = std::move(*opened);
}

std::shared_ptr<AccessLogTarget> Program::open_access_log(const flow::AccessLogOptions& options,
                                                          std::string& problem) const {
  if (options.to.empty()) return nullptr;
  auto writer = flow::AccessLogWriter::open(options);
  if (!writer) {
    problem = fmt::format("observe.access_log: {}: {}", options.to, std::strerror(writer.error().os_errno));
    return nullptr;
  }
  return std::make_shared<AccessLogTarget>(options, std::move(*writer));
}

std::vector<Endpoint> Program::bound() const {
  std::vector<Endpoint> all;
  for (const ListenAddress& address : listeners_) all.push_back(address.bound);
  return all;
}

bool Program::overlaps_ours(const Endpoint& at) const {
  return std::any_of(listeners_.begin(), listeners_.end(),
                     [&](const ListenAddress& held) { return overlap(held.bound, at); });
}

std::shared_ptr<const proxy::Snapshot> Program::snapshot_of(const Settings& settings) {
  facts_.own_listeners = bound();
  {
    std::lock_guard lock(shared_mutex_);
    reached_at_ = facts_.own_listeners;
  }
  for (const auto& own : {std::cref(observe_), std::cref(ui_)}) {
    if (own.get()) facts_.own_listeners.push_back(own.get()->bound);
  }
  facts_.local_addresses = upstream::interface_addresses();
  auto snapshot = make_snapshot(settings, facts_);
  connections_max_ = snapshot->options.connections_max;
  return snapshot;
}

void Program::start_threads() {
  recording_ = std::make_unique<Recording>(settings(), surroundings_.variables, clock_, random_, *log_, facts_.workers);
  auto snapshot = snapshot_of(settings());
  for (std::uint32_t i = 0; i < facts_.workers; ++i) {
    workers_.push_back(std::make_unique<WorkerThread>(WorkerThread::Parts{.clock = clock_,
                                                                          .pages = pages_,
                                                                          .admission = admission_,
                                                                          .index = i,
                                                                          .resolve = settings().resolve,
                                                                          .snapshot = snapshot,
                                                                          .access_log = access_log_,
                                                                          .recorder = recording_->recorder()}));
    for (ListenAddress& address : listeners_) workers_[i]->listen(std::move(address.sockets[i]));
  }
  for (ListenAddress& address : listeners_) address.sockets.clear();
  for (auto& worker : workers_) worker->settle();
  start_admin();
}

void Program::start_admin() {
  AdminParts parts{.clock = clock_, .lifecycle = *this, .operations = desk_};
  if (observe_) parts.observe = std::move(observe_->sockets[0]);
  if (ui_) {
    auto token = token_in(state_folder(surroundings_.variables), random_);
    // Without it only this run's links sign in.
    if (!token) log_->warn("token_not_kept", {{"why", token.error()}});
    parts.token = token ? std::move(*token) : admin::Guard::make_secret(random_);
    parts.ui = std::move(ui_->sockets[0]);
    parts.ui_port = ui_->bound.port;
    parts.ui_hosts = settings().ui_hosts;
  }
  if (control_socket_) parts.control = control_socket_->take();
  parts.recorder = recording_->recorder();
  parts.folder = recording_->folder();
  parts.why_not = recording_->why_not();
  parts.replay = &replay_;
  admin_ = std::make_unique<AdminThread>(std::move(parts));
}

control::Facts Program::facts() const {
  std::lock_guard lock(shared_mutex_);
  return {.pid = ::getpid(), .started = started_, .proxy = reached_at_, .workers = facts_.workers};
}

void Program::announce() {
  Announcement announcement{.pid = ::getpid(), .proxy = bound(), .observe = {}, .ui = {}, .code = admin_->first_code()};
  if (observe_) announcement.observe = observe_->bound;
  if (ui_) announcement.ui = ui_->bound;
  bool env_needs_address = !line_.flags.empty() || !line_.config_flag.empty();
  std::fputs(announcement.banner(::isatty(STDOUT_FILENO) == 1, env_needs_address).c_str(), stdout);
  std::fflush(stdout);
  std::string ready = announcement.ready_line();
  if (line_.ready_fd >= 0 && !write_descriptor(line_.ready_fd, ready)) {
    log_->warn("ready_fd_failed", {{"error", std::strerror(errno)}});
  }
  if (!line_.ready_file.empty() && !write_file(line_.ready_file, ready)) {
    throw StartFailure{kFailure, fmt::format("--ready-file {}: {}", line_.ready_file, std::strerror(errno))};
  }
  supervisor_.ready(status());
}

std::string Program::status() const {
  std::string text = "serving on";
  for (const Endpoint& at : bound()) text += " " + at.text();
  return text;
}

// --- serving

int Program::serve() {
  int code = serve_until_stopped();
  desk_.close();
  return code;
}

int Program::serve_until_stopped() {
  while (true) {
    std::optional<Duration> patience;
    if (supervisor_.alive_interval()) {
      tend_watchdog();
      patience = std::max<Duration>(next_alive_ - clock_.now(), Duration(0));
    }
    switch (signals_.wait(patience)) {
      case Signals::Event::timeout: break;
      case Signals::Event::reload: read_again(); break;
      case Signals::Event::reopen: reopen_logs(); break;
      case Signals::Event::woken:
        do_asked();
        if (drained_ < workers_.size()) break;
        log_->info("stopped");
        return kOk;
      case Signals::Event::stop:
        if (draining_) {
          log_->warn("stopped_at_once", {{"why", "a second signal came while draining"}});
          return kOk;
        }
        begin_drain();
    }
  }
}

// A worker that hangs must not look alive: each answers a question between two beats, or there is no beat.
void Program::tend_watchdog() {
  if (clock_.now() < next_alive_) return;
  bool first = next_alive_ == Instant{};
  next_alive_ = clock_.now() + *supervisor_.alive_interval();
  if (!first && pongs_ < workers_.size()) return;
  supervisor_.alive();
  pongs_ = 0;
  for (auto& worker : workers_) worker->ask([this] { ++pongs_; });
}

void Program::begin_drain() {
  log_->info("draining", {{"at_most", duration_text(settings().proxy.timeouts.drain)}});
  draining_ = true;
  supervisor_.stopping();
  for (auto& worker : workers_) {
    worker->drain([this] {
      ++drained_;
      signals_.wake();
    });
  }
}

void Program::reopen_logs() {
  if (auto reopened = log_->reopen(); !reopened) {
    log_->error("log_reopen_failed", {{"error", std::strerror(reopened.error().os_errno)}});
  }
  // What the workers hold belongs to the old file.
  for (auto& worker : workers_) worker->flush_access_log();
  for (auto& worker : workers_) worker->settle();
  if (access_log_) access_log_->writer->reopen();
  log_->info("logs_reopened");
}

void Program::do_asked() {
  OperationsDesk::Asked asked = desk_.take();
  if (asked.reload) asked.reload->set_value(read_again());
  if (asked.stop && !draining_) begin_drain();
}

// --- reloading

control::Reloaded Program::read_again() {
  using End = control::Reloaded::End;
  if (draining_) return {End::failed, "it is draining, and ends then"};
  supervisor_.reloading(clock_.now());
  Configuration fresh = load_configuration(surroundings_);
  control::Reloaded result;
  for (const Complaint& complaint : fresh.complaints) {
    log_->error("reload_refused", {{"at", complaint.origin.text()}, {"what", complaint.what}});
    result.end = End::bad_config;
    result.why += (result.why.empty() ? "" : "\n") + complaint.text();
  }
  if (fresh.good()) {
    std::string problem = apply(std::move(fresh));
    if (!problem.empty()) {
      log_->error("reload_refused", {{"what", problem}});
      result = {End::failed, problem};
    }
  }
  bool good = result.end == End::done;
  last_reload_successful_ = good;
  if (good)
    last_reload_seconds_ = std::chrono::duration_cast<std::chrono::seconds>(clock_.wall().time_since_epoch()).count();
  supervisor_.ready(good ? status() : "the new configuration was refused, the old one is in force; " + status());
  return result;
}

std::string Program::apply(Configuration fresh) {
  ReloadPlan plan = plan_reload(settings(), fresh.settings);
  fresh.settings = applicable(settings(), fresh.settings);
  // Everything that can fail comes first and touches nothing that runs.
  std::string problem;
  std::shared_ptr<AccessLogTarget> log =
      plan.access_log ? open_access_log(fresh.settings.access_log, problem) : access_log_;
  if (!problem.empty()) return problem;
  std::vector<ListenAddress> opened;
  problem = open_added(plan, opened);
  if (!problem.empty()) return problem;
  configuration_ = std::move(fresh);
  commit(plan, std::move(opened), std::move(log));
  log_->info("reloaded", {{"config", configuration_.file.empty() ? "none" : configuration_.file},
                          {"changed", fmt::format("{}", fmt::join(plan.changed, " "))}});
  warn_of_limits();
  if (!plan.after_restart.empty()) {
    std::string what = fmt::format("takes effect after a restart: {}", fmt::join(plan.after_restart, " "));
    log_->warn("restart_needed", {{"what", what}});
  }
  return {};
}

std::string Program::open_added(const ReloadPlan& plan, std::vector<ListenAddress>& opened) const {
  for (const Endpoint& at : plan.listeners.add) {
    auto address = open_listener(at, workers_.size(), "proxy.listen", overlaps_ours(at));
    if (!address) return address.error().what;
    opened.push_back(std::move(*address));
  }
  return {};
}

void Program::commit(const ReloadPlan& plan, std::vector<ListenAddress> opened, std::shared_ptr<AccessLogTarget> log) {
  std::vector<Endpoint> closing;
  for (const Endpoint& asked : plan.listeners.remove) {
    auto held = std::find_if(listeners_.begin(), listeners_.end(),
                             [&](const ListenAddress& one) { return one.asked == asked; });
    if (held == listeners_.end()) continue;  // the default [::1] on a machine without IPv6
    closing.push_back(held->bound);
    listeners_.erase(held);
  }
  std::size_t kept = listeners_.size();
  for (ListenAddress& address : opened) listeners_.push_back(std::move(address));
  auto snapshot = snapshot_of(settings());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    WorkerThread& worker = *workers_[i];
    worker.set_snapshot(snapshot);
    if (plan.resolver) worker.set_resolver(settings().resolve);
    if (plan.access_log) worker.set_access_log(log);
    for (std::size_t at = kept; at < listeners_.size(); ++at) worker.listen(std::move(listeners_[at].sockets[i]));
    for (const Endpoint& at : closing) worker.stop_listening(at);
  }
  for (auto& worker : workers_) worker->settle();
  for (ListenAddress& address : listeners_) address.sockets.clear();
  if (plan.access_log) {
    std::lock_guard lock(shared_mutex_);
    if (access_log_) dropped_before_ += access_log_->writer->dropped_lines();
    access_log_ = std::move(log);  // the last reference to the old one: its thread ends here, not in a worker
  }
  log_->set_level(settings().log_level);
}

std::string Program::metrics() const {
  std::vector<WorkerCounts> counts;
  for (const auto& worker : workers_) counts.push_back(worker->counts());
  ProgramCounts program{.workers = facts_.workers,
                        .connections_max = connections_max_,
                        .last_reload_successful = last_reload_successful_,
                        .last_reload_seconds = last_reload_seconds_,
                        .access_log_dropped = 0,
                        .log_dropped = log_->dropped(),
                        .recorder = recording_->recorder() ? &recording_->recorder()->metrics() : nullptr};
  {
    std::lock_guard lock(shared_mutex_);
    program.access_log_dropped = dropped_before_ + (access_log_ ? access_log_->writer->dropped_lines() : 0);
  }
  return exposition(counts, program, read_process_counts());
}

}  // namespace

int run_program(const CommandLine& line, const Surroundings& surroundings) {
  Configuration configuration = load_configuration(surroundings);
  if (!configuration.good()) {
    Answer refused = refusal(configuration);
    std::fputs(refused.err.c_str(), stderr);
    return refused.exit_code;
  }
  try {
    Program program(line, surroundings, std::move(configuration));
    program.start();
    return program.serve();
  } catch (const StartFailure& failure) {
    std::fprintf(stderr, "porthole: %s\n", failure.what.c_str());
    return failure.exit_code;
  }
}

}  // namespace porthole::app
