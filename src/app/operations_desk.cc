// See operations_desk.h.
#include "app/operations_desk.h"

#include <utility>

namespace porthole::app {

using End = control::Reloaded::End;

control::Reloaded OperationsDesk::reload() {
  std::future<control::Reloaded> done;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return {End::failed, "it is ending"};
    done = asked_.reload.emplace().get_future();
  }
  wake_();
  // The main thread waits for no answer of ours, and the promise is broken before it leaves.
  if (done.wait_for(kPatience) != std::future_status::ready) return {End::failed, "it goes on; the log tells"};
  try {
    return done.get();
  } catch (const std::future_error&) {
    return {End::failed, "it is ending"};
  }
}

void OperationsDesk::stop() {
  {
    std::lock_guard lock(mutex_);
    asked_.stop = true;
  }
  wake_();
}

OperationsDesk::Asked OperationsDesk::take() {
  std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

void OperationsDesk::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  asked_ = {};
}

}  // namespace porthole::app
