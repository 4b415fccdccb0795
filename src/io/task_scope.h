// TaskScope owns running tasks. A task that ends leaves the scope by itself; destroying the scope destroys (cancels) the
// rest. Make it the last member of its owner, so that tasks die before what they refer to (STYLE 26).
#pragma once

#include <coroutine>

#include "base/free_list.h"
#include "base/intrusive_list.h"
#include "io/task.h"

namespace porthole::io {

class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { cancel_all(); }

  // Starts the task at once; it runs until its first suspension before spawn() returns.
  void spawn(Task<void> task) { run(std::move(task), *this); }
  bool empty() const { return running_.empty(); }
  // Destroys every task. Must not be called from inside one of them.
  void cancel_all() {
    while (Node* node = running_.pop_front()) node->handle.destroy();
  }

 private:
  struct Node : Link {
    std::coroutine_handle<> handle;
  };

  // A coroutine that owns the task and destroys itself at its end.
  struct Holder {
    struct promise_type : Node {  // NOLINT(readability-identifier-naming): the language's name
      promise_type(Task<void>&, TaskScope& scope) {
        handle = std::coroutine_handle<promise_type>::from_promise(*this);
        scope.running_.push_back(*this);
      }
      static void* operator new(std::size_t size) { return frame_allocate(size); }
      static void operator delete(void* memory, std::size_t size) noexcept { frame_release(memory, size); }
      Holder get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }  // frees the frame, which unlinks the node
      void return_void() {}
      [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
    };
  };
  static Holder run(Task<void> task, TaskScope&) {
    Task<void> owned = std::move(task);
    co_await std::move(owned);
  }

  List<Node> running_;
};

}  // namespace porthole::io
