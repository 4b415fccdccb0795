// See segment.h.
#include "flow/segment.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "flow/checksum.h"

namespace porthole::flow {
namespace {

constexpr std::size_t kWindow = 1 << 20;   // read at once when records are read in order
constexpr std::size_t kAhead = 128 << 10;  // of it, behind the record that is asked for, when they are read backwards
static_assert(kWindow < kRecordMax);

auto failed(int os_errno, const char* what) {
  return fail(Error{.side = Side::us, .os_errno = os_errno, .detail = what});
}

std::uint64_t header_checksum(const SegmentHeader& header) {
  return checksum({reinterpret_cast<const char*>(&header), offsetof(SegmentHeader, checksum)}, 0);
}

std::uint64_t record_checksum(const char* record, std::size_t payload, std::uint64_t seed) {
  std::uint64_t content = checksum({record + sizeof(RecordHeader), payload});
  return checksum({record, offsetof(RecordHeader, checksum)}, seed ^ content);
}

Result<> write_all(int file, const char* data, std::size_t size, ByteCount at) {
  while (size > 0) {
    ssize_t n = ::pwrite(file, data, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed(n < 0 ? errno : EIO, "a segment cannot be written");
    data += n;
    size -= static_cast<std::size_t>(n);
    at += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

Result<SegmentWriter> SegmentWriter::create(const std::string& path, const SegmentHeader& header, ByteCount size) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) return failed(errno, "a segment cannot be created");
  // Where the file system cannot do it the disk may turn out to be full later; flush() says so then.
  if (::fallocate(file.number(), 0, 0, static_cast<off_t>(size)) < 0 && errno != EOPNOTSUPP)
    return failed(errno, "there is no room for a segment");
  SegmentWriter writer(std::move(file), header, size);
  writer.header_.checksum = header_checksum(writer.header_);
  PH_CHECK(write_all(writer.file_.number(), reinterpret_cast<const char*>(&writer.header_), sizeof writer.header_, 0));
  return writer;
}

// The padding at the end of the room is 0; all else in it is the caller's to write.
char* SegmentWriter::room(std::size_t size) {
  if (buffer_.size() < gathered_ + size) buffer_.resize(2 * (gathered_ + size));
  char* place = buffer_.data() + gathered_;
  std::memset(place + size - 8, 0, 8);
  gathered_ += size;
  return place;
}

void SegmentWriter::seal(char* record) {
  RecordHeader header;
  std::memcpy(&header, record, sizeof header);
  std::uint64_t sum = record_checksum(record, header.payload, header_.seed);
  std::memcpy(record + offsetof(RecordHeader, checksum), &sum, sizeof sum);
}

Result<> SegmentWriter::flush() {
  if (gathered_ == 0) return {};
  PH_CHECK(write_all(file_.number(), buffer_.data(), gathered_, written_));
  written_ += std::exchange(gathered_, 0);
  return {};
}

Result<> SegmentWriter::finish() {
  PH_CHECK(flush());
  if (::ftruncate(file_.number(), static_cast<off_t>(written_)) < 0)
    return failed(errno, "a segment cannot be cut to its size");
  return {};
}

Result<SegmentReader> SegmentReader::open(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (file.number() < 0) return failed(errno, "the segment cannot be opened");
  SegmentHeader header;
  ssize_t n = ::pread(file.number(), &header, sizeof header, 0);
  if (n < 0) return failed(errno, "the segment cannot be read");
  bool ours = n == static_cast<ssize_t>(sizeof header) && header.magic == SegmentHeader::kMagic &&
              header.version == SegmentHeader::kVersion && header.byte_order == SegmentHeader::kByteOrder &&
              header.checksum == header_checksum(header);
  bool other = n == static_cast<ssize_t>(sizeof header) && header.magic == SegmentHeader::kMagic &&
               header.version != SegmentHeader::kVersion;
  if (other) return failed(EPROTONOSUPPORT, "this segment is of another version");
  if (!ours) return failed(EPROTO, "this is no segment");
  struct stat facts{};
  SegmentReader reader(std::move(file), header);
  // The copy of a pinned flow is small, and there may be thousands.
  if (::fstat(reader.file_.number(), &facts) == 0)
    reader.window_max_ = std::clamp<std::size_t>(static_cast<std::size_t>(facts.st_size), kAhead, kWindow);
  return reader;
}

std::string_view SegmentReader::bytes(ByteCount offset, std::size_t size) {
  bool inside =
      offset >= window_at_ && offset - window_at_ <= window_size_ && window_size_ - (offset - window_at_) >= size;
  if (!inside) {
    // Who reads from the last record of a flow to its first wants what lies before, next.
    bool backwards = window_size_ > 0 && offset < window_at_ && size <= kAhead;
    ByteCount before = backwards ? std::min<ByteCount>(offset, window_max_ - kAhead) : 0;
    window_.resize(std::max(size, window_max_));
    window_at_ = offset - before;
    window_size_ = 0;
    while (window_size_ < before + size) {
      ssize_t n = ::pread(file_.number(), window_.data() + window_size_, window_.size() - window_size_,
                          static_cast<off_t>(window_at_ + window_size_));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      window_size_ += static_cast<std::size_t>(n);
    }
  }
  std::size_t from = offset - window_at_;
  return {window_.data() + from, std::min(size, window_size_ - std::min(from, window_size_))};
}

std::optional<Record> SegmentReader::at(std::uint32_t offset) {
  if (offset < sizeof(SegmentHeader) || offset % 8 != 0) return std::nullopt;
  std::string_view first = bytes(offset, sizeof(RecordHeader));
  if (first.size() < sizeof(RecordHeader)) return std::nullopt;
  Record record;
  std::memcpy(&record.header, first.data(), sizeof record.header);
  const RecordHeader& header = record.header;
  auto kind = static_cast<std::uint8_t>(header.event.kind);
  bool plausible = header.bytes <= kRecordMax && header.bytes % 8 == 0 && header.bytes >= sizeof(RecordHeader) &&
                   header.payload <= header.bytes - sizeof(RecordHeader) && kind >= 1 && kind <= kEventKinds;
  if (!plausible) return std::nullopt;
  std::string_view all = bytes(offset, header.bytes);
  if (all.size() < header.bytes || header.checksum != record_checksum(all.data(), header.payload, header_.seed))
    return std::nullopt;
  record.at = Position::of(header_.sequence, offset);
  record.payload = all.substr(sizeof(RecordHeader), header.payload);
  return record;
}

std::optional<Record> SegmentReader::next() {
  if (next_ > UINT32_MAX) return std::nullopt;
  auto record = at(static_cast<std::uint32_t>(next_));
  if (record) {
    next_ += record->header.bytes;
  } else {
    window_size_ = 0;  // a writer may be adding to what was read
  }
  return record;
}

}  // namespace porthole::flow
