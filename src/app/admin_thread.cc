// See admin_thread.h.
#include "app/admin_thread.h"

#include <memory>
#include <utility>

#include <pthread.h>

#include "admin/control_site.h"
#include "admin/inspector_site.h"
#include "admin/observe_site.h"
#include "admin/server.h"
#include "base/random.h"

namespace porthole::app {

AdminThread::AdminThread(AdminParts parts) {
  // Shared: who waits may be gone before release() has returned.
  auto standing = std::make_shared<std::binary_semaphore>(0);
  thread_ = std::thread([this, standing, moved = std::move(parts)]() mutable { run(std::move(moved), *standing); });
  standing->acquire();
}

void AdminThread::run(AdminParts parts, std::binary_semaphore& standing) {
  ::pthread_setname_np(::pthread_self(), "admin");
  SystemRandom random;
  io::EpollLoop loop(parts.clock, random);
  admin::ObserveSite observe_site(parts.lifecycle);
  admin::Server observe(loop, observe_site);
  if (parts.observe) observe.listen(loop, std::move(*parts.observe));

  admin::Guard guard({.port = parts.ui_port, .hosts = parts.ui_hosts, .token = parts.token}, random);
  flow::Marks marks(parts.folder, random);
  admin::Live live(parts.clock, random, parts.recorder, marks);
  admin::Api api({.random = random,
                  .lifecycle = parts.lifecycle,
                  .recorder = parts.recorder,
                  .marks = marks,
                  .folder = parts.folder,
                  .why_not = parts.why_not,
                  .replay = parts.replay},
                 live);
  admin::InspectorSite inspector_site(guard, api, admin::built_in_assets(), parts.clock, random);
  admin::Server inspector(loop, inspector_site);
  if (parts.ui) {
    inspector.listen(loop, std::move(*parts.ui));
    first_code_ = guard.new_code();
  }
  admin::ControlSite control_site(api, parts.operations);
  admin::Server control(loop, control_site);
  if (parts.control) control.listen(loop, std::move(*parts.control));
  loop_ = &loop;
  standing.release();
  loop.run();
  released_.acquire();
}

AdminThread::~AdminThread() {
  // stop() may still be at work when the loop has already seen it: the loop dies only once it has returned.
  loop_->stop();
  released_.release();
  thread_.join();
}

}  // namespace porthole::app
