// See worker_thread.h.
#include "app/worker_thread.h"

#include <future>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pthread.h>

#include "base/random.h"
#include "flow/ring_sink.h"
#include "proxy/replay.h"
#include "upstream/resolver.h"

namespace porthole::app {

// What lives in the thread. Members die in reverse: the worker first, the loop last.
struct WorkerThread::Cell {
  explicit Cell(Parts& parts)
      : loop(parts.clock, random),
        network(loop),
        resolve(parts.resolve),
        resolver(upstream::make_cares_resolver(loop, parts.resolve)),
        retire_timer(io::Timer::calling<&Cell::on_retire>(loop.timers(), *this)) {
    change_log(parts.access_log);
    if (parts.recorder) {
      sink.emplace(parts.recorder->ring(parts.index), parts.recorder->content_wanted(),
                   &parts.recorder->metrics().held);
      sink->tell_own(replayer.emplace(loop, parts.admission));
      replayer->set_connections_max(parts.snapshot->options.connections_max);
    }
    worker = std::make_unique<proxy::Worker>(proxy::Worker::Parts{.loop = loop,
                                                                  .network = network,
                                                                  .resolver = *resolver,
                                                                  .pages = parts.pages,
                                                                  .admission = parts.admission,
                                                                  .sink = sink ? &*sink : nullptr,
                                                                  .access_log = log.get(),
                                                                  .index = parts.index},
                                             std::move(parts.snapshot));
    if (replayer) replayer->attach(*worker);
  }

  void change_snapshot(std::shared_ptr<const proxy::Snapshot> snapshot) {
    if (replayer) replayer->set_connections_max(snapshot->options.connections_max);
    worker->set_snapshot(std::move(snapshot));
  }

  void change_log(std::shared_ptr<AccessLogTarget> target) {
    std::unique_ptr<flow::AccessLog> fresh;
    if (target) fresh = std::make_unique<flow::AccessLog>(*target->writer, target->options.format);
    if (worker) worker->set_access_log(fresh.get());
    log = std::move(fresh);          // the old one flushes into the old writer,
    log_target = std::move(target);  // which is let go only now
  }

  // Look-ups that are under way end with the old resolver: it stays for as long as one may take.
  void change_resolver(upstream::ResolverOptions options) {
    auto fresh = upstream::make_cares_resolver(loop, options);
    worker->set_resolver(*fresh);
    retired.push_back(std::exchange(resolver, std::move(fresh)));
    retire_timer.arm(loop.now() + resolve.timeout + std::chrono::seconds(5));
    resolve = std::move(options);
  }
  void on_retire() { retired.clear(); }

  SystemRandom random;
  io::EpollLoop loop;
  io::TcpNetwork network;
  std::optional<flow::RingSink> sink;       // of the recorder
  std::optional<proxy::Replayer> replayer;  // with it
  upstream::ResolverOptions resolve;
  std::vector<std::unique_ptr<upstream::Resolver>> retired;
  std::unique_ptr<upstream::Resolver> resolver;
  io::Timer retire_timer;
  std::shared_ptr<AccessLogTarget> log_target;
  std::unique_ptr<flow::AccessLog> log;
  std::unique_ptr<proxy::Worker> worker;
};

// A promise is shared with the thread that keeps it: who waits may be gone before set_value() has returned.
WorkerThread::WorkerThread(Parts parts) {
  auto standing = std::make_shared<std::promise<void>>();
  thread_ = std::thread([this, standing, moved = std::move(parts)]() mutable {
    run(std::move(moved), [&standing] { standing->set_value(); });
  });
  standing->get_future().wait();
}

WorkerThread::~WorkerThread() {
  // stop() may still be at work when the loop has already seen it: the loop dies only once it has returned.
  cell_->loop.stop();
  released_.release();
  thread_.join();
}

void WorkerThread::run(Parts parts, std::function<void()> standing) {
  std::string name = "worker-" + std::to_string(parts.index);
  ::pthread_setname_np(::pthread_self(), name.c_str());
  Cell cell(parts);
  parts.access_log.reset();  // the cell holds it as long as it is in use
  cell_ = &cell;
  counts_ = {&cell.worker->metrics(), &cell.worker->pool_counters(), cell.sink ? &cell.sink->metrics() : nullptr};
  standing();
  cell.loop.run();
  cell.worker->stop();
  released_.acquire();
}

void WorkerThread::post(std::move_only_function<void(Cell&)> work) {
  Cell* cell = cell_;
  cell->loop.post([cell, moved = std::move(work)]() mutable { moved(*cell); });
}

void WorkerThread::listen(io::ListenSocket socket) {
  post([moved = std::move(socket)](Cell& cell) mutable {
    if (cell.replayer) cell.replayer->set_reached_at(moved.local());
    cell.worker->listen(cell.loop, std::move(moved));
  });
}

void WorkerThread::stop_listening(const Endpoint& bound) {
  post([bound](Cell& cell) { cell.worker->stop_listening(bound); });
}

void WorkerThread::set_snapshot(std::shared_ptr<const proxy::Snapshot> snapshot) {
  post([moved = std::move(snapshot)](Cell& cell) mutable { cell.change_snapshot(std::move(moved)); });
}

void WorkerThread::set_resolver(upstream::ResolverOptions options) {
  post([moved = std::move(options)](Cell& cell) mutable { cell.change_resolver(std::move(moved)); });
}

void WorkerThread::set_access_log(std::shared_ptr<AccessLogTarget> target) {
  post([moved = std::move(target)](Cell& cell) mutable { cell.change_log(std::move(moved)); });
}

void WorkerThread::flush_access_log() {
  post([](Cell& cell) {
    if (cell.log) cell.log->flush();
  });
}

void WorkerThread::drain(std::function<void()> done) {
  post([moved = std::move(done)](Cell& cell) mutable {
    if (cell.replayer) cell.replayer->drain();
    cell.worker->drain(std::move(moved));
  });
}

void WorkerThread::replay(proxy::ReplayOrder order) {
  post([moved = std::move(order)](Cell& cell) mutable {
    if (cell.replayer) cell.replayer->take(std::move(moved));
  });
}

void WorkerThread::ask(std::function<void()> answer) {
  post([moved = std::move(answer)](Cell&) { moved(); });
}

void WorkerThread::settle() {
  auto reached = std::make_shared<std::promise<void>>();
  post([reached](Cell&) { reached->set_value(); });
  reached->get_future().wait();
}

}  // namespace porthole::app
