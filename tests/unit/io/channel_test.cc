// Channels on memory streams: back-pressure both ways, timeouts by a clock moved by hand, and every way to end.
#include "io/channel.h"

#include <cerrno>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "io/memory_stream.h"
#include "support/loops.h"

namespace porthole::io {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Notes each callback; the tests hang their reactions into it.
struct Owner final : ChannelOwner {
  void on_bytes(Bytes bytes) override {
    received += bytes.view();
    story += "b";
    if (when_bytes) when_bytes();
  }
  void on_eof() override {
    story += "e";
    if (when_eof) when_eof();
  }
  void on_drained() override {
    story += "d";
    if (when_drained) when_drained();
  }
  void on_broken(const Error& why) override {
    story += "!";
    error = why;
    if (when_ended) when_ended();
  }
  void on_finished() override {
    story += "f";
    if (when_ended) when_ended();
  }
  std::string received, story;
  std::optional<Error> error;
  std::function<void()> when_bytes, when_eof, when_drained, when_ended;
};

// A connection on which the kernel gave up: what it sent was never acknowledged.
class UnacknowledgedStream final : public Stream {
 public:
  void set_listener(ReadyListener*) override {}
  IoCount try_read(std::span<char>) override { return {}; }
  bool maybe_readable() const override { return false; }
  IoCount try_write(std::span<const iovec>) override { return {IoCount::State::failed, 0, ETIMEDOUT}; }
  bool maybe_writable() const override { return true; }
  void shutdown_write() override {}
  void abort() override {}
  Endpoint peer() const override { return {}; }
  Endpoint local() const override { return {}; }
  int connect_errno() override { return ETIMEDOUT; }
};

class ChannelTest : public ::testing::Test {
 protected:
  void open(std::size_t capacity = 64 * 1024, const ChannelOptions& options = {}) {
    std::unique_ptr<Stream> mine;
    std::tie(mine, peer_) = make_memory_streams(world_.loop, {.capacity = capacity});
    channel_ = std::make_unique<Channel>(world_.loop, std::move(mine), owner_, options);
    channel_->write_from(out_);
    world_.loop.settle();
  }
  void peer_writes(std::string_view text) {
    while (!text.empty()) {
      iovec piece{const_cast<char*>(text.data()), text.size()};
      IoCount sent = peer_->try_write({&piece, 1});
      ASSERT_EQ(sent.state, IoCount::State::moved);
      text.remove_prefix(sent.bytes);
      world_.loop.settle();
    }
  }
  std::string peer_reads(std::size_t max = 1 << 20) {
    std::string text(max, '\0');
    IoCount got = peer_->try_read(text);
    text.resize(got.state == IoCount::State::moved ? got.bytes : 0);
    world_.loop.settle();
    return text;
  }
  bool peer_sees(IoCount::State state) {
    char byte;
    return peer_->try_read({&byte, 1}).state == state;
  }
  void send(std::string_view text) {
    out_.append(text);
    channel_->flush_soon();
    world_.loop.settle();
  }

  test::ManualWorld world_;
  Owner owner_;
  ByteQueue out_{world_.loop.blocks()};
  std::unique_ptr<Stream> peer_;
  std::unique_ptr<Channel> channel_;
};

TEST_F(ChannelTest, ReadsNothingUntilAsked) {
  open();
  peer_writes("hello");
  EXPECT_EQ(owner_.received, "");
  channel_->resume_reading();
  world_.loop.settle();
  EXPECT_EQ(owner_.received, "hello");
}

TEST_F(ChannelTest, PausesAndResumesWithoutLosingAByte) {
  open();
  channel_->resume_reading();
  peer_writes("one ");
  channel_->pause_reading();
  peer_writes("two ");
  EXPECT_EQ(owner_.received, "one ");
  channel_->resume_reading();
  channel_->resume_reading();
  peer_writes("three");
  EXPECT_EQ(owner_.received, "one two three");
}

TEST_F(ChannelTest, PausingInsideACallbackHoldsBackWhatFollows) {
  open(1 << 20);
  owner_.when_bytes = [this] { channel_->pause_reading(); };
  channel_->resume_reading();
  std::string much(300'000, 'x');
  peer_writes(much);
  std::size_t first = owner_.received.size();
  EXPECT_GT(first, 0U);
  EXPECT_LE(first, Block::kLarge);
  owner_.when_bytes = nullptr;
  channel_->resume_reading();
  world_.loop.settle();
  EXPECT_EQ(owner_.received, much);
}

TEST_F(ChannelTest, WritesAHeadAndItsBodyTogether) {
  open();
  out_.append("head\r\n");
  channel_->flush_soon();
  out_.append("body");
  EXPECT_TRUE(peer_sees(IoCount::State::blocked));  // not before the present callback is over
  world_.loop.settle();
  EXPECT_EQ(peer_reads(), "head\r\nbody");
}

TEST_F(ChannelTest, WritesTheRestWhenThereIsRoom) {
  open(100);
  std::string text(1000, 'y');
  send(text);
  EXPECT_EQ(channel_->unsent(), 900U);
  std::string got;
  while (got.size() < text.size()) got += peer_reads(70);
  EXPECT_EQ(got, text);
  EXPECT_EQ(channel_->unsent(), 0U);
  EXPECT_EQ(world_.loop.timers().next_wakeup(), kNever);  // nothing is stuck: no timer
}

TEST_F(ChannelTest, WritesFromAnotherQueue) {
  open();
  ByteQueue session(world_.loop.blocks());
  channel_->write_from(session);
  session.append("from the session");
  channel_->flush_soon();
  world_.loop.settle();
  EXPECT_EQ(peer_reads(), "from the session");
  EXPECT_TRUE(session.empty());
}

TEST_F(ChannelTest, SaysDrainedOnceAtHalfTheHighMark) {
  open(100, {.high_mark = 1000});
  send(std::string(1100, 'x'));
  EXPECT_TRUE(channel_->congested());
  EXPECT_EQ(owner_.story, "");
  while (channel_->unsent() > 600) peer_reads(100);
  EXPECT_EQ(owner_.story, "");
  while (channel_->unsent() > 500) peer_reads(100);
  EXPECT_EQ(owner_.story, "d");
  while (channel_->unsent() > 0) peer_reads(100);
  EXPECT_EQ(owner_.story, "d");
}

// The owner stopped adding because congested() said so: it waits for on_drained, also if the kernel took all at once.
TEST_F(ChannelTest, SaysDrainedWhenOneWriteTookEverything) {
  open(1 << 20, {.high_mark = 1000});
  out_.append(std::string(1000, 'x'));
  EXPECT_TRUE(channel_->congested());
  channel_->flush_soon();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "d");
}

// Memory was short when the owner asked, and no longer when the bytes went out: it must hear of that all the same.
TEST_F(ChannelTest, SaysDrainedToWhoeverSawItCongestedWhileMemoryWasShort) {
  open(1 << 20);
  out_.append(std::string(BlockPool::kShort, 'x'));
  EXPECT_FALSE(channel_->congested());
  world_.loop.blocks().set_budget(1);
  EXPECT_TRUE(channel_->congested());
  world_.loop.blocks().set_budget(UINT64_MAX);
  EXPECT_FALSE(channel_->congested());
  channel_->flush_soon();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "d");
}

TEST_F(ChannelTest, SaysNothingOfDrainingBelowTheHighMark) {
  open(100, {.high_mark = 1000});
  send(std::string(999, 'x'));
  while (channel_->unsent() > 0) peer_reads(100);
  EXPECT_EQ(owner_.story, "");
}

TEST_F(ChannelTest, TellsWhenEverythingIsWithTheKernel) {
  open(100);
  out_.append(std::string(150, 'x'));
  channel_->tell_when_empty();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "");
  peer_reads();
  EXPECT_EQ(owner_.story, "d");
  send("more");
  EXPECT_EQ(owner_.story, "d");  // once
}

TEST_F(ChannelTest, OnDrainedMayAddMore) {
  open(100, {.high_mark = 200});
  int rounds = 0;
  owner_.when_drained = [this, &rounds] {
    if (++rounds < 5) out_.append(std::string(200, 'm'));
    channel_->flush_soon();
  };
  send(std::string(300, 'x'));
  std::size_t got = 0;
  for (int i = 0; i < 100; ++i) got += peer_reads(50).size();
  EXPECT_EQ(got, 300U + 4 * 200U);
  EXPECT_EQ(rounds, 5);
}

TEST_F(ChannelTest, OnDrainedMayAbort) {
  open(100, {.high_mark = 200});
  owner_.when_drained = [this] { channel_->abort(); };
  send(std::string(300, 'x'));
  peer_reads(100);
  peer_reads(100);
  EXPECT_EQ(owner_.story, "d");
  EXPECT_TRUE(peer_sees(IoCount::State::failed));
}

TEST_F(ChannelTest, OnDrainedMayFinish) {
  open(100, {.high_mark = 200});
  owner_.when_drained = [this] { channel_->finish(); };
  send(std::string(300, 'x'));
  std::string got;
  for (int i = 0; i < 10; ++i) got += peer_reads(50);
  EXPECT_EQ(got.size(), 300U);
  EXPECT_TRUE(peer_sees(IoCount::State::closed));
  peer_->shutdown_write();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "df");
}

TEST_F(ChannelTest, BreaksWhenNothingCanBeWrittenForTheTimeout) {
  open(100, {.side = Side::upstream, .write_timeout = seconds(60)});
  send(std::string(1000, 'x'));
  world_.loop.advance(seconds(59));
  EXPECT_EQ(owner_.story, "");
  world_.loop.advance(seconds(2));
  EXPECT_EQ(owner_.story, "!");
  EXPECT_EQ(owner_.error->token, Token::connection_write_timeout);
  EXPECT_EQ(owner_.error->side, Side::upstream);
}

// A FIN behind what the kernel still holds would make a part look like all of it.
TEST_F(ChannelTest, ResetsAPeerThatIsNotWaitedForAnyLonger) {
  open(100, {.write_timeout = seconds(60)});
  send(std::string(1000, 'x'));
  world_.loop.advance(seconds(61));
  EXPECT_EQ(owner_.story, "!");
  while (!peer_reads(50).empty()) {}
  EXPECT_TRUE(peer_sees(IoCount::State::failed));
}

TEST_F(ChannelTest, ResetsAPeerThatDoesNotTakeTheLastBytesBeforeTheEnd) {
  open(100, {.write_timeout = seconds(60)});
  send(std::string(1000, 'x'));
  channel_->finish();
  world_.loop.advance(seconds(61));
  EXPECT_EQ(owner_.story, "!");
  while (!peer_reads(50).empty()) {}
  EXPECT_TRUE(peer_sees(IoCount::State::failed));
}

TEST_F(ChannelTest, AReaderThatTakesALittleNowAndThenIsNotTimedOut) {
  open(100, {.write_timeout = seconds(60)});
  send(std::string(1000, 'x'));
  std::size_t got = 0;
  while (got < 1000) {
    world_.loop.advance(seconds(50));
    std::size_t n = peer_reads(10).size();
    ASSERT_GT(n, 0U);
    got += n;
  }
  EXPECT_EQ(owner_.story, "");
}

TEST_F(ChannelTest, AReaderThatTricklesBelowTheLeastRateIsTimedOut) {
  open(100, {.write_timeout = seconds(60), .rate_min = 10});
  out_.append(std::string(10'000, 'x'));
  channel_->flush_soon();
  world_.loop.settle();
  int read = 0;
  for (; !owner_.error && read < 60; ++read) {  // 50 bytes in 50 seconds, of the 500 asked for
    peer_reads(50);
    world_.loop.advance(seconds(50));
  }
  ASSERT_TRUE(owner_.error);
  EXPECT_EQ(owner_.error->token, Token::connection_write_timeout);
  EXPECT_LE(read, 2);
}

TEST_F(ChannelTest, AReaderAtTheLeastRateMayTakeAnyTime) {
  open(100, {.write_timeout = seconds(60), .rate_min = 10});
  out_.append(std::string(10'000, 'x'));
  channel_->flush_soon();
  world_.loop.settle();
  for (int i = 0; i < 110; ++i) {
    peer_reads(100);
    world_.loop.advance(seconds(10));
    ASSERT_FALSE(owner_.error) << "after " << 10 * i << " s";
  }
  EXPECT_EQ(channel_->unsent(), 0U);
}

TEST_F(ChannelTest, HearsTheEndAndWritesOn) {
  open();
  channel_->resume_reading();
  peer_writes("request");
  peer_->shutdown_write();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "be");
  send("response");
  EXPECT_EQ(peer_reads(), "response");
  channel_->resume_reading();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "be");  // the end is told once
}

TEST_F(ChannelTest, AResetBreaksAChannelThatReads) {
  open(1000, {.side = Side::client});
  channel_->resume_reading();
  world_.loop.settle();
  peer_->abort();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "!");
  EXPECT_EQ(owner_.error->token, Token::connection_terminated);
  EXPECT_EQ(owner_.error->side, Side::client);
  EXPECT_EQ(owner_.error->os_errno, ECONNRESET);
}

// RFC 9209 §2.3.11: not connection_timeout, which is about opening a connection.
TEST_F(ChannelTest, AConnectionThatTheKernelGaveUpTimedOutWriting) {
  channel_ = std::make_unique<Channel>(world_.loop, std::make_unique<UnacknowledgedStream>(), owner_,
                                       ChannelOptions{.side = Side::upstream});
  channel_->write_from(out_);
  send("request");
  ASSERT_TRUE(owner_.error);
  EXPECT_EQ(owner_.error->token, Token::connection_write_timeout);
}

// A client that went away while its upload is paused must end the work that is done for it.
TEST_F(ChannelTest, AResetBreaksAChannelThatIsPaused) {
  open();
  peer_->abort();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "!");
}

TEST_F(ChannelTest, AResetAfterTheEndOfInputBreaksToo) {
  open();
  channel_->resume_reading();
  peer_->shutdown_write();
  world_.loop.settle();
  peer_->abort();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "e!");
}

TEST_F(ChannelTest, WritingToAPeerThatIsGoneBreaks) {
  open();
  peer_.reset();
  send("x");
  EXPECT_EQ(owner_.story, "!");
  EXPECT_EQ(owner_.error->os_errno, EPIPE);
}

TEST_F(ChannelTest, FinishWritesAllThenFinThenWaitsForThePeers) {
  open(100);
  out_.append(std::string(250, 'x'));
  channel_->finish();
  world_.loop.settle();
  std::string got;
  for (int i = 0; i < 3; ++i) got += peer_reads();
  EXPECT_EQ(got.size(), 250U);
  EXPECT_TRUE(peer_sees(IoCount::State::closed));
  EXPECT_EQ(owner_.story, "");
  peer_->shutdown_write();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "f");
}

TEST_F(ChannelTest, FinishDropsWhatStillArrives) {
  open();
  channel_->resume_reading();
  world_.loop.settle();
  channel_->finish();
  world_.loop.settle();
  peer_writes("too late");
  EXPECT_EQ(owner_.received, "");
  peer_->shutdown_write();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "f");
}

// A client that promised to be done, and was not, still gets its answer (RFC 9112 §9.6).
TEST_F(ChannelTest, LingersForWhoSentMoreThanItSaid) {
  open();
  channel_->pause_reading();
  peer_writes("more");
  send("bye");
  channel_->finish(false);
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "");  // the bytes are read and dropped first
  EXPECT_EQ(peer_reads(), "bye");
  peer_->shutdown_write();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "f");
}

// RFC 9112 §9.6: closing while bytes wait resets the connection, and the reset may destroy the response. So a client that is
// still uploading gets the linger time, however fast it sends.
TEST_F(ChannelTest, FinishKeepsReadingAFastUploadForTheLingerTime) {
  open(1 << 20, {});
  channel_->finish();
  world_.loop.settle();
  for (int i = 0; i < 5; ++i) {
    peer_writes(std::string(1 << 20, 'u'));
    world_.loop.advance(milliseconds(100));
    ASSERT_EQ(owner_.story, "");
  }
  world_.loop.advance(seconds(2));
  EXPECT_EQ(owner_.story, "f");
}

TEST_F(ChannelTest, FinishEndsAtTheLingerTimeWithoutAFin) {
  open(1000, {});
  channel_->finish();
  world_.loop.advance(milliseconds(1900));
  EXPECT_EQ(owner_.story, "");
  world_.loop.advance(milliseconds(200));
  EXPECT_EQ(owner_.story, "f");
}

TEST_F(ChannelTest, FinishAfterThePeersFinEndsAtOnce) {
  open();
  channel_->resume_reading();
  peer_->shutdown_write();
  world_.loop.settle();
  out_.append("bye");
  channel_->finish();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "ef");
  EXPECT_EQ(peer_reads(), "bye");
}

TEST_F(ChannelTest, FinishGivesUpOnAPeerThatDoesNotRead) {
  open(100, {.write_timeout = seconds(60)});
  out_.append(std::string(250, 'x'));
  channel_->finish();
  world_.loop.advance(seconds(61));
  EXPECT_EQ(owner_.story, "!");
}

TEST_F(ChannelTest, AResetWhileFinishingEndsIt) {
  open(100);
  out_.append(std::string(250, 'x'));
  channel_->finish();
  world_.loop.settle();
  peer_->abort();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "!");
}

TEST_F(ChannelTest, AResetWhileLingeringEndsIt) {
  open();
  channel_->finish();
  world_.loop.settle();
  peer_->abort();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "f");
}

TEST_F(ChannelTest, AbortIsSilent) {
  open(100);
  channel_->resume_reading();
  out_.append(std::string(250, 'x'));
  channel_->flush_soon();
  channel_->abort();
  channel_->resume_reading();
  channel_->flush_soon();
  world_.loop.advance(seconds(100));
  EXPECT_EQ(owner_.story, "");
  EXPECT_TRUE(peer_sees(IoCount::State::failed));
}

TEST_F(ChannelTest, ReleasesABareStreamThatStillHasItsBytes) {
  open();
  channel_->resume_reading();
  peer_writes("CONNECT");
  channel_->pause_reading();
  peer_writes("early");
  std::unique_ptr<Stream> bare = channel_->release();
  std::string text(100, '\0');
  EXPECT_EQ(bare->try_read(text).bytes, 5U);
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "b");
  EXPECT_FALSE(peer_sees(IoCount::State::failed));
}

struct Borrower final : ReadyListener {
  void on_readable() override { ++told; }
  void on_writable() override { ++told; }
  void on_hangup() override { ++told; }
  int told = 0;
};

TEST_F(ChannelTest, LendsItsStreamAndTakesItBack) {
  open();
  channel_->resume_reading();
  world_.loop.settle();
  Borrower borrower;
  Stream& stream = channel_->lend(borrower);
  peer_writes("spliced");
  EXPECT_GT(borrower.told, 0);
  EXPECT_EQ(owner_.story, "");
  std::string text(100, '\0');
  EXPECT_EQ(stream.try_read(text).bytes, 7U);
  channel_->take_back();
  peer_writes("next");
  channel_->resume_reading();
  world_.loop.settle();
  EXPECT_EQ(owner_.received, "next");
}

TEST_F(ChannelTest, TakingBackHearsOfAResetMeanwhile) {
  open();
  Borrower borrower;
  channel_->lend(borrower);
  peer_->abort();
  world_.loop.settle();
  channel_->take_back();
  world_.loop.settle();
  EXPECT_EQ(owner_.story, "!");
}

// The owner of a channel may bury itself, and with it the channel, in whichever callback.
class BuriedOwner final : public Buried, public ChannelOwner {
 public:
  BuriedOwner(Loop& loop, std::unique_ptr<Stream> stream, char when, const ChannelOptions& options)
      : out(loop.blocks()), loop_(loop), when_(when), channel_(loop, std::move(stream), *this, options) {
    channel_.write_from(out);
  }
  void on_bytes(Bytes) override { told('b'); }
  void on_eof() override { told('e'); }
  void on_drained() override { told('d'); }
  void on_broken(const Error&) override { told('!'); }
  void on_finished() override { told('f'); }
  Channel& channel() { return channel_; }
  std::unique_ptr<BuriedOwner> self;  // until it buries itself
  ByteQueue out;

 private:
  void told(char what) {
    if (what == when_) loop_.bury(std::move(self));
  }
  Loop& loop_;
  char when_;
  Channel channel_;
};

TEST_F(ChannelTest, ItsOwnerMayBuryItInEachCallback) {
  for (char when : {'b', 'e', 'd', '!', 'f'}) {
    auto [mine, peer] = make_memory_streams(world_.loop, {.capacity = 100});
    auto made = std::make_unique<BuriedOwner>(world_.loop, std::move(mine), when, ChannelOptions{.high_mark = 200});
    BuriedOwner* owner = made.get();
    owner->self = std::move(made);
    owner->channel().resume_reading();
    iovec piece{const_cast<char*>("text"), 4};
    if (when == 'b') peer->try_write({&piece, 1});
    if (when == 'e') peer->shutdown_write();
    if (when == 'd') {
      owner->out.append(std::string(300, 'x'));
      owner->channel().flush_soon();
      world_.loop.settle();
      std::string text(100, '\0');
      for (int i = 0; i < 3; ++i) {
        peer->try_read(text);
        world_.loop.settle();
      }
    }
    if (when == '!') peer->abort();
    if (when == 'f') {
      owner->channel().finish();
      peer->shutdown_write();
    }
    world_.loop.settle();  // the address sanitizer would tell; and nothing leaked
    EXPECT_EQ(world_.loop.blocks().in_use() / Block::kLarge, world_.loop.blocks().in_use() > 0 ? 1U : 0U) << when;
  }
}

}  // namespace
}  // namespace porthole::io
