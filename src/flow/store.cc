// See store.h. Sequence numbers only grow, over restarts too, so that a Position is never used twice.
#include "flow/store.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace porthole::flow {
namespace {

constexpr std::string_view kPrefix = "segment-", kCopyPrefix = "pinned-", kSuffix = ".phs";
constexpr std::string_view kIndexPrefix = "index-", kIndexSuffix = ".phi";

auto failed(int os_errno, const char* what) {
  return fail(Error{.side = Side::us, .os_errno = os_errno, .detail = what});
}

std::string name_of(std::string_view prefix, std::uint32_t sequence, std::string_view suffix) {
  char digits[8];
  for (int i = 0; i < 8; ++i) digits[i] = "0123456789abcdef"[sequence >> (28 - 4 * i) & 15];
  return std::string(prefix).append(digits, 8).append(suffix);
}

std::string name_of(std::uint32_t sequence) {
  return name_of((sequence & Store::kCopies) != 0 ? kCopyPrefix : kPrefix, sequence, kSuffix);
}

std::optional<std::uint32_t> sequence_of(std::string_view name, std::string_view prefix) {
  if (name.size() != prefix.size() + 8 + kSuffix.size() || !name.starts_with(prefix) || !name.ends_with(kSuffix))
    return std::nullopt;
  std::uint32_t sequence = 0;
  const char* first = name.data() + prefix.size();
  auto [end, error] = std::from_chars(first, first + 8, sequence, 16);
  if (error != std::errc() || end != first + 8) return std::nullopt;
  return sequence;
}

std::vector<std::uint32_t> sequences_in(const std::string& folder, std::string_view prefix = kPrefix) {
  std::vector<std::uint32_t> found;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (auto sequence = sequence_of(it->path().filename().string(), prefix)) found.push_back(*sequence);
  }
  std::sort(found.begin(), found.end());
  return found;
}

ByteCount size_of(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? static_cast<ByteCount>(status.st_size) : 0;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options, Random& random) {
  StoreOptions used = options;
  used.keep = std::max<ByteCount>(used.keep, 4_MiB);
  used.segment_bytes = std::min(used.segment_bytes, used.keep / 4) & ~ByteCount{4095};
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(used.folder).parent_path(), error);
  if (::mkdir(used.folder.c_str(), 0700) < 0 && errno != EEXIST)
    return failed(errno, "the folder for flows cannot be made");
  Descriptor lock(::open((used.folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.number() < 0) return failed(errno, "the folder for flows cannot be used");
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) < 0) return failed(errno, "another process records there");
  std::unique_ptr<Store> store(new Store(std::move(used), std::move(lock), random));
  PH_CHECK(store->take_stock());
  return store;
}

Store::~Store() {
  if (writer_) (void)writer_->finish();
}

std::string Store::path_in(const std::string& folder, std::uint32_t sequence) {
  return folder + "/" + name_of(sequence);
}

std::string Store::index_path_in(const std::string& folder, std::uint32_t sequence) {
  return folder + "/" + name_of(kIndexPrefix, sequence, kIndexSuffix);
}

std::string Store::path(std::uint32_t sequence) const { return path_in(options_.folder, sequence); }

std::vector<std::string> Store::paths() const {
  std::vector<std::string> paths;
  for (const File& file : files_) paths.push_back(path(file.sequence));
  return paths;
}

std::vector<std::string> Store::paths_in(const std::string& folder) {
  std::vector<std::string> paths;
  for (std::uint32_t sequence : sequences_in(folder)) paths.push_back(folder + "/" + name_of(sequence));
  return paths;
}

std::vector<std::string> Store::copies_in(const std::string& folder) {
  std::vector<std::string> paths;
  for (std::uint32_t sequence : sequences_in(folder, kCopyPrefix)) paths.push_back(path_in(folder, sequence));
  return paths;
}

void Store::clear() {
  writer_.reset();
  for (const File& file : files_) {
    ::unlink(path(file.sequence).c_str());
    ::unlink(index_path_in(options_.folder, file.sequence).c_str());
  }
  files_.clear();
  bytes_ = 0;
}

// What earlier runs left. A file whose header is not its own began when the process died, and holds nothing. The newest may
// end anywhere: it is cut behind its last good record.
Result<> Store::take_stock() {
  std::vector<std::uint32_t> found = sequences_in(options_.folder);
  for (std::uint32_t sequence : found) {
    std::string at = path(sequence);
    auto reader = SegmentReader::open(at);
    if (reader && reader->header().sequence != sequence) reader = failed(EPROTO, "");
    int error = reader ? 0 : reader.error().os_errno;
    if (error == EPROTONOSUPPORT) ++outdated_;
    else if (!reader && error != EPROTO) return std::unexpected(reader.error());
    next_sequence_ = sequence + 1;
    bool empty = !reader;
    if (reader && sequence == found.back()) {
      while (reader->next()) {}
      empty = reader->end() == sizeof(SegmentHeader);
      if (!empty && ::truncate(at.c_str(), static_cast<off_t>(reader->end())) < 0)
        return failed(errno, "a segment cannot be cut to its size");
    }
    if (empty) {
      ::unlink(at.c_str());
      continue;
    }
    files_.push_back({.sequence = sequence, .bytes = size_of(at)});
    bytes_ += files_.back().bytes;
  }
  remove_what_belongs_to_no_segment();
  for (File& file : files_) {
    file.index_bytes = size_of(index_path_in(options_.folder, file.sequence));
    bytes_ += file.index_bytes;
  }
  return {};
}

// Indexes whose segment has gone, and those that were not finished.
void Store::remove_what_belongs_to_no_segment() const {
  std::vector<std::string> extra;
  std::error_code error;
  for (std::filesystem::directory_iterator it(options_.folder, error), end; !error && it != end; it.increment(error)) {
    std::string name = it->path().filename().string();
    if (!name.starts_with(kIndexPrefix)) continue;
    bool ours = std::any_of(files_.begin(), files_.end(), [&](const File& file) {
      return name == name_of(kIndexPrefix, file.sequence, kIndexSuffix);
    });
    if (!ours) extra.push_back(it->path().string());
  }
  for (const std::string& path : extra) ::unlink(path.c_str());
}

Store::File* Store::file(std::uint32_t sequence) {
  auto found = std::lower_bound(files_.begin(), files_.end(), sequence,
                                [](const File& file, std::uint32_t wanted) { return file.sequence < wanted; });
  return found != files_.end() && found->sequence == sequence ? &*found : nullptr;
}

std::optional<std::uint32_t> Store::wants_index(Instant now) const {
  std::size_t finished = files_.size() - (writer_ ? 1 : 0);
  for (std::size_t i = finished; i-- > 0;) {
    if (!files_[i].indexed && now >= files_[i].index_from) return files_[i].sequence;
  }
  return std::nullopt;
}

void Store::forget_oldest() {
  ::unlink(path(files_.front().sequence).c_str());
  ::unlink(index_path_in(options_.folder, files_.front().sequence).c_str());
  bytes_ -= files_.front().bytes + files_.front().index_bytes;
  files_.pop_front();
  ++evicted_;
}

bool Store::grow_index(std::uint32_t sequence, ByteCount bytes) {
  while (bytes_ + bytes > options_.keep && !files_.empty() && files_.front().sequence != sequence) forget_oldest();
  File* grown = file(sequence);
  if (!grown || bytes_ + bytes > options_.keep) return false;
  grown->index_bytes += bytes;
  bytes_ += bytes;
  return true;
}

void Store::index_done(std::uint32_t sequence) {
  if (File* done = file(sequence)) done->indexed = true;
}

void Store::index_dropped(std::uint32_t sequence, Instant again) {
  File* dropped = file(sequence);
  if (!dropped) return;
  bytes_ -= std::exchange(dropped->index_bytes, 0);
  dropped->index_from = again;
}

void Store::pause(const Error& error, Instant now) {
  paused_ = error.os_errno;
  retry_at_ = now + kRetry;
}

void Store::begin_segment(Instant now) {
  if (writer_) {
    if (auto done = writer_->flush(); !done) return pause(done.error(), now);
    writer_.reset();
    files_.back().index_from = now + kIndexAfter;
  }
  // Room under the ceiling: the oldest goes. Its file becomes the new one: the disk need not find room again, and memory holds
  // its pages, which cost more to be had anew than to be written. So the room for an index is made now, too.
  std::string fresh = path(next_sequence_);
  ByteCount needed = options_.segment_bytes + options_.segment_bytes / kIndexPart;
  while (!files_.empty() && bytes_ + needed > options_.keep) {
    const File& oldest = files_.front();
    ByteCount left = bytes_ - oldest.bytes - oldest.index_bytes;
    bool last = left + needed <= options_.keep;
    if (last && oldest.bytes == options_.segment_bytes) (void)::rename(path(oldest.sequence).c_str(), fresh.c_str());
    forget_oldest();
  }
  SegmentHeader header{.sequence = next_sequence_, .seed = random_.next(), .created = now.time_since_epoch().count()};
  auto writer = SegmentWriter::create(fresh, header, options_.segment_bytes);
  if (!writer) {
    ::unlink(fresh.c_str());
    return pause(writer.error(), now);
  }
  writer_.emplace(std::move(*writer));
  files_.push_back({.sequence = next_sequence_++, .bytes = options_.segment_bytes});
  bytes_ += options_.segment_bytes;
}

Position Store::append(const EventHeader& event, std::string_view payload, Position previous, const Redactor& redactor,
                       Instant now) {
  if (paused_ != 0) return {};
  if (sizeof(RecordHeader) + payload.size() + 8 > std::min<ByteCount>(kRecordMax, options_.segment_bytes / 2))
    return {};
  if (!writer_ || !writer_->fits(payload.size())) begin_segment(now);
  if (paused_ != 0) return {};
  Position at = writer_->append(event, payload, previous,
                                [&](std::span<char> copy) { redactor.redact(event.kind, copy, event.flags); });
  if (writer_->gathered() >= kFlushBytes) flush(now);
  return at;
}

const char* Store::words_for(int paused) {
  return paused == EAGAIN ? "another running proxy records in this folder" : std::strerror(paused);
}

Position Store::written() const {
  if (!writer_) return Position::of(next_sequence_, 0);
  return Position::of(writer_->header().sequence, static_cast<std::uint32_t>(writer_->written()));
}

void Store::flush(Instant now) {
  if (paused_ != 0 && now < retry_at_) return;
  bool was_paused = std::exchange(paused_, 0) != 0;
  if (writer_) {
    if (auto done = writer_->flush(); !done) return pause(done.error(), now);
  }
  if (was_paused && (!writer_ || !writer_->fits(kRecordMax / 4))) begin_segment(now);
}

}  // namespace porthole::flow
