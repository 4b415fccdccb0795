// See admin_thread.h.
#include "app/admin_thread.h"

#include <future>

#include <pthread.h>

#include "admin/server.h"
#include "base/random.h"

namespace porthole::app {

AdminThread::AdminThread(const Clock& clock, const control::Lifecycle& lifecycle, io::ListenSocket socket) {
  std::promise<void> standing;
  std::future<void> stands = standing.get_future();
  thread_ = std::thread([&, moved = std::move(socket)]() mutable {
    ::pthread_setname_np(::pthread_self(), "admin");
    SystemRandom random;
    io::EpollLoop loop(clock, random);
    admin::Server server(loop, lifecycle);
    server.listen(loop, std::move(moved));
    loop_ = &loop;
    standing.set_value();  // from here on the constructor's locals are gone
    loop.run();
  });
  stands.wait();
}

AdminThread::~AdminThread() {
  loop_->stop();
  thread_.join();
}

}  // namespace porthole::app
