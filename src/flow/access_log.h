// The access log: one line per ended exchange, formatted by the worker into its own buffer, written by one writer thread.
// The data path never waits for a disk: when the writer is behind, lines are dropped and counted.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "flow/log_line.h"

namespace porthole::flow {

struct AccessLogOptions {
  LogFormat format = LogFormat::json;
  std::string to;  // "stdout", "stderr" or a path; empty = no access log
  bool operator==(const AccessLogOptions&) const = default;
};

// The writer: one thread, one file. Nothing that happens to the file stops it: what cannot be written is dropped and counted.
class AccessLogWriter {
 public:
  static constexpr ByteCount kWaitingMax = 4_MiB;  // bytes waiting for the disk; beyond it buffers are dropped whole

  // Error: the file cannot be opened (side = us, os_errno).
  static Result<std::unique_ptr<AccessLogWriter>> open(const AccessLogOptions& options);
  // Writes what waits, for at most half a second when the destination does not take it, and joins the thread.
  virtual ~AccessLogWriter() = default;
  // From any thread; takes the buffer of `lines` lines, never blocks on the disk.
  virtual void submit(std::string buffer, std::uint32_t lines) = 0;
  // From any thread. USR1: the file was moved away; lines submitted before go to the old one. When it cannot be opened again
  // the old one stays in use. Nothing to do for stdout and stderr.
  virtual void reopen() = 0;
  virtual std::uint64_t dropped_lines() const = 0;
};

// One per worker. add() formats; flush() hands the buffer over: by itself when it is 32 KiB, else when the worker's timer says.
class AccessLog {
 public:
  AccessLog(AccessLogWriter& writer, LogFormat format) : writer_(writer), format_(format) {}
  ~AccessLog() { flush(); }
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

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
