// The diagnostics log: events with fields, one line each, for whoever runs Porthole (users look at flows, not here).
//   2026-11-22T20:18:56.123Z warn dial_failed host=shop.test error="the connection was refused"
// Writing never blocks its caller: lines go through a bounded queue to a thread of the log's own; when the queue is full the
// oldest line is dropped and counted, and the next line written is `log_dropped count=N`. Values are escaped: nothing that
// a peer sent can start a line or reach a terminal. Never a secret, never a body. No global: a Log& is passed along.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace porthole {

enum class LogLevel : std::uint8_t { debug, info, warn, error, off };

// "debug" .. "off"; nothing for any other word.
std::optional<LogLevel> parse_log_level(std::string_view text);
std::string_view log_level_text(LogLevel level);

// One `name=value`. Lives only until the call it is an argument of returns.
class LogField {
 public:
  LogField(std::string_view name, std::string_view value) : name_(name), kind_(Kind::text), text_(value) {}
  LogField(std::string_view name, const char* value) : LogField(name, std::string_view(value)) {}
  LogField(std::string_view name, const std::string& value) : LogField(name, std::string_view(value)) {}
  LogField(std::string_view name, bool value) : LogField(name, std::string_view(value ? "yes" : "no")) {}
  template <std::signed_integral T>
  LogField(std::string_view name, T value)
      : name_(name), kind_(Kind::signed_number), number_(static_cast<std::uint64_t>(value)) {}
  template <std::unsigned_integral T>
  LogField(std::string_view name, T value) : name_(name), kind_(Kind::unsigned_number), number_(value) {}

  // Appends ` name=value`, escaped.
  void append_to(std::string& line) const;

 private:
  enum class Kind : std::uint8_t { text, signed_number, unsigned_number };
  std::string_view name_;
  Kind kind_;
  std::string_view text_;
  std::uint64_t number_ = 0;
};

// What the rooms see. All calls may come from any thread.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;
  explicit Log(LogLevel level) : level_(level) {}
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  virtual ~Log() = default;

  // `event` is a snake_case literal; field names too.
  void debug(std::string_view event, Fields fields = {}) { note(LogLevel::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { note(LogLevel::info, event, fields); }
  void warn(std::string_view event, Fields fields = {}) { note(LogLevel::warn, event, fields); }
  void error(std::string_view event, Fields fields = {}) { note(LogLevel::error, event, fields); }

  // Ask before gathering costly fields.
  bool wants(LogLevel level) const { return level >= level_.load(std::memory_order_relaxed) && level != LogLevel::off; }
  void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }
  LogLevel level() const { return level_.load(std::memory_order_relaxed); }

 protected:
  virtual void write(LogLevel level, std::string_view event, Fields fields) = 0;

 private:
  void note(LogLevel level, std::string_view event, Fields fields) {
    if (wants(level)) write(level, event, fields);
  }
  std::atomic<LogLevel> level_;
};

// Says nothing; for tests of what logs.
class NullLog final : public Log {
 public:
  NullLog() : Log(LogLevel::off) {}

 private:
  void write(LogLevel, std::string_view, Fields) override {}
};

struct LogOptions {
  LogLevel level = LogLevel::info;
  std::string path;                // a file to append to; empty: standard error
  std::size_t queue_lines = 1024;  // waiting lines; about 400 bytes of memory each
};

// The log with its thread. The thread takes no signals, so they reach whoever waits for them.
class DiagnosticsLog final : public Log {
 public:
  // `clock` outlives the log and may be asked from any thread. Error: the file cannot be opened (side = us, os_errno).
  static Result<std::unique_ptr<DiagnosticsLog>> open(const Clock& clock, const LogOptions& options);
  // Writes what waits, at most half a second long when the destination does not take it, and joins the thread.
  ~DiagnosticsLog() override;

  // Opens the path again, after a rotation. On an error the old file stays in use. Nothing to do for standard error.
  Result<> reopen();
  // Lines lost because the queue was full or the destination failed.
  std::uint64_t dropped() const;

  // One line is at most this long, its end included: PIPE_BUF, so lines of several processes never mix in a pipe.
  static constexpr std::size_t kLineMax = 4096;
  // A longer value is cut and ends in `...`, so that the fields after it survive.
  static constexpr std::size_t kValueMax = 512;

 private:
  class Sink;
  struct Engine;  // spdlog's queue, thread and logger
  DiagnosticsLog(const Clock& clock, LogLevel level, std::unique_ptr<Engine> engine);
  void write(LogLevel level, std::string_view event, Fields fields) override;

  const Clock& clock_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace porthole
