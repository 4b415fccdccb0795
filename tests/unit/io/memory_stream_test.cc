// MemoryStream behaves as a socket would: bounded, ordered, with FIN and reset, and it tells nothing inside a call.
#include "io/memory_stream.h"

#include <cerrno>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include "support/loops.h"

namespace porthole::io {
namespace {

IoCount write(Stream& stream, std::string_view text) {
  iovec piece{const_cast<char*>(text.data()), text.size()};
  return stream.try_write({&piece, 1});
}

std::string read(Stream& stream, std::size_t max = 1 << 20) {
  std::string text(max, '\0');
  IoCount got = stream.try_read(text);
  text.resize(got.state == IoCount::State::moved ? got.bytes : 0);
  return text;
}

IoCount::State read_state(Stream& stream) {
  char byte;
  return stream.try_read({&byte, 1}).state;
}

struct Listening final : ReadyListener {
  void on_readable() override {
    ++readable;
    if (when_readable) when_readable();
  }
  void on_writable() override { ++writable; }
  void on_hangup() override { ++hangup; }
  std::function<void()> when_readable;
  int readable = 0, writable = 0, hangup = 0;
};

class MemoryStreamTest : public ::testing::Test {
 protected:
  MemoryStreamTest() { std::tie(a_, b_) = make_memory_streams(world_.loop, {.capacity = 10}); }
  test::ManualWorld world_;
  std::unique_ptr<Stream> a_, b_;
};

TEST_F(MemoryStreamTest, CarriesBytesBothWays) {
  EXPECT_EQ(write(*a_, "ping").bytes, 4U);
  EXPECT_EQ(write(*b_, "pong").bytes, 4U);
  EXPECT_EQ(read(*b_), "ping");
  EXPECT_EQ(read(*a_), "pong");
  EXPECT_EQ(read_state(*a_), IoCount::State::blocked);
}

TEST_F(MemoryStreamTest, TakesNoMoreThanItsCapacity) {
  EXPECT_EQ(write(*a_, "0123456789abcdef").bytes, 10U);
  EXPECT_EQ(write(*a_, "x").state, IoCount::State::blocked);
  EXPECT_FALSE(a_->maybe_writable());
  EXPECT_EQ(read(*b_, 3), "012");
  EXPECT_EQ(write(*a_, "abcdef").bytes, 3U);
  EXPECT_EQ(read(*b_), "3456789abc");
}

TEST_F(MemoryStreamTest, WritesPiecesInOrderAndStopsInTheMiddleOfOne) {
  std::string head = "head", body = "body-body";
  iovec pieces[] = {{head.data(), head.size()}, {body.data(), body.size()}};
  EXPECT_EQ(a_->try_write(pieces).bytes, 10U);
  EXPECT_EQ(read(*b_), "headbody-b");
}

TEST_F(MemoryStreamTest, DeliversWhatWasWrittenBeforeTheFin) {
  write(*a_, "last");
  a_->shutdown_write();
  EXPECT_EQ(read(*b_), "last");
  EXPECT_EQ(read_state(*b_), IoCount::State::closed);
  EXPECT_EQ(read_state(*b_), IoCount::State::closed);
  EXPECT_EQ(write(*b_, "still").bytes, 5U);  // half-closed: the other way goes on
  EXPECT_EQ(read(*a_), "still");
}

TEST_F(MemoryStreamTest, RefusesToWriteAfterItsOwnFin) {
  a_->shutdown_write();
  IoCount written = write(*a_, "more");
  EXPECT_EQ(written.state, IoCount::State::failed);
  EXPECT_EQ(written.os_errno, EPIPE);
}

TEST_F(MemoryStreamTest, ClosingSendsFinAndBreaksWriting) {
  write(*a_, "last");
  a_.reset();
  EXPECT_EQ(read(*b_), "last");
  EXPECT_EQ(read_state(*b_), IoCount::State::closed);
  EXPECT_EQ(write(*b_, "x").state, IoCount::State::failed);
}

TEST_F(MemoryStreamTest, AbortResetsBothEnds) {
  Listening listening;
  b_->set_listener(&listening);
  write(*a_, "lost");
  a_->abort();
  world_.loop.settle();
  EXPECT_EQ(listening.hangup, 1);
  EXPECT_EQ(b_->connect_errno(), ECONNRESET);
  EXPECT_EQ(read_state(*b_), IoCount::State::failed);
  EXPECT_EQ(write(*b_, "x").os_errno, ECONNRESET);
}

TEST_F(MemoryStreamTest, TellsNothingToTheOneThatAborted) {
  Listening listening;
  a_->set_listener(&listening);
  world_.loop.settle();
  write(*b_, "x");
  int before = listening.readable;
  a_->abort();
  world_.loop.settle();
  EXPECT_EQ(listening.readable, before);
  EXPECT_EQ(listening.hangup, 0);
}

TEST_F(MemoryStreamTest, TellsTheListenerAfterTheCall) {
  Listening listening;
  b_->set_listener(&listening);
  world_.loop.settle();
  listening.readable = 0;
  write(*a_, "x");
  EXPECT_EQ(listening.readable, 0);
  world_.loop.settle();
  EXPECT_EQ(listening.readable, 1);
}

TEST_F(MemoryStreamTest, TellsThatThereIsRoomAgain) {
  Listening listening;
  write(*a_, "0123456789");
  a_->set_listener(&listening);
  world_.loop.settle();
  EXPECT_EQ(listening.writable, 0);
  read(*b_);
  world_.loop.settle();
  EXPECT_EQ(listening.writable, 1);
}

TEST_F(MemoryStreamTest, TellsAListenerWhatIsReadyAlready) {
  write(*a_, "x");
  Listening listening;
  b_->set_listener(&listening);
  world_.loop.settle();
  EXPECT_EQ(listening.readable, 1);
  EXPECT_EQ(listening.writable, 1);
}

TEST_F(MemoryStreamTest, MayBeDestroyedInItsOwnCallback) {
  Listening listening;
  listening.when_readable = [this] { b_.reset(); };
  b_->set_listener(&listening);
  write(*a_, "x");
  world_.loop.settle();
  EXPECT_FALSE(b_);
  EXPECT_EQ(listening.writable, 0);  // nothing after its end
  EXPECT_EQ(write(*a_, "x").state, IoCount::State::failed);
}

TEST_F(MemoryStreamTest, AnEndMayOutliveTheOther) {
  b_.reset();
  a_->shutdown_write();
  a_->abort();
  a_.reset();
  world_.loop.settle();
}

TEST_F(MemoryStreamTest, KnowsItsAddresses) {
  Endpoint client = *Endpoint::parse("192.0.2.1:5000"), server = *Endpoint::parse("[2001:db8::1]:80");
  auto [first, second] = make_memory_streams(world_.loop, {.first = client, .second = server});
  EXPECT_EQ(first->local(), client);
  EXPECT_EQ(first->peer(), server);
  EXPECT_EQ(second->local(), server);
  EXPECT_EQ(second->peer(), client);
  EXPECT_EQ(first->connect_errno(), 0);
  EXPECT_EQ(first->descriptor(), -1);
}

}  // namespace
}  // namespace porthole::io
