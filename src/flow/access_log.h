// The access log: one line per ended exchange, formatted by the worker into its own buffer, written by one writer thread.
// The data path never waits for a disk: when the writer is behind, lines are dropped and counted.
#pragma once

#include <memory>
#include <string>

#include "base/metrics.h"
#include "base/result.h"
#include "flow/outcome.h"

namespace porthole::flow {

enum class LogFormat : std::uint8_t { json, combined, squid };

struct AccessLogOptions {
  LogFormat format = LogFormat::json;
  std::string to;  // "stdout", "stderr" or a path; empty = no access log
  bool operator==(const AccessLogOptions&) const = default;
};

// Appends one line with its newline. Control bytes, quotes and non-ASCII from peers are escaped: one exchange is one line.
void format_line(LogFormat format, const Outcome& outcome, std::string& out);

// The writer: one thread, one file. Bounded: at most 4 MiB wait, beyond that buffers are dropped. A full disk drops too.
class AccessLogWriter {
 public:
  static Result<std::unique_ptr<AccessLogWriter>> open(const AccessLogOptions& options);
  virtual ~AccessLogWriter() = default;
  // From any thread; takes the buffer, never blocks on the disk. Lines in it are counted.
  virtual void submit(std::string buffer, std::uint32_t lines) = 0;
  virtual void reopen() = 0;  // USR1: the file was moved away
  virtual std::uint64_t dropped_lines() const = 0;
};

// One per worker. add() formats; flush() hands the buffer over when it is 32 KiB, or when the worker's timer says so.
class AccessLog {
 public:
  AccessLog(AccessLogWriter& writer, LogFormat format) : writer_(writer), format_(format) {}
  void add(const Outcome& outcome) {
    format_line(format_, outcome, buffer_);
    ++lines_;
    if (buffer_.size() >= kFlushBytes) flush();
  }
  void flush();

 private:
  static constexpr std::size_t kFlushBytes = 32 * 1024;
  AccessLogWriter& writer_;
  LogFormat format_;
  std::string buffer_;
  std::uint32_t lines_ = 0;
};

}  // namespace porthole::flow
