// Pump moves bytes one way between two bare streams until the source ends: tunnels and upgraded connections are two of them.
// It copies through the loop's scratch block, and splices through a pooled pipe once the flow proved bulky. It holds a pipe only
// while bytes move; when none is to be had it copies. A witness may see what passes: until it has seen enough, all is copied.
#pragma once

#include <memory>
#include <string_view>

#include "base/byte_queue.h"
#include "io/loop.h"
#include "io/pipe_pool.h"
#include "io/stream.h"

namespace porthole::io {

// Sees the bytes that a pump moved, once they are written: what never was is not shown. It neither changes nor delays them.
class Witness {
 public:
  virtual ~Witness() = default;
  // False: has seen enough, and is never called again. `bytes` are valid during the call.
  virtual bool saw(std::string_view bytes) = 0;
};

class Pump {
 public:
  enum class State : std::uint8_t {
    open,    // bytes may come
    ended,   // the source's FIN was carried over after its last byte
    failed,  // error(): either side broke
  };

  // All outlive the pump. `first` is sent before anything read.
  Pump(Loop& loop, PipePool& pipes, Stream& from, Stream& to, Side from_side);
  ~Pump();

  // Ends after `bytes` more bytes, without a FIN: a message's content inside a connection. Splices from the start.
  void limit(ByteCount bytes);
  // Bytes that were read from the source before the pump took over.
  void begin_with(Bytes bytes);
  // Before anything moved. It outlives the pump, or at least the last byte that it wants.
  void show(Witness& witness) { witness_ = &witness; }
  // Moves what can be moved now, at most about 256 KiB. Call when either stream is ready. True: call again next turn.
  bool step();

  State state() const { return state_; }
  // Bytes wait because the sink takes none.
  bool stuck() const { return (stuck_ && !stuck_->empty()) || pipe_.held() > 0; }
  const Error& error() const { return error_; }
  ByteCount moved() const { return moved_; }

 private:
  enum class Lane : std::uint8_t { copy, splice };
  bool step_copy(bool no_pipe);
  bool step_splice();
  bool write_stuck();
  void fail_with(Side side, int os_errno);
  void finish();
  void leave_pipe();
  void show_witness(std::string_view bytes);
  void keep(Bytes bytes);
  bool wants_splice() const;

  Loop& loop_;
  PipePool& pipes_;
  Stream& from_;
  Stream& to_;
  std::unique_ptr<ByteQueue> stuck_;  // read but not written; null when nothing ever stuck (idle tunnels stay small)
  Witness* witness_ = nullptr;        // while it wants more
  PooledPipe pipe_;
  ByteCount moved_ = 0;
  Error error_;
  State state_ = State::open;
  Lane lane_ = Lane::copy;
  Side from_side_;
  bool source_ended_ = false;
  bool limited_ = false;
  ByteCount left_ = UINT64_MAX;  // still to be read from the source
};

}  // namespace porthole::io
