// WorkerThread: one thread with everything a worker stands on: loop, network, resolver, recorder, access log, proxy::Worker.
// All of it is made and destroyed in that thread; the main thread only asks through post() and reads counters.
#pragma once

#include <functional>
#include <memory>
#include <semaphore>
#include <thread>

#include "app/exposition.h"
#include "base/clock.h"
#include "control/self_page.h"
#include "flow/access_log.h"
#include "flow/recorder.h"
#include "io/epoll_loop.h"
#include "io/tcp.h"
#include "proxy/replay_order.h"
#include "proxy/worker.h"
#include "upstream/options.h"

namespace porthole::app {

// The access log that all workers write to; shared so that the last one lets it go.
struct AccessLogTarget {
  flow::AccessLogOptions options;
  std::unique_ptr<flow::AccessLogWriter> writer;
};

class WorkerThread {
 public:
  struct Parts {
    const Clock& clock;  // outlives the thread, as the pages do
    const control::SelfPage& pages;
    proxy::Admission& admission;
    std::uint32_t index = 0;
    upstream::ResolverOptions resolve;
    std::shared_ptr<const proxy::Snapshot> snapshot;
    std::shared_ptr<AccessLogTarget> access_log;  // null: none
    flow::Recorder* recorder = nullptr;           // outlives the thread; null: nothing is recorded
  };
  // Starts the thread and waits until it stands; it accepts nothing yet.
  explicit WorkerThread(Parts parts);
  // Ends the loop, cuts what still runs, joins.
  ~WorkerThread();
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  // The verbs may be called from the main thread; each takes effect soon, in the order of the calls.
  void listen(io::ListenSocket socket);
  void stop_listening(const Endpoint& bound);
  void set_snapshot(std::shared_ptr<const proxy::Snapshot> snapshot);
  void set_resolver(upstream::ResolverOptions options);
  void set_access_log(std::shared_ptr<AccessLogTarget> target);
  void flush_access_log();
  // `done` is called in the worker's thread.
  void drain(std::function<void()> done);
  // Sends it, when there is a recorder; else the order is let fall.
  void replay(proxy::ReplayOrder order);
  // `answer` is called in the worker's thread: it lives.
  void ask(std::function<void()> answer);
  // Waits until everything asked for so far has been done.
  void settle();

  // Valid while the thread lives.
  const WorkerCounts& counts() const { return counts_; }

 private:
  struct Cell;
  void run(Parts parts, std::function<void()> standing);
  void post(std::move_only_function<void(Cell&)> work);

  Cell* cell_ = nullptr;  // lives on the thread's stack
  WorkerCounts counts_;
  std::binary_semaphore released_{0};  // nobody outside touches the loop any more
  std::thread thread_;
};

}  // namespace porthole::app
