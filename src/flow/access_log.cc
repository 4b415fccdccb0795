// See access_log.h. The writer's thread holds the lock only to take the queue; it writes with poll(2) before write(2), so that
// a pipe nobody reads, or a full disk, never keeps the program from ending.
#include "flow/access_log.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

namespace porthole::flow {
namespace {

constexpr int kPollMs = 50;
constexpr int kPollsWhileClosing = 10;

int open_file(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640); }

// A line cut short must not run into the next one: where a write broke off is remembered.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (owned()) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void replace(int descriptor) {
    if (owned()) ::close(descriptor_);
    descriptor_ = descriptor;
    pipe_ = is_pipe(descriptor);
    mid_line_ = false;
  }

  enum class Outcome : std::uint8_t { written, lost };
  // Writes all of it, or gives up: at an error, or when `closing` and the destination takes nothing for half a second.
  Outcome write(std::string_view text, const std::atomic<bool>& closing) {
    if (mid_line_ && !write_all("\n", closing)) return Outcome::lost;
    return write_all(text, closing) ? Outcome::written : Outcome::lost;
  }

 private:
  bool owned() const { return descriptor_ > STDERR_FILENO; }

  bool write_all(std::string_view text, const std::atomic<bool>& closing) {
    int polls = 0;
    while (!text.empty()) {
      pollfd wanted{descriptor_, POLLOUT, 0};
      int ready = ::poll(&wanted, 1, kPollMs);
      if (ready == 0 || (ready < 0 && errno == EINTR)) {
        if (closing && ++polls >= kPollsWhileClosing) return false;
        continue;
      }
      // A pipe said to be writable takes PIPE_BUF without blocking; files take any amount.
      std::size_t piece = std::min<std::size_t>(text.size(), pipe_ ? 4096 : text.size());
      ssize_t n = ::write(descriptor_, text.data(), piece);
      if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (n <= 0) return false;
      mid_line_ = text[static_cast<std::size_t>(n) - 1] != '\n';
      text.remove_prefix(static_cast<std::size_t>(n));
      polls = 0;
    }
    return true;
  }

  static bool is_pipe(int descriptor) {
    struct stat status{};
    return ::fstat(descriptor, &status) == 0 && !S_ISREG(status.st_mode);
  }

  int descriptor_;
  bool pipe_ = is_pipe(descriptor_);
  bool mid_line_ = false;
};

class ThreadedWriter final : public AccessLogWriter {
 public:
  ThreadedWriter(int descriptor, std::string path) : path_(std::move(path)), file_(descriptor) {
    // The thread takes no signals, so that they reach whoever waits for them.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread_ = std::thread([this] { run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  ~ThreadedWriter() override {
    {
      std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wakeup_.notify_one();
    thread_.join();
  }

  void submit(std::string buffer, std::uint32_t lines) override {
    {
      std::lock_guard lock(mutex_);
      if (waiting_bytes_ + buffer.size() > kWaitingMax) {
        dropped_.fetch_add(lines, std::memory_order_relaxed);
        return;
      }
      waiting_bytes_ += buffer.size();
      waiting_.push_back({std::move(buffer), lines, false});
    }
    wakeup_.notify_one();
  }

  void reopen() override {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back({{}, 0, true});
    }
    wakeup_.notify_one();
  }

  std::uint64_t dropped_lines() const override { return dropped_.load(std::memory_order_relaxed); }

 private:
  struct Piece {
    std::string text;
    std::uint32_t lines = 0;
    bool reopen = false;  // no text: open the file again here
  };

  void run() {
    ::pthread_setname_np(::pthread_self(), "access-log");
    std::unique_lock lock(mutex_);
    while (true) {
      wakeup_.wait(lock, [&] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      Piece piece = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      handle(piece);
      lock.lock();
      waiting_bytes_ -= piece.text.size();  // what is being written still counts against the bound
    }
  }

  void handle(const Piece& piece) {
    if (piece.reopen) {
      int descriptor = path_.empty() ? -1 : open_file(path_);
      if (descriptor >= 0) file_.replace(descriptor);
      return;
    }
    bool lost = gave_up_ || file_.write(piece.text, closing_) == File::Outcome::lost;
    if (!lost) return;
    dropped_.fetch_add(piece.lines, std::memory_order_relaxed);
    gave_up_ = closing_;  // half a second for all that waits, not for each buffer
  }

  std::string path_;      // empty: a standard stream
  File file_;             // the thread's
  bool gave_up_ = false;  // the thread's
  std::mutex mutex_;
  std::condition_variable wakeup_;
  std::deque<Piece> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::atomic<bool> closing_ = false;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<AccessLogWriter>> AccessLogWriter::open(const AccessLogOptions& options) {
  if (options.to == "stdout") return std::make_unique<ThreadedWriter>(STDOUT_FILENO, "");
  if (options.to == "stderr") return std::make_unique<ThreadedWriter>(STDERR_FILENO, "");
  int descriptor = open_file(options.to);
  if (descriptor < 0)
    return fail(Error{.side = Side::us, .os_errno = errno, .detail = "the access log cannot be opened"});
  return std::make_unique<ThreadedWriter>(descriptor, options.to);
}

void AccessLog::flush() {
  if (buffer_.empty()) return;
  std::string next;
  next.reserve(buffer_.capacity());  // the same size will be needed again
  writer_.submit(std::exchange(buffer_, std::move(next)), std::exchange(lines_, 0));
}

}  // namespace porthole::flow
