// See pipe_pool.h.
#include "io/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

namespace porthole::io {

PooledPipe::~PooledPipe() {
  if (pool_) pool_->give_back(*this);
}

PipePool::~PipePool() { trim(); }

void PipePool::trim() {
  for (auto [read_end, write_end] : free_) {
    ::close(read_end);
    ::close(write_end);
  }
  free_.clear();
}

PooledPipe PipePool::take() {
  PooledPipe pipe;
  if (lent_ >= lent_max_) return pipe;
  if (!free_.empty()) {
    std::tie(pipe.read_end_, pipe.write_end_) = free_.back();
    free_.pop_back();
  } else {
    int ends[2];
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0) return pipe;
    pipe.read_end_ = ends[0];
    pipe.write_end_ = ends[1];
    ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kPipeBytes));  // refused beyond the quota: the default size serves
  }
  pipe.pool_ = this;
  ++lent_;
  return pipe;
}

void PipePool::give_back(PooledPipe& pipe) {
  --lent_;
  if (pipe.held_ == 0 && free_.size() < kKeptMax) {
    free_.emplace_back(pipe.read_end_, pipe.write_end_);
    return;
  }
  ::close(pipe.read_end_);
  ::close(pipe.write_end_);
}

}  // namespace porthole::io
