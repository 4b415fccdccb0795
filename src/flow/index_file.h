// Index file: what searches and look-ups need of one finished segment, in a quarter of its bytes: a row for each flow that
// ended in it, and where each flow id is. docs/formats/index.md is its format. Derived, never trusted: what is missing, older,
// broken, or of another segment is as if it were not there, and the segment is read instead.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "flow/row_blocks.h"

namespace porthole::flow {

struct IndexHeader {
  static constexpr std::array<char, 8> kMagic = {'P', 'H', 'I', 'N', 'D', 'E', 'X', '\n'};
  static constexpr std::uint32_t kVersion = 2;

  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t byte_order = SegmentHeader::kByteOrder;
  std::uint32_t sequence = 0;  // of the segment
  std::uint32_t blocks = 0;
  std::uint64_t seed = 0;  // of the segment
  std::uint64_t rows = 0;
  std::uint64_t ids_at = 0;              // offset, behind the blocks
  std::uint64_t directory_at = 0;        // offset, behind the ids
  std::uint64_t directory_checksum = 0;  // with the seed
  std::uint64_t checksum = 0;            // of all before it, with seed 0
};
static_assert(sizeof(IndexHeader) == 72);

// Where a flow's last record is. Sorted by flow; kIdsInPage of them have one checksum.
struct IdEntry {
  std::uint64_t flow = 0;
  std::uint32_t offset = 0;
  std::uint32_t zero = 0;
  auto operator<=>(const IdEntry&) const = default;
};
static_assert(sizeof(IdEntry) == 16);
constexpr std::size_t kIdsInPage = 256;

struct BlockEntry {
  std::uint64_t at = 0;
  std::uint32_t bytes = 0;
  std::uint32_t zero = 0;
  std::uint64_t checksum = 0;
};

struct PageEntry {
  std::uint64_t first = 0;  // the smallest flow id in it
  std::uint64_t checksum = 0;
};

// Writes one, under another name until it is whole. Dropped before finish() it leaves nothing.
class IndexWriter {
 public:
  // Error (side = us, os_errno).
  static Result<IndexWriter> create(std::string path, const SegmentHeader& segment);
  IndexWriter(IndexWriter&&) = default;
  ~IndexWriter();

  Result<> add(const RowBlock& block);
  // How many bytes finish() will write.
  ByteCount rest() const;
  Result<> finish();

 private:
  IndexWriter(std::string path, Descriptor file, const SegmentHeader& segment);
  Result<> put(const void* data, std::size_t size, ByteCount at);

  std::string path_;
  Descriptor file_;
  IndexHeader header_;
  ByteCount end_ = sizeof(IndexHeader);
  std::vector<BlockEntry> blocks_;
  std::vector<IdEntry> ids_;
};

class IndexFile {
 public:
  static constexpr ByteCount kDirectoryMax = 16_MiB;
  static constexpr ByteCount kBlockMax = RowGatherer::kBlockBytes + kRecordMax;

  // Nothing when there is none that can be used for this segment.
  static std::optional<IndexFile> open(const std::string& path, const SegmentHeader& segment);

  std::size_t blocks() const { return blocks_.size(); }
  std::size_t rows() const { return header_.rows; }
  // The oldest is 0. Nothing when it is broken.
  std::optional<RowBlock> block(std::size_t i) const;
  // Nowhere when that flow did not end in the segment; nothing when what would tell is broken.
  std::optional<Position> find(FlowId flow) const;

 private:
  IndexFile(Descriptor file, const IndexHeader& header) : file_(std::move(file)), header_(header) {}
  bool get(void* data, std::size_t size, ByteCount at) const;

  Descriptor file_;
  IndexHeader header_;
  std::vector<BlockEntry> blocks_;
  std::vector<PageEntry> pages_;
};

}  // namespace porthole::flow
