// Pumps on memory streams and on real sockets: every byte once and in order, by copying and by splicing, with half-closes.
#include "io/pump.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "io/memory_stream.h"
#include "support/loops.h"
#include "support/tcp_pair.h"

namespace porthole::io {
namespace {

using test::TcpPair;

// A stream that says it has no descriptor, so that a pump can only copy; or that it has one, so that it wants to splice.
class Disguised final : public Stream {
 public:
  Disguised(Stream& stream, int descriptor) : stream_(stream), descriptor_(descriptor) {}
  void set_listener(ReadyListener* listener) override { stream_.set_listener(listener); }
  IoCount try_read(std::span<char> room) override { return stream_.try_read(room); }
  bool maybe_readable() const override { return stream_.maybe_readable(); }
  IoCount try_write(std::span<const iovec> pieces) override { return stream_.try_write(pieces); }
  void shutdown_write() override { stream_.shutdown_write(); }
  void abort() override { stream_.abort(); }
  Endpoint peer() const override { return stream_.peer(); }
  Endpoint local() const override { return stream_.local(); }
  int connect_errno() override { return stream_.connect_errno(); }
  int descriptor() const override { return descriptor_; }
  bool maybe_writable() const override { return stream_.maybe_writable(); }

 private:
  Stream& stream_;
  int descriptor_;
};

// An endless text in which every place is recognised; a prime period, so that no buffer's size hides a shift.
class Pattern {
 public:
  static constexpr std::size_t kPeriod = 1'048'573;
  explicit Pattern(std::uint64_t seed) : text_(kPeriod, '\0') {
    SeededRandom random(seed);
    for (char& c : text_) c = static_cast<char>(random.next());
  }
  // Some of it from `position` on, at most `max` bytes.
  std::string_view at(std::uint64_t position, std::uint64_t max) const {
    std::size_t begin = position % kPeriod;
    return std::string_view(text_).substr(begin, max);
  }
  bool matches(std::uint64_t position, std::string_view bytes) const {
    while (!bytes.empty()) {
      std::string_view part = at(position, bytes.size());
      if (std::memcmp(part.data(), bytes.data(), part.size()) != 0) return false;
      position += part.size();
      bytes.remove_prefix(part.size());
    }
    return true;
  }

 private:
  std::string text_;
};

// An end user of a tunnel: sends `size` bytes of a pattern and then FIN, and checks what comes back.
struct User {
  User(Stream& carrier, std::uint64_t seed, std::uint64_t expected_seed, std::uint64_t bytes)
      : stream(carrier), sends(seed), expects(expected_seed), size(bytes) {}
  void step() {
    while (sent < size && stream.maybe_writable()) {
      std::string_view part = sends.at(sent, size - sent);
      iovec piece{const_cast<char*>(part.data()), part.size()};
      IoCount moved = stream.try_write({&piece, 1});
      if (moved.state != IoCount::State::moved) break;
      sent += moved.bytes;
    }
    if (sent == size && !finished) stream.shutdown_write();
    finished = sent == size;
    while (!ended) {
      char room[64 * 1024];
      IoCount got = stream.try_read(room);
      if (got.state == IoCount::State::closed) ended = true;
      if (got.state != IoCount::State::moved) break;
      wrong |= !expects.matches(received, {room, got.bytes});
      received += got.bytes;
    }
  }
  Stream& stream;
  Pattern sends, expects;
  std::uint64_t size, sent = 0, received = 0;
  bool finished = false, ended = false, wrong = false;
};

// Two pumps between two streams, stepped when either is ready.
class Tunnel final : private ReadyListener, private Runnable {
 public:
  Tunnel(Loop& loop, PipePool& pipes, Stream& client, Stream& upstream)
      : loop_(loop),
        up(loop, pipes, client, upstream, Side::client),
        down(loop, pipes, upstream, client, Side::upstream) {
    client.set_listener(this);
    upstream.set_listener(this);
    loop_.run_soon(*this);
  }
  bool open() const { return up.state() == Pump::State::open || down.state() == Pump::State::open; }

 private:
  void on_readable() override { loop_.run_soon(*this); }
  void on_writable() override { loop_.run_soon(*this); }
  void on_hangup() override { loop_.run_soon(*this); }
  void run() override {
    bool more = up.step();
    more |= down.step();
    if (more) loop_.run_next_turn(*this);
  }
  Loop& loop_;

 public:
  Pump up, down;
};

class TcpPumpTest : public ::testing::Test {
 protected:
  // Carries `size` bytes each way at once and checks all of them.
  void carry(Stream& proxy_client, Stream& proxy_upstream, std::uint64_t size) {
    carry(proxy_client, proxy_upstream, size, pipes_);
  }
  void carry(Stream& proxy_client, Stream& proxy_upstream, std::uint64_t size, PipePool& pipes) {
    User client(*client_side_.dialled, 1, 2, size);
    User server(*server_side_.arrived, 2, 1, size / 2);
    Tunnel tunnel(world_.loop, pipes, proxy_client, proxy_upstream);
    ASSERT_TRUE(world_.until(
        [&] {
          client.step();
          server.step();
          return client.ended && server.ended;
        },
        std::chrono::seconds(100)));
    EXPECT_EQ(server.received, size);
    EXPECT_EQ(client.received, size / 2);
    EXPECT_FALSE(client.wrong);
    EXPECT_FALSE(server.wrong);
    EXPECT_EQ(tunnel.up.moved(), size);
    EXPECT_EQ(tunnel.down.moved(), size / 2);
    EXPECT_EQ(tunnel.up.state(), Pump::State::ended);
    EXPECT_EQ(tunnel.down.state(), Pump::State::ended);
  }
  test::RealWorld world_;
  PipePool pipes_;
  TcpPair client_side_{world_}, server_side_{world_};
};

TEST_F(TcpPumpTest, SplicesFiftyMegabytesByteForByte) {
  carry(*client_side_.arrived, *server_side_.dialled, 50'000'000);
  EXPECT_EQ(pipes_.lent(), 0U);
}

TEST_F(TcpPumpTest, CopiesFiftyMegabytesByteForByte) {
  Disguised client(*client_side_.arrived, -1), upstream(*server_side_.dialled, -1);
  carry(client, upstream, 50'000'000);
}

// Sees up to `wants` bytes; whether they were the pattern's from its beginning.
class Onlooker final : public Witness {
 public:
  Onlooker(std::uint64_t seed, std::uint64_t wants) : expects_(seed), wants_(wants) {}
  bool saw(std::string_view bytes) override {
    wrong |= !expects_.matches(seen, bytes);
    called_after_enough |= seen >= wants_;
    seen += bytes.size();
    return seen < wants_;
  }
  std::uint64_t seen = 0;
  bool wrong = false, called_after_enough = false;

 private:
  Pattern expects_;
  std::uint64_t wants_;
};

TEST_F(TcpPumpTest, ShowsAWitnessEachByteUntilItHasSeenEnoughAndSplicesThen) {
  User client(*client_side_.dialled, 1, 2, 20'000'000);
  User server(*server_side_.arrived, 2, 1, 20'000'000);
  Onlooker all(1, UINT64_MAX), some(2, 3'000'000);
  Tunnel tunnel(world_.loop, pipes_, *client_side_.arrived, *server_side_.dialled);
  tunnel.up.show(all);
  tunnel.down.show(some);
  std::size_t lent_while_all_look = 0;
  bool only_what_moved = true;
  ASSERT_TRUE(world_.until(
      [&] {
        client.step();
        server.step();
        only_what_moved &= all.seen == tunnel.up.moved();
        if (some.seen < 3'000'000) lent_while_all_look = std::max(lent_while_all_look, pipes_.lent());
        return client.ended && server.ended;
      },
      std::chrono::seconds(100)));
  EXPECT_FALSE(client.wrong);
  EXPECT_FALSE(server.wrong);
  EXPECT_EQ(all.seen, 20'000'000U);
  EXPECT_TRUE(only_what_moved);
  EXPECT_FALSE(all.wrong);
  EXPECT_GE(some.seen, 3'000'000U);
  EXPECT_LT(some.seen, 4'000'000U);
  EXPECT_FALSE(some.wrong);
  EXPECT_FALSE(some.called_after_enough);
  EXPECT_EQ(lent_while_all_look, 0U);
}

TEST_F(TcpPumpTest, CopiesWhenNoPipeCanBeHad) {
  PipePool none(0);
  carry(*client_side_.arrived, *server_side_.dialled, 20'000'000, none);
}

TEST_F(TcpPumpTest, SplicesFromOneEndAndCopiesFromTheOther) {
  Disguised client(*client_side_.arrived, -1);  // TLS on one side only
  carry(client, *server_side_.dialled, 5'000'000);
}

TEST_F(TcpPumpTest, CarriesAHalfCloseWhileTheOtherWayGoesOn) {
  Tunnel tunnel(world_.loop, pipes_, *client_side_.arrived, *server_side_.dialled);
  User client(*client_side_.dialled, 1, 2, 10);  // sends 10 bytes and FIN, then only reads
  client.step();
  User server(*server_side_.arrived, 2, 1, 3'000'000);
  ASSERT_TRUE(world_.until([&] {
    if (!server.ended) {
      char room[100];
      IoCount got = server.stream.try_read(room);
      server.received += got.state == IoCount::State::moved ? got.bytes : 0;
      server.ended = got.state == IoCount::State::closed;
    }
    return server.ended;
  }));
  EXPECT_EQ(server.received, 10U);
  EXPECT_EQ(tunnel.up.state(), Pump::State::ended);
  EXPECT_EQ(tunnel.down.state(), Pump::State::open);
  ASSERT_TRUE(world_.until([&] {
    server.step();
    client.step();
    return client.ended;
  }));
  EXPECT_EQ(client.received, 3'000'000U);
  EXPECT_FALSE(client.wrong);
}

TEST_F(TcpPumpTest, AResetOfTheSourceFailsOnItsSide) {
  Tunnel tunnel(world_.loop, pipes_, *client_side_.arrived, *server_side_.dialled);
  client_side_.dialled->abort();
  ASSERT_TRUE(world_.until([&] { return tunnel.up.state() == Pump::State::failed; }));
  EXPECT_EQ(tunnel.up.error().side, Side::client);
  EXPECT_EQ(tunnel.up.error().os_errno, ECONNRESET);
}

TEST_F(TcpPumpTest, AResetInTheMiddleOfASpliceFails) {
  User client(*client_side_.dialled, 1, 2, 100'000'000);
  User server(*server_side_.arrived, 2, 1, 0);
  Tunnel tunnel(world_.loop, pipes_, *client_side_.arrived, *server_side_.dialled);
  ASSERT_TRUE(world_.until([&] {
    client.step();
    server.step();
    return server.received > 3'000'000;
  }));
  EXPECT_FALSE(server.wrong);
  server_side_.arrived->abort();
  ASSERT_TRUE(world_.until([&] {
    client.step();
    return tunnel.up.state() == Pump::State::failed;
  }));
  EXPECT_EQ(tunnel.up.error().side, Side::upstream);
}

// Thousands of tunnels that were busy once must not keep two descriptors and a pipe's memory each.
TEST_F(TcpPumpTest, AnIdleTunnelHoldsNoPipe) {
  Tunnel tunnel(world_.loop, pipes_, *client_side_.arrived, *server_side_.dialled);
  std::string chunk(1'000'000, 'x');
  std::size_t sent = 0, received = 0;
  std::size_t lent_most = 0;
  for (int round = 0; round < 3; ++round) {
    std::size_t end = received + chunk.size();
    ASSERT_TRUE(world_.until([&] {
      if (sent < end) {
        iovec piece{chunk.data(), end - sent};
        sent += client_side_.dialled->try_write({&piece, 1}).bytes;
      }
      char room[64 * 1024];
      received += server_side_.arrived->try_read(room).bytes;
      lent_most = std::max(lent_most, pipes_.lent());
      return received == end;
    }));
    int turns = 0;
    ASSERT_TRUE(world_.until([&] { return ++turns > 5; }));
    EXPECT_EQ(pipes_.lent(), 0U);
  }
}

TEST_F(TcpPumpTest, ALimitedPumpTakesExactlyItsBytesAndSendsNoFin) {
  PipePool pool;
  std::string message(700'000, 'm'), next = "next message";
  std::size_t sent = 0;
  std::string all = message + next, received;
  Pump pump(world_.loop, pool, *client_side_.arrived, *server_side_.dialled, Side::client);
  pump.limit(message.size());
  ASSERT_TRUE(world_.until([&] {
    if (sent < all.size()) {
      iovec piece{all.data() + sent, all.size() - sent};
      sent += client_side_.dialled->try_write({&piece, 1}).bytes;
    }
    pump.step();
    char room[64 * 1024];
    IoCount got = server_side_.arrived->try_read(room);
    EXPECT_NE(got.state, IoCount::State::closed);
    received.append(room, got.bytes);
    return pump.state() != Pump::State::open && received.size() >= message.size();
  }));
  EXPECT_EQ(pump.state(), Pump::State::ended);
  EXPECT_EQ(received, message);
  std::string rest(100, '\0');
  ASSERT_TRUE(world_.until([&] { return sent == all.size() && client_side_.arrived->maybe_readable(); }));
  EXPECT_EQ(client_side_.arrived->try_read(rest).bytes, next.size());
}

TEST_F(TcpPumpTest, ALimitedPumpFailsWhenTheSourceEndsEarly) {
  Pump pump(world_.loop, pipes_, *client_side_.arrived, *server_side_.dialled, Side::client);
  pump.limit(1000);
  iovec piece{const_cast<char*>("short"), 5};
  client_side_.dialled->try_write({&piece, 1});
  client_side_.dialled->shutdown_write();
  ASSERT_TRUE(world_.until([&] {
    pump.step();
    return pump.state() != Pump::State::open;
  }));
  EXPECT_EQ(pump.state(), Pump::State::failed);
  EXPECT_EQ(pump.error().side, Side::client);
}

// On memory streams, where capacity is exact.

class MemoryPumpTest : public ::testing::Test {
 protected:
  void open(std::size_t capacity) {
    std::tie(source_, from_) = make_memory_streams(world_.loop, {.capacity = capacity});
    std::tie(to_, sink_) = make_memory_streams(world_.loop, {.capacity = capacity});
    pump_ = std::make_unique<Pump>(world_.loop, pipes_, *from_, *to_, Side::client);
  }
  void source_writes(std::string_view text) {
    iovec piece{const_cast<char*>(text.data()), text.size()};
    ASSERT_EQ(source_->try_write({&piece, 1}).bytes, text.size());
  }
  std::string sink_reads(std::size_t max = 1 << 20) {
    std::string text(max, '\0');
    text.resize(sink_->try_read(text).bytes);
    return text;
  }
  test::ManualWorld world_;
  PipePool pipes_;
  std::unique_ptr<Stream> source_, from_, to_, sink_;
  std::unique_ptr<Pump> pump_;
};

TEST_F(MemoryPumpTest, CopiesWhatIsThere) {
  open(1000);
  source_writes("hello");
  EXPECT_FALSE(pump_->step());
  EXPECT_EQ(sink_reads(), "hello");
  EXPECT_EQ(pump_->moved(), 5U);
  EXPECT_EQ(pump_->state(), Pump::State::open);
}

TEST_F(MemoryPumpTest, SendsFirstWhatWasReadBefore) {
  open(1000);
  pump_->begin_with(Bytes::of_static("first "));
  pump_->begin_with(Bytes());
  source_writes("second");
  pump_->step();
  EXPECT_EQ(sink_reads(), "first second");
  EXPECT_EQ(pump_->moved(), 12U);
}

TEST_F(MemoryPumpTest, StopsReadingWhileTheSinkIsFull) {
  open(100);
  source_writes(std::string(100, 'a'));
  pump_->step();
  source_writes(std::string(100, 'b'));
  pump_->step();  // read, and stuck
  source_writes(std::string(100, 'c'));
  pump_->step();
  EXPECT_FALSE(source_->maybe_writable());  // the source feels it
  EXPECT_EQ(sink_reads(), std::string(100, 'a'));
  pump_->step();
  EXPECT_EQ(sink_reads(), std::string(100, 'b'));
  pump_->step();
  EXPECT_EQ(sink_reads(), std::string(100, 'c'));
}

TEST_F(MemoryPumpTest, CarriesTheFinAfterTheLastByte) {
  open(100);
  source_writes(std::string(100, 'a'));
  pump_->step();
  source_writes("tail");
  source_->shutdown_write();
  pump_->step();
  EXPECT_EQ(pump_->state(), Pump::State::open);  // `tail` waits
  EXPECT_EQ(sink_reads(), std::string(100, 'a'));
  pump_->step();
  EXPECT_EQ(pump_->state(), Pump::State::ended);
  EXPECT_EQ(sink_reads(), "tail");
  char byte;
  EXPECT_EQ(sink_->try_read({&byte, 1}).state, IoCount::State::closed);
  EXPECT_FALSE(pump_->step());
}

TEST_F(MemoryPumpTest, NamesTheSideThatBroke) {
  open(100);
  source_->abort();
  pump_->step();
  EXPECT_EQ(pump_->state(), Pump::State::failed);
  EXPECT_EQ(pump_->error().side, Side::client);

  open(100);
  sink_->abort();
  source_writes("x");
  pump_->step();
  EXPECT_EQ(pump_->state(), Pump::State::failed);
  EXPECT_EQ(pump_->error().side, Side::upstream);
}

TEST_F(MemoryPumpTest, YieldsAfterAStepsWorthAndAsksForMore) {
  open(10'000'000);
  source_writes(std::string(2'000'000, 'x'));
  EXPECT_TRUE(pump_->step());
  EXPECT_LE(pump_->moved(), 512U * 1024);
  EXPECT_GE(pump_->moved(), 128U * 1024);
  int steps = 1;
  while (pump_->step()) ASSERT_LT(++steps, 100);
  EXPECT_EQ(pump_->moved(), 2'000'000U);
}

// Otherwise the lack of pipes would cost a failing system call and a turn of the loop for each 64 KiB.
TEST_F(MemoryPumpTest, MovesAsMuchAStepWhenNoPipeCanBeHad) {
  open(10'000'000);
  Disguised from(*from_, 0), to(*to_, 0);
  PipePool none(0);
  Pump pump(world_.loop, none, from, to, Side::client);
  source_writes(std::string(3'000'000, 'x'));
  int steps = 0;
  while (pump.step()) ASSERT_LT(++steps, 100);
  EXPECT_EQ(pump.moved(), 3'000'000U);
  EXPECT_LE(steps, 14);
}

TEST_F(MemoryPumpTest, AnIdlePumpHoldsNoMemory) {
  open(1'000'000);
  for (int i = 0; i < 10; ++i) {
    source_writes(std::string(1000, 'x'));
    pump_->step();
    sink_reads();
  }
  EXPECT_LE(world_.loop.blocks().in_use(), Block::kLarge);  // the loop's own scratch block
}

}  // namespace
}  // namespace porthole::io
