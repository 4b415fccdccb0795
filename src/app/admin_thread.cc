// See admin_thread.h.
#include "app/admin_thread.h"

#include <future>
#include <memory>

#include <pthread.h>

#include "admin/observe_site.h"
#include "admin/server.h"
#include "base/random.h"

namespace porthole::app {

AdminThread::AdminThread(const Clock& clock, const control::Lifecycle& lifecycle, io::ListenSocket socket) {
  // Shared: who waits may be gone before set_value() has returned.
  auto standing = std::make_shared<std::promise<void>>();
  thread_ = std::thread([this, &clock, &lifecycle, standing, moved = std::move(socket)]() mutable {
    ::pthread_setname_np(::pthread_self(), "admin");
    SystemRandom random;
    io::EpollLoop loop(clock, random);
    admin::ObserveSite site(lifecycle);
    admin::Server server(loop, site);
    server.listen(loop, std::move(moved));
    loop_ = &loop;
    standing->set_value();
    loop.run();
    released_.acquire();
  });
  standing->get_future().wait();
}

AdminThread::~AdminThread() {
  // stop() may still be at work when the loop has already seen it: the loop dies only once it has returned.
  loop_->stop();
  released_.release();
  thread_.join();
}

}  // namespace porthole::app
