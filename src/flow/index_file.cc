// See index_file.h.
#include "flow/index_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/checksum.h"

namespace porthole::flow {
namespace {

constexpr std::string_view kUnfinished = ".new";

auto failed(int os_errno) {
  return fail(Error{.side = Side::us, .os_errno = os_errno, .detail = "an index cannot be written"});
}

template <class Value>
std::string_view octets(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

std::uint64_t header_checksum(const IndexHeader& header) {
  return checksum({reinterpret_cast<const char*>(&header), offsetof(IndexHeader, checksum)}, 0);
}

std::size_t pages_of(std::uint64_t rows) { return (rows + kIdsInPage - 1) / kIdsInPage; }

}  // namespace

IndexWriter::IndexWriter(std::string path, Descriptor file, const SegmentHeader& segment)
    : path_(std::move(path)), file_(std::move(file)) {
  header_.sequence = segment.sequence;
  header_.seed = segment.seed;
}

Result<IndexWriter> IndexWriter::create(std::string path, const SegmentHeader& segment) {
  std::string unfinished = path + std::string(kUnfinished);
  ::unlink(unfinished.c_str());
  Descriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) return failed(errno);
  return IndexWriter(std::move(path), std::move(file), segment);
}

IndexWriter::~IndexWriter() {
  if (file_.number() >= 0) ::unlink((path_ + std::string(kUnfinished)).c_str());
}

Result<> IndexWriter::put(const void* data, std::size_t size, ByteCount at) {
  const char* from = static_cast<const char*>(data);
  while (size > 0) {
    ssize_t n = ::pwrite(file_.number(), from, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return failed(n < 0 ? errno : EIO);
    from += n;
    size -= static_cast<std::size_t>(n);
    at += static_cast<std::size_t>(n);
  }
  return {};
}

Result<> IndexWriter::add(const RowBlock& block) {
  std::string_view bytes = block.bytes();
  PH_CHECK(put(bytes.data(), bytes.size(), end_));
  blocks_.push_back(
      {.at = end_, .bytes = static_cast<std::uint32_t>(bytes.size()), .checksum = checksum(bytes, header_.seed)});
  end_ += bytes.size();
  for (std::size_t i = 0; i < block.size(); ++i) {
    RowHeader row = block.header(i);
    ids_.push_back({.flow = row.flow, .offset = row.offset});
  }
  return {};
}

ByteCount IndexWriter::rest() const {
  return ids_.size() * sizeof(IdEntry) + blocks_.size() * sizeof(BlockEntry) +
         pages_of(ids_.size()) * sizeof(PageEntry);
}

Result<> IndexWriter::finish() {
  std::sort(ids_.begin(), ids_.end());
  std::string_view ids = octets(ids_);
  std::vector<PageEntry> pages;
  for (std::size_t i = 0; i < ids_.size(); i += kIdsInPage) {
    std::string_view page = ids.substr(i * sizeof(IdEntry), kIdsInPage * sizeof(IdEntry));
    pages.push_back({.first = ids_[i].flow, .checksum = checksum(page, header_.seed)});
  }
  header_.blocks = static_cast<std::uint32_t>(blocks_.size());
  header_.rows = ids_.size();
  header_.ids_at = end_;
  header_.directory_at = end_ + ids.size();
  std::string directory(octets(blocks_));
  directory += octets(pages);
  header_.directory_checksum = checksum(directory, header_.seed);
  header_.checksum = header_checksum(header_);
  PH_CHECK(put(ids.data(), ids.size(), header_.ids_at));
  PH_CHECK(put(directory.data(), directory.size(), header_.directory_at));
  PH_CHECK(put(&header_, sizeof header_, 0));
  if (::rename((path_ + std::string(kUnfinished)).c_str(), path_.c_str()) < 0) return failed(errno);
  file_ = Descriptor();
  return {};
}

bool IndexFile::get(void* data, std::size_t size, ByteCount at) const {
  char* to = static_cast<char*>(data);
  while (size > 0) {
    ssize_t n = ::pread(file_.number(), to, size, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    size -= static_cast<std::size_t>(n);
    at += static_cast<std::size_t>(n);
  }
  return true;
}

std::optional<IndexFile> IndexFile::open(const std::string& path, const SegmentHeader& segment) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat status{};
  if (file.number() < 0 || ::fstat(file.number(), &status) < 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  auto size = static_cast<ByteCount>(status.st_size);
  IndexFile index(std::move(file), {});
  IndexHeader& header = index.header_;
  if (!index.get(&header, sizeof header, 0) || header.magic != IndexHeader::kMagic ||
      header.version != IndexHeader::kVersion || header.byte_order != SegmentHeader::kByteOrder ||
      header.checksum != header_checksum(header) || header.sequence != segment.sequence || header.seed != segment.seed)
    return std::nullopt;
  if (header.directory_at > size || size - header.directory_at > kDirectoryMax || header.ids_at > header.directory_at ||
      header.rows != (header.directory_at - header.ids_at) / sizeof(IdEntry))
    return std::nullopt;
  std::size_t pages = pages_of(header.rows);
  std::size_t block_bytes = header.blocks * sizeof(BlockEntry), page_bytes = pages * sizeof(PageEntry);
  if (size - header.directory_at != block_bytes + page_bytes) return std::nullopt;
  std::string directory(block_bytes + page_bytes, '\0');
  if (!index.get(directory.data(), directory.size(), header.directory_at) ||
      checksum(directory, header.seed) != header.directory_checksum)
    return std::nullopt;
  index.blocks_.resize(header.blocks);
  index.pages_.resize(pages);
  if (block_bytes > 0) std::memcpy(index.blocks_.data(), directory.data(), block_bytes);
  if (page_bytes > 0) std::memcpy(index.pages_.data(), directory.data() + block_bytes, page_bytes);
  return index;
}

std::optional<RowBlock> IndexFile::block(std::size_t i) const {
  const BlockEntry& entry = blocks_[i];
  if (entry.bytes > kBlockMax) return std::nullopt;
  std::vector<char> bytes(entry.bytes);
  if (!get(bytes.data(), bytes.size(), entry.at) || checksum(octets(bytes), header_.seed) != entry.checksum)
    return std::nullopt;
  return RowBlock(std::move(bytes));
}

std::optional<Position> IndexFile::find(FlowId flow) const {
  auto page = std::upper_bound(pages_.begin(), pages_.end(), flow.value,
                               [](std::uint64_t id, const PageEntry& entry) { return id < entry.first; });
  if (page == pages_.begin()) return Position{};
  --page;
  std::size_t first = static_cast<std::size_t>(page - pages_.begin()) * kIdsInPage;
  std::vector<IdEntry> ids(std::min(kIdsInPage, header_.rows - first));
  if (!get(ids.data(), ids.size() * sizeof(IdEntry), header_.ids_at + first * sizeof(IdEntry)) ||
      checksum(octets(ids), header_.seed) != page->checksum)
    return std::nullopt;
  auto found = std::upper_bound(ids.begin(), ids.end(), flow.value,
                                [](std::uint64_t id, const IdEntry& entry) { return id < entry.flow; });
  if (found == ids.begin() || (--found)->flow != flow.value) return Position{};
  return Position::of(header_.sequence, found->offset);
}

}  // namespace porthole::flow
