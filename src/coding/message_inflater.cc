// See message_inflater.h.
#include "coding/message_inflater.h"

#include <algorithm>
#include <array>

#include <zlib.h>

#include "base/assert.h"

namespace porthole::coding {
namespace {

constexpr int kWindowBits = 15;
constexpr const char* kTooMuch = "there is more in it than is inflated";
constexpr std::string_view kLeftOut("\0\0\xff\xff", 4);  // RFC 7692 §7.2.2

}  // namespace

class MessageInflater::Stream {
 public:
  Stream() { PH_ASSERT(inflateInit2(&stream_, -kWindowBits) == Z_OK); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { inflateEnd(&stream_); }

  void forget() { PH_ASSERT(inflateReset(&stream_) == Z_OK); }

  // A literal, or "" when all of `input` was inflated.
  const char* run(std::string_view input, ByteCount& left, std::string& out) {
    PH_ASSERT(input.size() <= UINT32_MAX);
    std::array<char, 16 * 1024> room;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    stream_.avail_in = static_cast<uInt>(input.size());
    while (true) {
      stream_.next_out = reinterpret_cast<Bytef*>(room.data());
      uInt most =
          static_cast<uInt>(std::min<ByteCount>(room.size(), left + 1));  // one too many tells that there is more
      stream_.avail_out = most;
      int answer = ::inflate(&stream_, Z_SYNC_FLUSH);
      ByteCount made = most - stream_.avail_out, given = std::min(made, left);
      out.append(room.data(), given);
      left -= given;
      if (made > given) return kTooMuch;
      if (answer == Z_STREAM_END) {
        if (left < kLastBlockCost) {
          left = 0;
          return kTooMuch;
        }
        left -= kLastBlockCost;
        go_on();
      } else if (answer != Z_OK && answer != Z_BUF_ERROR) return stream_.msg ? stream_.msg : "it is no deflate";
      // Room left over: nothing waits in the stream.
      if (stream_.avail_in == 0 && stream_.avail_out > 0) return "";
    }
  }

 private:
  // Behind a last block (RFC 7692 §7.2.3.4) other blocks may follow, and they see what was before it: the window
  // is copied out and in, which is what kLastBlockCost is for.
  void go_on() {
    std::array<Bytef, 1U << kWindowBits> window;
    uInt size = 0;
    PH_ASSERT(inflateGetDictionary(&stream_, window.data(), &size) == Z_OK);
    PH_ASSERT(inflateReset(&stream_) == Z_OK);
    PH_ASSERT(inflateSetDictionary(&stream_, window.data(), size) == Z_OK);
  }

  z_stream stream_{};
};

MessageInflater::MessageInflater(bool keeps_context) : keeps_context_(keeps_context) {}
MessageInflater::~MessageInflater() = default;

bool MessageInflater::inflate(std::string_view payload, ByteCount& left, std::string& out) {
  if (lost_) {
    fault_ = "it goes on from a message that could not be inflated";
    return false;
  }
  if (!stream_) stream_ = std::make_unique<Stream>();
  else if (!keeps_context_) stream_->forget();
  fault_ = stream_->run(payload, left, out);
  if (*fault_ == '\0') fault_ = stream_->run(kLeftOut, left, out);
  lost_ = keeps_context_ && *fault_ != '\0';
  return *fault_ == '\0';
}

}  // namespace porthole::coding
