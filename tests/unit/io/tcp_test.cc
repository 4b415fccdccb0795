// TCP over loopback: dialling, accepting, edges remembered, and streams that die in their own callbacks.
#include "io/tcp.h"

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/loops.h"
#include "support/tcp_pair.h"

namespace porthole::io {
namespace {

using std::chrono::seconds;
using test::Accepted;
using test::TcpPair;

const Endpoint kAnyPort = *Endpoint::parse("127.0.0.1:0");

IoCount write(Stream& stream, std::string_view text) {
  iovec piece{const_cast<char*>(text.data()), text.size()};
  return stream.try_write({&piece, 1});
}

struct Listening final : ReadyListener {
  void on_readable() override {
    ++readable;
    if (when_readable) when_readable();
  }
  void on_writable() override {
    ++writable;
    if (when_writable) when_writable();
  }
  void on_hangup() override {
    ++hangup;
    if (when_hangup) when_hangup();
  }
  std::function<void()> when_readable, when_writable, when_hangup;
  int readable = 0, writable = 0, hangup = 0;
};

class TcpTest : public ::testing::Test {
 protected:
  // Reads until `size` bytes are there, or the end.
  std::string read(Stream& stream, std::size_t size) {
    std::string text;
    EXPECT_TRUE(world_.until([&] {
      char room[64 * 1024];
      IoCount got = stream.try_read(room);
      if (got.state == IoCount::State::moved) text.append(room, got.bytes);
      return text.size() >= size || got.state == IoCount::State::closed || got.state == IoCount::State::failed;
    }));
    return text;
  }
  bool reaches(Stream& stream, IoCount::State state) {
    return world_.until([&] {
      char room[1024];
      return stream.try_read(room).state == state;
    });
  }
  void turn(int times) {
    EXPECT_TRUE(world_.until([&times] { return times-- == 0; }));
  }
  test::RealWorld world_;
  TcpNetwork network_{world_.loop};
};

class TcpFamilyTest : public TcpTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(TcpFamilyTest, ConnectsAndCarriesBytesBothWays) {
  TcpPair pair(world_, GetParam());
  EXPECT_EQ(write(*pair.dialled, "ping").bytes, 4U);
  EXPECT_EQ(read(*pair.arrived, 4), "ping");
  EXPECT_EQ(write(*pair.arrived, "pong").bytes, 4U);
  EXPECT_EQ(read(*pair.dialled, 4), "pong");
  EXPECT_EQ(pair.dialled->local(), pair.arrived->peer());
  EXPECT_EQ(pair.dialled->peer(), pair.arrived->local());
}

TEST_P(TcpFamilyTest, CarriesTheHalfCloseAndThenTheOtherHalf) {
  TcpPair pair(world_, GetParam());
  write(*pair.dialled, "last words");
  pair.dialled->shutdown_write();
  EXPECT_EQ(read(*pair.arrived, 10), "last words");
  EXPECT_TRUE(reaches(*pair.arrived, IoCount::State::closed));
  EXPECT_EQ(write(*pair.arrived, "answer").bytes, 6U);
  EXPECT_EQ(read(*pair.dialled, 6), "answer");
  pair.arrived.reset();
  EXPECT_TRUE(reaches(*pair.dialled, IoCount::State::closed));
}

INSTANTIATE_TEST_SUITE_P(Families, TcpFamilyTest, ::testing::Values("127.0.0.1:0", "[::1]:0"));

TEST_F(TcpTest, TellsARefusedConnection) {
  Endpoint nobody;
  {
    auto socket = ListenSocket::open(kAnyPort, true);
    ASSERT_TRUE(socket);
    nobody = socket->local();
  }
  auto stream = network_.connect(nobody);
  ASSERT_TRUE(stream);
  Listening listening;
  int reason = 0;
  listening.when_writable = [&] { reason = (*stream)->connect_errno(); };
  (*stream)->set_listener(&listening);
  EXPECT_TRUE(world_.until([&] { return listening.writable > 0; }));
  EXPECT_EQ(reason, ECONNREFUSED);
}

TEST_F(TcpTest, FailsAtOnceWhereThereIsNoRoute) {
  auto stream = network_.connect(*Endpoint::parse("[fe80::1]:80"));  // link-local without a zone
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().token, Token::destination_ip_unroutable);
  EXPECT_EQ(stream.error().side, Side::upstream);
}

TEST_F(TcpTest, TellsANewListenerWhatIsReadyAlready) {
  TcpPair pair(world_);
  write(*pair.dialled, "x");
  EXPECT_TRUE(world_.until([&] { return pair.arrived->maybe_readable(); }));
  Listening listening;
  pair.arrived->set_listener(&listening);
  EXPECT_EQ(listening.readable, 0);
  EXPECT_TRUE(world_.until([&] { return listening.readable > 0 && listening.writable > 0; }));
}

TEST_F(TcpTest, AShortReadMeansDrained) {
  TcpPair pair(world_);
  write(*pair.dialled, "abc");
  EXPECT_EQ(read(*pair.arrived, 3), "abc");
  EXPECT_TRUE(
      reaches(*pair.arrived, IoCount::State::blocked));  // the edge of the beginning may still have been on its way
  turn(5);
  EXPECT_FALSE(pair.arrived->maybe_readable());
  write(*pair.dialled, "def");
  EXPECT_EQ(read(*pair.arrived, 3), "def");  // a new edge
}

TEST_F(TcpTest, FindsTheEndBehindAShortRead) {
  for (int i = 0; i < 200; ++i) {
    TcpPair pair(world_);
    Listening listening;
    pair.arrived->set_listener(&listening);
    write(*pair.dialled, "abc");
    if (i % 2) pair.dialled->shutdown_write();
    ASSERT_EQ(read(*pair.arrived, 3), "abc");
    if (i % 2 == 0) pair.dialled->shutdown_write();
    ASSERT_TRUE(reaches(*pair.arrived, IoCount::State::closed));
  }
}

// recv() stops at the urgent mark, so a short read there does not mean drained.
TEST_F(TcpTest, UrgentDataDoesNotStallWhatFollowsIt) {
  TcpPair pair(world_);
  Listening listening;
  pair.arrived->set_listener(&listening);
  int descriptor = pair.dialled->descriptor();
  std::string got;
  listening.when_readable = [&] {
    while (pair.arrived->maybe_readable()) {
      char room[1024];
      IoCount read = pair.arrived->try_read(room);
      if (read.state != IoCount::State::moved) break;
      got.append(room, read.bytes);
    }
  };
  write(*pair.dialled, "start ");
  EXPECT_TRUE(world_.until([&] { return got == "start "; }));
  turn(5);  // so that no edge of the beginning is left to help
  ASSERT_EQ(::send(descriptor, "before", 6, 0), 6);
  ASSERT_EQ(::send(descriptor, "!", 1, MSG_OOB), 1);
  ASSERT_EQ(::send(descriptor, "after", 5, 0), 5);
  EXPECT_TRUE(world_.until([&] { return got.find("after") != std::string::npos; }, seconds(5))) << got;
}

TEST_F(TcpTest, StopsWritingWhenThePeerDoesNotReadAndGoesOnLater) {
  TcpPair pair(world_);
  std::string chunk(256 * 1024, 'x');
  std::size_t sent = 0;
  while (pair.dialled->maybe_writable()) sent += write(*pair.dialled, chunk).bytes;
  EXPECT_EQ(write(*pair.dialled, chunk).state, IoCount::State::blocked);
  Listening listening;
  pair.dialled->set_listener(&listening);
  EXPECT_EQ(read(*pair.arrived, sent).size(), sent);
  EXPECT_TRUE(world_.until([&] { return listening.writable > 0; }));
  EXPECT_EQ(write(*pair.dialled, "more").bytes, 4U);
}

TEST_F(TcpTest, WritesManyPiecesInOneCall) {
  TcpPair pair(world_);
  std::string head = "head ", body = "body";
  iovec pieces[] = {{head.data(), head.size()}, {body.data(), body.size()}};
  EXPECT_EQ(pair.dialled->try_write(pieces).bytes, 9U);
  EXPECT_EQ(read(*pair.arrived, 9), "head body");
}

TEST_F(TcpTest, WritingToAClosedPeerIsAnErrorAndNoSignal) {
  TcpPair pair(world_);
  std::signal(SIGPIPE, SIG_DFL);
  pair.arrived.reset();
  std::string piece = "x";
  iovec pieces[] = {{piece.data(), 1}, {piece.data(), 1}};
  EXPECT_TRUE(world_.until([&] { return pair.dialled->try_write(pieces).state == IoCount::State::failed; }));
}

TEST_F(TcpTest, AbortSendsAReset) {
  TcpPair pair(world_);
  Listening listening;
  pair.arrived->set_listener(&listening);
  pair.dialled->abort();
  EXPECT_TRUE(world_.until([&] { return listening.hangup > 0; }));
  EXPECT_EQ(pair.arrived->connect_errno(), ECONNRESET);
  EXPECT_EQ(pair.dialled->descriptor(), -1);
  EXPECT_EQ(write(*pair.dialled, "x").state, IoCount::State::blocked);
}

TEST_F(TcpTest, MayBeDestroyedInEachOfItsCallbacks) {
  for (int which = 0; which < 3; ++which) {
    TcpPair pair(world_);
    Listening listening;
    auto destroy = [&] { pair.arrived.reset(); };
    if (which == 0) listening.when_readable = destroy;
    if (which == 1) listening.when_writable = destroy;
    if (which == 2) listening.when_hangup = destroy;
    pair.arrived->set_listener(&listening);
    write(*pair.dialled, "x");
    if (which == 2) pair.dialled->abort();
    EXPECT_TRUE(world_.until([&] { return !pair.arrived; })) << which;
    turn(3);
  }
}

// Both ends have events in one batch; the first to be told destroys both, as a tunnel does.
TEST_F(TcpTest, MayBeDestroyedWhileItsEventWaitsInTheSameBatch) {
  for (int i = 0; i < 100; ++i) {
    TcpPair first(world_), second(world_);
    Listening a, b;
    auto destroy = [&] {
      first.arrived.reset();
      second.arrived.reset();
    };
    a.when_readable = b.when_readable = destroy;
    first.arrived->set_listener(&a);
    second.arrived->set_listener(&b);
    write(*first.dialled, "x");
    write(*second.dialled, "x");
    turn(4);
    ASSERT_EQ(a.readable + b.readable, 1);
  }
}

TEST_F(TcpTest, AnotherListenerMayTakeOverInsideACallback) {
  TcpPair pair(world_);
  Listening first, second;
  first.when_readable = [&] { pair.arrived->set_listener(&second); };
  pair.arrived->set_listener(&first);
  write(*pair.dialled, "x");
  EXPECT_TRUE(world_.until([&] { return second.readable > 0; }));
  EXPECT_EQ(first.readable, 1);
  EXPECT_EQ(first.writable, 0);
}

// Listening.

TEST_F(TcpTest, TheProbeRefusesAPortThatSomebodyElseHas) {
  auto first = ListenSocket::open(kAnyPort, true);
  ASSERT_TRUE(first);
  auto second = ListenSocket::open(first->local(), true);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().os_errno, EADDRINUSE);
  EXPECT_EQ(second.error().side, Side::us);
}

TEST_F(TcpTest, OurOwnWorkersShareAPort) {
  auto first = ListenSocket::open(kAnyPort, true);
  ASSERT_TRUE(first);
  auto second = ListenSocket::open(first->local(), false);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->local(), first->local());
  Accepted accepted;
  Listener one(world_.loop, std::move(*first), accepted);
  Listener two(world_.loop, std::move(*second), accepted);
  std::vector<std::unique_ptr<Stream>> dialled;
  for (int i = 0; i < 50; ++i) dialled.push_back(std::move(*network_.connect(one.local())));
  EXPECT_TRUE(world_.until([&] { return accepted.streams.size() == 50; }));
}

TEST_F(TcpTest, APortIsFreeAgainAtOnce) {
  Endpoint where;
  {
    auto socket = ListenSocket::open(kAnyPort, true);
    ASSERT_TRUE(socket);
    where = socket->local();
    Accepted accepted;
    Listener listener(world_.loop, std::move(*socket), accepted);
    auto dialled = network_.connect(where);
    ASSERT_TRUE(world_.until([&] { return accepted.streams.size() == 1; }));
    accepted.streams.clear();  // we close first: TIME_WAIT is ours
    ASSERT_TRUE(reaches(**dialled, IoCount::State::closed));
  }
  EXPECT_TRUE(ListenSocket::open(where, true));
}

TEST_F(TcpTest, SaysWhyItCannotListen) {
  auto socket = ListenSocket::open(*Endpoint::parse("192.0.2.1:0"), true);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().os_errno, EADDRNOTAVAIL);
}

TEST_F(TcpTest, AcceptsMoreThanOneTurnTakes) {
  Accepted accepted;
  Listener listener(world_.loop, std::move(*ListenSocket::open(kAnyPort, true)), accepted);
  std::vector<std::unique_ptr<Stream>> dialled;
  for (int i = 0; i < 300; ++i) dialled.push_back(std::move(*network_.connect(listener.local())));
  EXPECT_TRUE(world_.until([&] { return accepted.streams.size() == 300; }));
}

TEST_F(TcpTest, AcceptsNothingWhilePaused) {
  Accepted accepted;
  Listener listener(world_.loop, std::move(*ListenSocket::open(kAnyPort, true)), accepted);
  listener.pause();
  auto dialled = network_.connect(listener.local());
  ASSERT_TRUE(world_.until([&] { return (*dialled)->maybe_writable(); }));  // the kernel took it
  turn(5);
  EXPECT_TRUE(accepted.streams.empty());
  listener.resume();
  EXPECT_TRUE(world_.until([&] { return accepted.streams.size() == 1; }));
}

TEST_F(TcpTest, TakesInWhoeverGotThroughBeforeItCloses) {
  Accepted accepted;
  auto listener = std::make_unique<Listener>(world_.loop, std::move(*ListenSocket::open(kAnyPort, true)), accepted);
  std::vector<std::unique_ptr<Stream>> dialled;
  listener->pause();
  for (int i = 0; i < 100; ++i) dialled.push_back(std::move(*network_.connect(listener->local())));
  ASSERT_TRUE(world_.until([&] { return dialled.back()->maybe_writable(); }));
  listener->resume();
  listener->accept_last();
  listener.reset();
  EXPECT_EQ(accepted.streams.size(), 100U);
}

// Not with the undefined behaviour sanitizer: to look at an object's type it opens a pipe, and calls every object bad when
// there is no descriptor for it. The thread sanitizer's run has this test.
#if !defined(__has_feature) || !__has_feature(undefined_behavior_sanitizer)
// Runs in a process of its own, because descriptors run out in all of it. Its exit code is the step that failed.
[[noreturn]] void run_out_of_descriptors() {
  test::RealWorld world;
  TcpNetwork network(world.loop);
  Accepted accepted;
  Listener listener(world.loop, std::move(*ListenSocket::open(kAnyPort, true)), accepted);
  std::vector<std::unique_ptr<Stream>> dialled;
  for (int i = 0; i < 5; ++i) dialled.push_back(std::move(*network.connect(listener.local())));
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = static_cast<rlim_t>(::dup(0)) + 3;  // two more connections, then none
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (!world.until([&] { return !accepted.paused_with.empty(); })) std::_Exit(2);
  if (accepted.paused_with[0] != EMFILE) std::_Exit(3);
  if (accepted.streams.empty() || accepted.streams.size() >= 5) std::_Exit(4);
  int turns = 0;
  std::size_t pauses = accepted.paused_with.size();
  if (!world.until([&] { return ++turns > 10; })) std::_Exit(5);
  if (accepted.paused_with.size() > pauses + 1) std::_Exit(6);  // it must not spin
  auto refused = network.connect(listener.local());
  if (refused || refused.error().token != Token::connection_limit_reached) std::_Exit(7);
  if (refused.error().side != Side::us) std::_Exit(8);
  limit.rlim_cur += 20;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (!world.until([&] { return accepted.streams.size() == 5; })) std::_Exit(9);
  std::_Exit(0);
}

TEST(ListenerTest, PausesWhenDescriptorsRunOutAndResumesByItself) {
  pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) run_out_of_descriptors();
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "the step of run_out_of_descriptors() that failed";
}
#endif

}  // namespace
}  // namespace porthole::io
