// Segments as files: what was appended is read back, and nothing else ever is.
#include "flow/segment.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace porthole::flow {
namespace {

constexpr auto kPlain = [](std::span<char>) {};

class Segment : public testing::Test {
 protected:
  SegmentWriter create(std::uint32_t sequence, std::uint64_t seed) {
    auto writer = SegmentWriter::create(path_, {.sequence = sequence, .seed = seed}, 1_MiB);
    EXPECT_TRUE(writer.has_value());
    return std::move(*writer);
  }
  std::vector<std::string> payloads() {
    std::vector<std::string> all;
    auto reader = SegmentReader::open(path_);
    if (!reader) return all;
    while (auto record = reader->next()) all.emplace_back(record->payload);
    return all;
  }
  void flip(std::streamoff at) {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }
  test::TemporaryFolder folder_;
  std::string path_ = folder_ / "segment";
};

using Texts = std::vector<std::string>;

TEST_F(Segment, ReadsBackWhatWasAppended) {
  SegmentWriter writer = create(7, 99);
  EventHeader event{.kind = EventKind::note, .flags = 3, .flow = 5, .at = 123};
  Position first = writer.append(event, "one", {}, kPlain);
  Position second = writer.append(event, "", first, kPlain);
  EXPECT_EQ(payloads(), Texts{}) << "nothing reaches the file before flush()";
  ASSERT_TRUE(writer.flush());
  auto reader = SegmentReader::open(path_);
  ASSERT_TRUE(reader);
  EXPECT_EQ(first.sequence(), 7U);
  auto record = reader->at(second.offset());
  ASSERT_TRUE(record);
  EXPECT_EQ(record->header.previous, first.value);
  EXPECT_EQ(record->header.event.flow, 5U);
  EXPECT_EQ(record->header.event.at, 123);
  EXPECT_EQ(record->header.event.flags, 3U);
  EXPECT_EQ(payloads(), (Texts{"one", ""}));
}

TEST_F(Segment, GivesBackUnusedSpaceWhenItIsFinished) {
  SegmentWriter writer = create(1, 1);
  writer.append({.kind = EventKind::note}, "x", {}, kPlain);
  EXPECT_EQ(std::filesystem::file_size(path_), 1_MiB);
  ASSERT_TRUE(writer.finish());
  EXPECT_EQ(std::filesystem::file_size(path_), sizeof(SegmentHeader) + sizeof(RecordHeader) + 8);
  EXPECT_EQ(payloads(), Texts{"x"});
}

TEST_F(Segment, HidesWhatItsFileHeldWhenItWasAnother) {
  SegmentWriter old = create(1, 1);
  for (int i = 0; i < 100; ++i) old.append({.kind = EventKind::note}, "same size", {}, kPlain);
  ASSERT_TRUE(old.flush());
  SegmentWriter fresh = create(2, 2);
  for (int i = 0; i < 3; ++i) fresh.append({.kind = EventKind::note}, "new  size", {}, kPlain);
  ASSERT_TRUE(fresh.flush());
  EXPECT_EQ(payloads(), (Texts{"new  size", "new  size", "new  size"}));
}

// Each bit of the file may be wrong: then the records before it are there, and no wrong one ever is.
TEST_F(Segment, EndsBeforeARecordWithAWrongByteAnywhere) {
  {
    SegmentWriter writer = create(1, 77);
    for (const char* text : {"alpha", "beta", "gamma"}) writer.append({.kind = EventKind::note}, text, {}, kPlain);
    ASSERT_TRUE(writer.finish());
  }
  const Texts whole = {"alpha", "beta", "gamma"};
  ASSERT_EQ(payloads(), whole);
  auto size = static_cast<std::streamoff>(std::filesystem::file_size(path_));
  for (std::streamoff at = 0; at < size; ++at) {
    flip(at);
    Texts seen = payloads();
    ASSERT_LE(seen.size(), whole.size());
    for (std::size_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], whole[i]) << at;
    auto record = static_cast<std::size_t>(at - 64) / 56;
    if (at >= 64) ASSERT_GE(seen.size(), record) << at;
    flip(at);
  }
  ASSERT_EQ(payloads(), whole);
}

TEST_F(Segment, EndsWhereTheFileIsCutOff) {
  {
    SegmentWriter writer = create(1, 77);
    for (int i = 0; i < 4; ++i) writer.append({.kind = EventKind::note}, "12345678", {}, kPlain);
    ASSERT_TRUE(writer.finish());
  }
  for (std::uintmax_t size = std::filesystem::file_size(path_); size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    std::size_t expected = size < 64 ? 0 : (size - 64) / 56;
    ASSERT_EQ(payloads().size(), expected) << size;
  }
}

TEST_F(Segment, IsNotReadWhenItsHeaderIsOfAnotherVersion) {
  create(1, 1);
  flip(8);
  auto reader = SegmentReader::open(path_);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().os_errno, EPROTONOSUPPORT);
  flip(0);
  EXPECT_EQ(SegmentReader::open(path_).error().os_errno, EPROTO);
}

}  // namespace
}  // namespace porthole::flow
