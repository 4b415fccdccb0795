// RFC 6455 §5.2: what is written is read again.
#include "wire/ws/frame_writer.h"

#include <gtest/gtest.h>

namespace porthole::wire::ws {
namespace {

using namespace std::string_literals;

TEST(FrameWriter, WritesWhatTheRfcShows) {
  std::string out = "before ";
  append_frame(out, Side::upstream, Opcode::text, "Hello");
  EXPECT_EQ(out, "before \x81\x05Hello");
  out.clear();
  append_frame(out, Side::client, Opcode::ping, "Hello");
  EXPECT_EQ(out, "\x89\x85\0\0\0\0Hello"s);
}

TEST(FrameWriter, EveryLengthIsReadAgain) {
  for (Side sender : {Side::client, Side::upstream}) {
    for (std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U}) {
      std::string out, payload(size, 'x');
      append_frame(out, sender, Opcode::binary, payload);
      MessageReader reader({.sender = sender});
      std::string_view left = out;
      auto message = reader.next(left);
      ASSERT_TRUE(message) << size << reader.fault();
      EXPECT_EQ(message->opcode, Opcode::binary);
      EXPECT_EQ(message->payload, payload);
      EXPECT_TRUE(left.empty());
    }
  }
}

}  // namespace
}  // namespace porthole::wire::ws
