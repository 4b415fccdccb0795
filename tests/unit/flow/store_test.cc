// The folder of segments: its ceiling, a full disk, another process, and death at any moment.
#include "flow/store.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temporary_folder.h"

namespace porthole::flow {
namespace {

using namespace std::chrono_literals;

class StoreFolder : public testing::Test {
 protected:
  std::unique_ptr<Store> open() {
    auto store = Store::open(options_, random_);
    EXPECT_TRUE(store.has_value()) << std::strerror(store.error().os_errno);
    return store ? std::move(*store) : nullptr;
  }
  Position put(Store& store, std::uint64_t flow, std::size_t size = 1000) {
    return store.append({.kind = EventKind::note, .flow = flow}, std::string(size, 'p'), {}, none_, now_);
  }
  // The flows of all records, oldest first.
  std::vector<std::uint64_t> flows() {
    std::vector<std::uint64_t> all;
    for (const std::string& path : Store::paths_in(options_.folder)) {
      auto reader = SegmentReader::open(path);
      if (!reader) continue;
      while (auto record = reader->next()) all.push_back(record->header.event.flow);
    }
    return all;
  }
  ByteCount on_disk() {
    ByteCount bytes = 0;
    for (const std::string& path : Store::paths_in(options_.folder)) bytes += std::filesystem::file_size(path);
    return bytes;
  }
  test::TemporaryFolder folder_;
  StoreOptions options_{.folder = folder_ / "state/flows", .keep = 4_MiB, .segment_bytes = 1_MiB};
  SeededRandom random_{5};
  Redactor none_{{}};
  Instant now_{1h};
};

TEST_F(StoreFolder, KeepsTheNewestBelowItsCeiling) {
  auto store = open();
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    ASSERT_TRUE(put(*store, i));
    if (i % 1000 == 0) {
      store->flush(now_);
      ASSERT_LE(on_disk(), 4_MiB);
    }
  }
  store->flush(now_);
  auto kept = flows();
  ASSERT_GT(kept.size(), 2800U);
  for (std::size_t i = 0; i < kept.size(); ++i) ASSERT_EQ(kept[i], 20'000 - kept.size() + 1 + i);
  EXPECT_GT(store->evicted(), 15U);
}

TEST_F(StoreFolder, IsForItsOwnerAlone) {
  auto store = open();
  put(*store, 1);
  struct stat status{};
  ASSERT_EQ(::stat(options_.folder.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
  ASSERT_EQ(::stat(store->paths()[0].c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(StoreFolder, BelongsToOneProcessAtATime) {
  auto store = open();
  auto second = Store::open(options_, random_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().os_errno, EWOULDBLOCK);
  store.reset();
  EXPECT_TRUE(Store::open(options_, random_));
}

TEST_F(StoreFolder, GoesOnAfterARestartWithNewPositions) {
  Position before;
  for (int run = 0; run < 3; ++run) {
    auto store = open();
    Position at = put(*store, static_cast<std::uint64_t>(run));
    EXPECT_GT(at.value, before.value);
    before = at;
  }
  EXPECT_EQ(flows(), (std::vector<std::uint64_t>{0, 1, 2}));
  EXPECT_LT(on_disk(), 8_KiB) << "a run that ended keeps no space that it did not use";
}

// A limit of the process on the size of files stands in for the disk: the kernel refuses in the same calls.
TEST_F(StoreFolder, CountsWhatAnotherVersionLeftAndBeginsAnew) {
  {
    auto store = open();
    ASSERT_TRUE(put(*store, 1));
    store->flush(now_);
  }
  std::string path = Store::paths_in(options_.folder).at(0);
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(8).put('\x7f');
  auto store = open();
  EXPECT_EQ(store->outdated(), 1U);
  EXPECT_TRUE(flows().empty());
  ASSERT_TRUE(put(*store, 2));
  store.reset();
  EXPECT_EQ(open()->outdated(), 0U);
}

TEST_F(StoreFolder, PausesWhileTheDiskIsFullAndGoesOnByItself) {
  auto store = open();
  put(*store, 1);
  store->flush(now_);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small{.rlim_cur = 4096, .rlim_max = before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  for (std::uint64_t i = 2; i < 2000; ++i) put(*store, i);
  store->flush(now_);
  EXPECT_EQ(store->paused(), EFBIG);
  EXPECT_FALSE(put(*store, 5000));
  store->flush(now_ + 100ms);
  EXPECT_EQ(store->paused(), EFBIG) << "it asks once a second";
  ::setrlimit(RLIMIT_FSIZE, &before);
  store->flush(now_ + 2s);
  EXPECT_EQ(store->paused(), 0);
  EXPECT_TRUE(put(*store, 6000));
  store->flush(now_ + 2s);
  auto kept = flows();
  EXPECT_EQ(kept.front(), 1U);
  EXPECT_EQ(kept.back(), 6000U);
  EXPECT_EQ(std::count(kept.begin(), kept.end(), 5000U), 0);
}

// The child appends and, every so often, hands over and says through a pipe how far it is. Killed at a random moment: what it
// said is there, in order and whole.
TEST_F(StoreFolder, LosesNothingHandedOverWhenItIsKilledTenTimes) {
  options_.keep = 64_MiB;
  std::uint64_t said = 0;
  for (int round = 0; round < 10; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      SystemRandom random;
      auto store = Store::open(options_, random);
      if (!store) ::_exit(1);
      for (std::uint64_t flow = said + 1;; ++flow) {
        (*store)->append({.kind = EventKind::note, .flow = flow}, std::string(flow % 3000, 'p'), {}, none_, now_);
        if (flow % 7 != 0) continue;
        (*store)->flush(now_);
        if (::write(ends[1], &flow, sizeof flow) != sizeof flow) ::_exit(1);
      }
    }
    ::close(ends[1]);
    pollfd first{ends[0], POLLIN, 0};
    ASSERT_EQ(::poll(&first, 1, 30'000), 1) << "the child says nothing";
    ::poll(nullptr, 0, static_cast<int>(random_.below(60)));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the store did not open";
    std::uint64_t flow = 0;
    while (::read(ends[0], &flow, sizeof flow) == sizeof flow) said = flow;
    ::close(ends[0]);
    ASSERT_TRUE(open());
    auto kept = flows();
    ASSERT_FALSE(kept.empty());
    for (std::size_t i = 1; i < kept.size(); ++i) ASSERT_EQ(kept[i], kept[i - 1] + 1);
    ASSERT_GE(kept.back(), said) << "round " << round;
    said = kept.back();
  }
  EXPECT_GE(said, 70U);
}

}  // namespace
}  // namespace porthole::flow
