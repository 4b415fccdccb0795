// See log.h. spdlog gives the bounded queue that overwrites its oldest line, and the thread; the line is made by its caller
// and the sink below writes it with one write(2). The sink waits with poll(2) instead of in write(2), so that a full pipe on
// standard error never keeps the process from ending.
#include "base/log.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <iterator>
#include <mutex>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/sink.h>
#include <unistd.h>

namespace porthole {
namespace {

constexpr std::array<std::string_view, 5> kLevels = {"debug", "info", "warn", "error", "off"};
constexpr int kPollMs = 50;
constexpr int kPollsWhileClosing = 10;  // half a second for a destination that does not take our last lines

bool plain(char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '='; }

// Only printable ASCII gets through; also no UTF-8, whose C1 control characters some terminals obey.
void append_escaped(std::string& line, char c) {
  switch (c) {
    case '"': line += "\\\""; return;
    case '\\': line += "\\\\"; return;
    case '\n': line += "\\n"; return;
    case '\r': line += "\\r"; return;
    case '\t': line += "\\t"; return;
    default: break;
  }
  if (c >= ' ' && c < 0x7f) line += c;
  else fmt::format_to(std::back_inserter(line), "\\x{:02x}", static_cast<unsigned char>(c));
}

void append_value(std::string& line, std::string_view value) {
  bool cut = value.size() > DiagnosticsLog::kValueMax;
  if (cut) value = value.substr(0, DiagnosticsLog::kValueMax);
  bool bare = !value.empty() && !cut;
  for (char c : value) bare = bare && plain(c);
  if (bare) {
    line += value;
    return;
  }
  line += '"';
  for (char c : value) append_escaped(line, c);
  line += cut ? "...\"" : "\"";
}

// RFC 3339 in UTC, with milliseconds.
void append_time(std::string& line, WallTime time) {
  auto day = std::chrono::floor<std::chrono::days>(time);
  std::chrono::year_month_day date(day);
  auto since = std::chrono::floor<std::chrono::milliseconds>(time - day).count();
  fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                 static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), since / 3'600'000,
                 since / 60'000 % 60, since / 1000 % 60, since % 1000);
}

std::string make_line(WallTime time, LogLevel level, std::string_view event, Log::Fields fields) {
  std::string line;
  line.reserve(256);
  append_time(line, time);
  line += ' ';
  line += log_level_text(level);
  line += ' ';
  line += event;
  for (const LogField& field : fields) field.append_to(line);
  if (line.size() >= DiagnosticsLog::kLineMax) {
    line.resize(DiagnosticsLog::kLineMax - 4);
    line += "...";
  }
  line += '\n';
  return line;
}

int open_file(const std::string& path) {
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
}

Error open_error(int os_errno) { return {.os_errno = os_errno, .detail = "the log file cannot be opened"}; }

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  for (std::size_t i = 0; i < kLevels.size(); ++i) {
    if (kLevels[i] == text) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

std::string_view log_level_text(LogLevel level) { return kLevels[static_cast<std::size_t>(level)]; }

void LogField::append_to(std::string& line) const {
  line += ' ';
  line += name_;
  line += '=';
  if (kind_ == Kind::text) append_value(line, text_);
  else if (kind_ == Kind::signed_number) line += fmt::format_int(static_cast<std::int64_t>(number_)).c_str();
  else line += fmt::format_int(number_).c_str();
}

// Runs in the log's thread, but for reopen() and the queries.
class DiagnosticsLog::Sink final : public spdlog::sinks::sink {
 public:
  Sink(const Clock& clock, std::string path, int descriptor)
      : clock_(clock), path_(std::move(path)), descriptor_(descriptor) {}
  ~Sink() override {
    if (!path_.empty()) ::close(descriptor_);
  }

  void log(const spdlog::details::log_msg& message) override {
    std::lock_guard lock(mutex_);
    report_overruns();
    put({message.payload.data(), message.payload.size()});
  }
  void flush() override {}
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

  Result<> reopen() {
    if (path_.empty()) return {};
    int fresh = open_file(path_);
    if (fresh < 0) return fail(open_error(errno));
    std::lock_guard lock(mutex_);
    ::close(std::exchange(descriptor_, fresh));
    return {};
  }
  void watch(spdlog::details::thread_pool& pool) { pool_ = &pool; }
  void close_soon() { closing_.store(true); }
  std::uint64_t failed() const { return failed_.load(std::memory_order_relaxed); }

 private:
  void report_overruns() {
    std::size_t overrun = pool_->overrun_counter();
    if (overrun == reported_) return;
    std::uint64_t lost = overrun - std::exchange(reported_, overrun);
    put(make_line(clock_.wall(), LogLevel::warn, "log_dropped", {{"count", lost}}));
  }

  // Waits until the destination takes a line; once the log is closing, only for what is left of half a second.
  bool ready() {
    while (!closing_.load() || polls_closing_ < kPollsWhileClosing) {
      pollfd wanted{.fd = descriptor_, .events = POLLOUT, .revents = 0};
      int count = ::poll(&wanted, 1, kPollMs);
      if (count > 0) return (wanted.revents & POLLOUT) != 0;
      if (count < 0 && errno != EINTR) return false;
      if (closing_.load()) ++polls_closing_;
    }
    return false;
  }

  void put(std::string_view line) {
    while (!line.empty()) {
      if (!ready()) break;
      ssize_t n = ::write(descriptor_, line.data(), line.size());
      if (n >= 0) line.remove_prefix(static_cast<std::size_t>(n));
      else if (errno != EINTR && errno != EAGAIN) break;
    }
    if (!line.empty()) failed_.fetch_add(1, std::memory_order_relaxed);
  }

  const Clock& clock_;
  std::string path_;
  std::mutex mutex_;
  int descriptor_;
  spdlog::details::thread_pool* pool_ = nullptr;
  std::size_t reported_ = 0;
  int polls_closing_ = 0;
  std::atomic<bool> closing_ = false;
  std::atomic<std::uint64_t> failed_ = 0;
};

struct DiagnosticsLog::Engine {
  std::shared_ptr<Sink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

Result<std::unique_ptr<DiagnosticsLog>> DiagnosticsLog::open(const Clock& clock, const LogOptions& options) {
  int descriptor = options.path.empty() ? STDERR_FILENO : open_file(options.path);
  if (descriptor < 0) return fail(open_error(errno));
  auto engine = std::make_unique<Engine>();
  engine->sink = std::make_shared<Sink>(clock, options.path, descriptor);
  // The new thread inherits the mask, so there is no instant in which it could take a signal.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  engine->pool = std::make_shared<spdlog::details::thread_pool>(
      options.queue_lines, 1, [] { ::pthread_setname_np(::pthread_self(), "porthole-log"); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  engine->sink->watch(*engine->pool);
  engine->logger = std::make_shared<spdlog::async_logger>("porthole", engine->sink, engine->pool,
                                                          spdlog::async_overflow_policy::overrun_oldest);
  engine->logger->set_level(spdlog::level::trace);
  return std::unique_ptr<DiagnosticsLog>(new DiagnosticsLog(clock, options.level, std::move(engine)));
}

DiagnosticsLog::DiagnosticsLog(const Clock& clock, LogLevel level, std::unique_ptr<Engine> engine)
    : Log(level), clock_(clock), engine_(std::move(engine)) {}

DiagnosticsLog::~DiagnosticsLog() {
  engine_->sink->close_soon();
  engine_->logger.reset();
  engine_->pool.reset();  // writes what waits, then joins
}

Result<> DiagnosticsLog::reopen() { return engine_->sink->reopen(); }

std::uint64_t DiagnosticsLog::dropped() const { return engine_->pool->overrun_counter() + engine_->sink->failed(); }

void DiagnosticsLog::write(LogLevel level, std::string_view event, Fields fields) {
  std::string line = make_line(clock_.wall(), level, event, fields);
  engine_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace porthole
