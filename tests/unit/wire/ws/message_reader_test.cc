// RFC 6455 §5: frames of one direction into messages, however they were cut, and what is no frame.
#include "wire/ws/message_reader.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/however_cut.h"
#include "support/ws_frames.h"

namespace porthole::wire::ws {
namespace {

using namespace std::string_literals;
using test::ws_frame;

// "text 5 Hello" a line; the fault, if there is one, and whether something is open are the last ones.
std::string seen(std::string_view octets, const ReaderOptions& options = {.sender = Side::upstream}) {
  return test::however_cut(octets, [&](const test::Pieces& pieces) {
    MessageReader reader(options);
    std::string text;
    for (std::string_view piece : pieces) {
      while (auto message = reader.next(piece)) {
        std::string_view name = message->opcode == Opcode::text     ? "text"
                                : message->opcode == Opcode::binary ? "binary"
                                : message->opcode == Opcode::close  ? "close"
                                : message->opcode == Opcode::ping   ? "ping"
                                                                    : "pong";
        text += fmt::format("{}{} {} {}\n", name, message->reserved != 0 ? "*" : "", message->size, message->payload);
      }
    }
    if (*reader.fault() != '\0') return text + reader.fault() + "\n";
    return text + (reader.within() ? "..\n" : "");
  });
}

// §5.7, each example as it stands there.
TEST(MessageReader, ReadsTheExamplesOfTheRfc) {
  EXPECT_EQ(seen("\x81\x05\x48\x65\x6c\x6c\x6f"s), "text 5 Hello\n");
  EXPECT_EQ(seen("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, {.sender = Side::client}), "text 5 Hello\n");
  EXPECT_EQ(seen("\x01\x03\x48\x65\x6c"s), "..\n");
  EXPECT_EQ(seen("\x01\x03\x48\x65\x6c\x80\x02\x6c\x6f"s), "text 5 Hello\n");
  EXPECT_EQ(seen("\x89\x05\x48\x65\x6c\x6c\x6f"s), "ping 5 Hello\n");
  EXPECT_EQ(seen("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s, {.sender = Side::client}), "pong 5 Hello\n");
  std::string octets(256, 'b');
  EXPECT_EQ(seen("\x82\x7e\x01\x00"s + octets), "binary 256 " + octets + "\n");
  octets.assign(65536, 'c');
  EXPECT_EQ(seen("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s + octets), "binary 65536 " + octets + "\n");
}

// §5.4: control frames may come between fragments.
TEST(MessageReader, AControlFrameBetweenFragmentsComesFirst) {
  std::string octets = ws_frame({.first = 0x02, .payload = "one "}) + ws_frame({.first = 0x89, .payload = "p"}) +
                       ws_frame({.first = 0x00, .payload = ""}) + ws_frame({.first = 0x80, .payload = "two"}) +
                       ws_frame({.first = 0x81, .payload = ""});
  EXPECT_EQ(seen(octets), "ping 1 p\nbinary 7 one two\ntext 0 \n");
}

TEST(MessageReader, EveryCutIsTheSame) {
  std::string long_one(300, 'x');
  std::string octets;
  for (unsigned first : {0x01U, 0x89U, 0x00U, 0x80U, 0x82U})
    octets += ws_frame({.first = first, .payload = first == 0x89 ? "beat" : long_one, .masked = true});
  std::string whole = seen(octets, {.sender = Side::client});
  EXPECT_EQ(whole.substr(0, 12), "ping 4 beat\n");
  for (std::size_t cut = 0; cut <= octets.size(); ++cut) {
    MessageReader reader({.sender = Side::client});
    std::size_t messages = 0;
    for (std::string_view piece : {std::string_view(octets).substr(0, cut), std::string_view(octets).substr(cut)}) {
      while (auto message = reader.next(piece)) {
        ++messages;
        EXPECT_TRUE(message->payload == "beat" || message->payload.find_first_not_of('x') == std::string::npos) << cut;
      }
      EXPECT_TRUE(piece.empty());
    }
    EXPECT_EQ(messages, 3U);
    EXPECT_STREQ(reader.fault(), "");
    EXPECT_FALSE(reader.within());
  }
}

TEST(MessageReader, RefusesWhatAReceiverMust) {
  std::string good = ws_frame({.payload = "a"});
  auto after_good = [&](const std::string& octets) { return seen(good + octets + good); };
  EXPECT_EQ(after_good("\xc1\x00"s),
            "text 1 a\na reserved bit is set that no extension has a use for (RFC 6455 §5.2)\n");
  EXPECT_EQ(after_good("\xa1\x00"s), after_good("\x91\x00"s));
  EXPECT_EQ(after_good("\x83\x00"s), "text 1 a\nan opcode is reserved (RFC 6455 §5.2)\n");
  EXPECT_EQ(after_good("\x8b\x00"s), after_good("\x87\x00"s));
  EXPECT_EQ(after_good("\x80\x00"s), "text 1 a\na message goes on that has not begun (RFC 6455 §5.4)\n");
  EXPECT_EQ(after_good("\x01\x00"s), "text 1 a\na message begins within another (RFC 6455 §5.4)\n");
  EXPECT_EQ(after_good("\x09\x00"s), "text 1 a\na control frame is fragmented (RFC 6455 §5.5)\n");
  EXPECT_EQ(after_good("\x89\x7e"s), "text 1 a\na control frame is longer than 125 octets (RFC 6455 §5.5)\n");
  EXPECT_EQ(after_good("\x88\x01"s), "text 1 a\na close frame has half a code (RFC 6455 §5.5.1)\n");
  EXPECT_EQ(after_good("\x81\x80"s), "text 1 a\na frame of the server is masked (RFC 6455 §5.1)\n");
  EXPECT_EQ(seen("\x81\x01"s, {.sender = Side::client}), "a frame of the client is not masked (RFC 6455 §5.1)\n");
  EXPECT_EQ(seen("GET / HTTP/1.1\r\n"), "a reserved bit is set that no extension has a use for (RFC 6455 §5.2)\n");
}

// §5.2: the fewest octets, and a length that fits in 63 bits.
TEST(MessageReader, HoldsTheWritingOfLengths) {
  constexpr std::string_view kLonger = "a length is not written in the fewest octets (RFC 6455 §5.2)\n";
  EXPECT_EQ(seen("\x82\x7e\x00\x7d"s), kLonger);
  EXPECT_EQ(seen("\x82\x7e\x00\x7e"s), "..\n");
  EXPECT_EQ(seen("\x82\x7f\x00\x00\x00\x00\x00\x00\xff\xff"s), kLonger);
  EXPECT_EQ(seen("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s), "..\n");
  EXPECT_EQ(seen("\x82\x7f\x80\x00\x00\x00\x00\x00\x00\x00"s), "a length has its highest bit set (RFC 6455 §5.2)\n");
}

TEST(MessageReader, AClaimedLengthReservesNothing) {
  MessageReader reader({.sender = Side::upstream});
  std::string octets = "\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff"s + std::string(1000, 'x');
  for (int n = 0; n < 3; ++n) {
    std::string_view left = octets;
    EXPECT_FALSE(reader.next(left));
    EXPECT_TRUE(left.empty());
    EXPECT_TRUE(reader.within());
    octets.assign(1000, 'x');
  }
  EXPECT_STREQ(reader.fault(), "");
}

TEST(MessageReader, CountsWhatItDoesNotKeep) {
  ReaderOptions options{.sender = Side::client, .payload_bytes_max = 5};
  std::string octets = ws_frame({.first = 0x01, .payload = "abc", .masked = true}) +
                       ws_frame({.first = 0x80, .payload = "defghi", .masked = true}) +
                       ws_frame({.payload = "next", .masked = true});
  EXPECT_EQ(seen(octets, options), "text 9 abcde\ntext 4 next\n");
}

TEST(MessageReader, ReservedBitsOfAnExtensionAreHandedOn) {
  ReaderOptions options{.sender = Side::upstream, .reserved = kRsv1};
  EXPECT_EQ(seen(ws_frame({.first = 0x41, .payload = "a"}) + ws_frame({.first = 0x80, .payload = "b"}), options),
            "text* 2 ab\n");
  EXPECT_EQ(seen(ws_frame({.first = 0x01, .payload = "a"}) + ws_frame({.first = 0xc0, .payload = "b"}), options),
            "a reserved bit is set in a fragment that is not the first (RFC 7692 §6.1)\n");
  EXPECT_EQ(seen(ws_frame({.first = 0xc9, .payload = "a"}), options),
            "a control frame is compressed (RFC 7692 §6.1)\n");
}

// §5.5.1: nothing may follow a close frame.
TEST(MessageReader, ACloseFrameIsTheLast) {
  std::string octets = ws_frame({.first = 0x88,
                                 .payload = "\x03\xe8"
                                            "bye"});
  EXPECT_EQ(seen(octets),
            "close 5 \x03\xe8"
            "bye\n");
  EXPECT_EQ(seen(octets + "\x81"s),
            "close 5 \x03\xe8"
            "bye\noctets follow a close frame (RFC 6455 §5.5.1)\n");
}

TEST(CloseOf, HasACodeAndAReasonOrNeither) {
  EXPECT_EQ(close_of("\x03\xe8"
                     "bye")
                .code,
            1000);
  EXPECT_EQ(close_of("\x0f\xa0"
                     "bye")
                .reason,
            "bye");
  EXPECT_FALSE(close_of("").code);
}

}  // namespace
}  // namespace porthole::wire::ws
