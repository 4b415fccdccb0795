// Running: a task that a test has started and may cancel at any time; its result once it has one.
#pragma once

#include <optional>

#include "io/task.h"
#include "io/task_scope.h"

namespace porthole::test {

template <class T>
class Running {
 public:
  explicit Running(io::Task<T> task) { scope_.spawn(collect(std::move(task), result_)); }

  bool done() const { return result_.has_value(); }
  T& operator*() { return *result_; }
  T* operator->() { return &*result_; }
  void cancel() { scope_.cancel_all(); }

 private:
  static io::Task<void> collect(io::Task<T> task, std::optional<T>& result) {
    auto value = co_await std::move(task);
    result.emplace(std::move(value));
  }
  std::optional<T> result_;
  io::TaskScope scope_;
};

}  // namespace porthole::test
