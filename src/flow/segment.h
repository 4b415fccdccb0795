// Segment: one append-only file of recorded events; docs/formats/segment.md is its format. The segments are the truth of what
// was recorded, all else is derived from them. A file is given its whole size when it begins and may have been another
// segment before: a record counts only when its checksum, which begins with this segment's seed, is right. So the first
// record that is not right is the end, be it torn, stale, never written or broken.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "flow/event.h"

namespace porthole::flow {

struct SegmentHeader {
  static constexpr std::array<char, 8> kMagic = {'P', 'H', 'S', 'E', 'G', 'M', 'N', 'T'};
  static constexpr std::uint32_t kVersion = 2;
  static constexpr std::uint32_t kByteOrder = 0x01020304;  // reads as 0x04030201 where bytes lie the other way

  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t byte_order = kByteOrder;
  std::uint32_t sequence = 0;
  std::uint32_t reserved = 0;
  std::uint64_t seed = 0;  // random
  std::int64_t created = 0;
  std::array<std::uint64_t, 2> unused{};
  std::uint64_t checksum = 0;  // of all before it
};
static_assert(sizeof(SegmentHeader) == 64);

// Where a record lies: segment and offset in one number, so that later records have larger ones. 0 is nowhere.
struct Position {
  std::uint64_t value = 0;
  static Position of(std::uint32_t sequence, std::uint32_t offset) {
    return {static_cast<std::uint64_t>(sequence) << 32 | offset};
  }
  std::uint32_t sequence() const { return static_cast<std::uint32_t>(value >> 32); }
  std::uint32_t offset() const { return static_cast<std::uint32_t>(value); }
  explicit operator bool() const { return value != 0; }
};

struct RecordHeader {
  std::uint32_t bytes = 0;     // of the whole record, a multiple of 8
  std::uint32_t payload = 0;   // bytes behind the header
  std::uint64_t previous = 0;  // Position of the flow's record before this one
  EventHeader event;
  std::uint64_t checksum = 0;  // of the header before it and the payload, seeded
};
static_assert(sizeof(RecordHeader) == 48);

constexpr std::uint32_t kRecordMax = 2 << 20;

// An open descriptor, closed in the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int number() const { return number_; }

 private:
  int number_;
};

// Appends to one segment. Records gather in memory until flush(): the caller says when.
class SegmentWriter {
 public:
  // Takes the file at `path`, which is created or overwritten, and gives it `size` bytes on the disk at once. Error (side = us,
  // os_errno): ENOSPC, or whatever the file system says.
  static Result<SegmentWriter> create(const std::string& path, const SegmentHeader& header, ByteCount size);

  bool fits(std::size_t payload) const { return end_ + whole(payload) <= size_; }
  // `redact` may change the payload where it lies, before its checksum is made. fits() was asked.
  template <class Redact>
  Position append(const EventHeader& event, std::string_view payload, Position previous, Redact&& redact);
  // Hands what has gathered to the kernel. On an error (os_errno) it stays, and may be tried again.
  Result<> flush();
  // Flushes and gives back what was not used of the file.
  Result<> finish();

  ByteCount gathered() const { return gathered_; }
  ByteCount end() const { return end_; }
  ByteCount written() const { return written_; }  // the kernel has what lies before
  const SegmentHeader& header() const { return header_; }

 private:
  SegmentWriter(Descriptor file, const SegmentHeader& header, ByteCount size)
      : file_(std::move(file)), header_(header), size_(size) {}
  static std::size_t whole(std::size_t payload) { return (sizeof(RecordHeader) + payload + 7) & ~std::size_t{7}; }
  void seal(char* record);

  Descriptor file_;
  SegmentHeader header_;
  ByteCount size_;
  ByteCount written_ = sizeof(SegmentHeader);  // the kernel has these
  ByteCount end_ = sizeof(SegmentHeader);      // with what has gathered
  char* room(std::size_t size);
  std::vector<char> buffer_;  // of which `gathered_` bytes count
  std::size_t gathered_ = 0;
};

struct Record {
  RecordHeader header;
  Position at;
  std::string_view payload;  // valid until the reader reads again
};

// Reads one segment, also while it is being written or when it is hostile: bounded memory, nothing unchecked. One per thread.
class SegmentReader {
 public:
  // Error: os_errno; EPROTO when this is no segment, EPROTONOSUPPORT when it is of a version that is not read.
  static Result<SegmentReader> open(const std::string& path);

  const SegmentHeader& header() const { return header_; }
  // The record at an offset; nothing when no whole and right record lies there.
  std::optional<Record> at(std::uint32_t offset);
  // From the first to the last good record, one by one. After nothing was returned, end() tells where the good ones ended.
  std::optional<Record> next();
  ByteCount end() const { return next_; }

 private:
  SegmentReader(Descriptor file, const SegmentHeader& header) : file_(std::move(file)), header_(header) {}
  // `size` bytes at `offset`, or fewer where the file ends.
  std::string_view bytes(ByteCount offset, std::size_t size);

  Descriptor file_;
  SegmentHeader header_;
  ByteCount next_ = sizeof(SegmentHeader);
  std::vector<char> window_;
  ByteCount window_at_ = 0;
  std::size_t window_size_ = 0;
  std::size_t window_max_ = 0;  // what is read at once
};

template <class Redact>
Position SegmentWriter::append(const EventHeader& event, std::string_view payload, Position previous, Redact&& redact) {
  std::size_t size = whole(payload.size());
  RecordHeader header{.bytes = static_cast<std::uint32_t>(size),
                      .payload = static_cast<std::uint32_t>(payload.size()),
                      .previous = previous.value,
                      .event = event};
  char* record = room(size);
  std::memcpy(record, &header, sizeof header);
  char* place = record + sizeof header;
  if (!payload.empty()) std::memcpy(place, payload.data(), payload.size());
  redact(std::span<char>(place, payload.size()));
  seal(record);
  Position at = Position::of(header_.sequence, static_cast<std::uint32_t>(end_));
  end_ += size;
  return at;
}

}  // namespace porthole::flow
