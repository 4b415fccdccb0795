// FarEnd: the server's end of a stream, by hand: says what it is told, remembers what it heard.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "io/stream.h"

namespace porthole::test {

class FarEnd {
 public:
  explicit FarEnd(std::unique_ptr<io::Stream> stream) : stream_(std::move(stream)) {}

  // What fits into the stream; the caller lets the loop turn.
  void say(std::string_view text) {
    iovec piece{const_cast<char*>(text.data()), text.size()};
    stream_->try_write({&piece, 1});
  }
  void finish() { stream_->shutdown_write(); }
  void reset() { stream_->abort(); }
  void close() { stream_.reset(); }
  // What came since the last call.
  std::string heard() {
    std::string all;
    char room[4096];
    while (true) {
      io::IoCount got = stream_->try_read(room);
      if (got.state == io::IoCount::State::closed || got.state == io::IoCount::State::failed) ended_ = true;
      if (got.state != io::IoCount::State::moved) return all;
      all.append(room, got.bytes);
    }
  }
  // The other end was closed.
  bool ended() {
    heard();
    return ended_;
  }

 private:
  std::unique_ptr<io::Stream> stream_;
  bool ended_ = false;
};

}  // namespace porthole::test
