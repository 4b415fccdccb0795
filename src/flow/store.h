// Store: a folder of segments with a ceiling. Events go in at the newest; when there is no room the oldest goes, and its file
// becomes the newest. A disk that is full pauses recording until it takes a segment again; nobody else notices. An index lies
// beside its segment, counts below the ceiling and goes with it. One Store per folder, also between processes. Not here: what
// the events mean (recorder.h), and how an index is made (indexer.h).
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/random.h"
#include "flow/redactor.h"
#include "flow/segment.h"

namespace porthole::flow {

struct StoreOptions {
  std::string folder;
  ByteCount keep = 1_GiB;            // on the disk, all files together; at least four segments of 1 MiB
  ByteCount segment_bytes = 64_MiB;  // at most a quarter of `keep` is taken
  bool operator==(const StoreOptions&) const = default;
};

class Store {
 public:
  static constexpr ByteCount kGatherMax = 4_MiB;  // in memory while the disk does not take them
  // Gathered before they are handed to the kernel without being told: what it copies still lies in the processor's cache.
  static constexpr ByteCount kFlushBytes = 128_KiB;
  static constexpr Duration kRetry = std::chrono::seconds(1);
  static constexpr ByteCount kIndexPart = 4;  // a segment of small flows has an index of a quarter of its size

  // Makes the folder (0700) and takes it for itself. What earlier runs left is kept, up to its last good record.
  // Error (side = us, os_errno): EWOULDBLOCK when another process records there.
  static Result<std::unique_ptr<Store>> open(const StoreOptions& options, Random& random);
  // Writes what has gathered and gives back unused space.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Nowhere while recording is paused. In memory until flush(), which comes by itself when kFlushBytes have gathered.
  Position append(const EventHeader& event, std::string_view payload, Position previous, const Redactor& redactor,
                  Instant now);
  void flush(Instant now);

  // Where the next record would lie if all that gathered were on the disk already: what lies before can be read.
  Position written() const;
  // 0, or the errno for which recording is paused.
  int paused() const { return paused_; }
  // What that means, one clause.
  static const char* words_for(int paused);
  ByteCount bytes() const { return bytes_; }  // on the disk, unused space and indexes included
  std::size_t segments() const { return files_.size(); }
  std::uint64_t evicted() const { return evicted_; }
  // Segments of another version that were there when it was opened: they were removed.
  std::size_t outdated() const { return outdated_; }
  // Oldest first: for readers, which open them by themselves.
  std::vector<std::string> paths() const;
  // The segments of a folder in which this or another process may be recording, oldest first.
  static std::vector<std::string> paths_in(const std::string& folder);
  // Of a segment, or of the copy of a pinned flow: their numbers have kCopies.
  static std::string path_in(const std::string& folder, std::uint32_t sequence);
  static constexpr std::uint32_t kCopies = 0x8000'0000;
  static std::vector<std::string> copies_in(const std::string& folder);
  static std::string index_path_in(const std::string& folder, std::uint32_t sequence);

  // Of the segment that is being written; null when there is none. Until the next append().
  const SegmentHeader* writing() const { return writer_ ? &writer_->header() : nullptr; }
  // The newest finished segment without index: of an earlier run, or one whose index failed while it was written, kIndexAfter
  // later, as of a store that is overrun the oldest go soon. Nothing when there is none.
  static constexpr Duration kIndexAfter = std::chrono::seconds(10);
  std::optional<std::uint32_t> wants_index(Instant now) const;
  // Makes room below the ceiling for so many more bytes of that segment's index: the oldest segments go. False when the
  // segment itself is not there any more, or would be the next to go.
  bool grow_index(std::uint32_t sequence, ByteCount bytes);
  // It has one now; or what was written of it is gone, and it wants one again from `again` on.
  void index_done(std::uint32_t sequence);
  void index_dropped(std::uint32_t sequence, Instant again);
  const std::string& folder() const { return options_.folder; }
  // Forgets everything but the copies.
  void clear();

 private:
  struct File {
    std::uint32_t sequence;
    ByteCount bytes;
    ByteCount index_bytes = 0;
    bool indexed = false;
    Instant index_from{};  // not before
  };
  Store(StoreOptions options, Descriptor lock, Random& random)
      : options_(std::move(options)), lock_(std::move(lock)), random_(random) {}
  Result<> take_stock();
  void remove_what_belongs_to_no_segment() const;
  void begin_segment(Instant now);
  void forget_oldest();
  File* file(std::uint32_t sequence);
  void pause(const Error& error, Instant now);
  std::string path(std::uint32_t sequence) const;

  StoreOptions options_;
  Descriptor lock_;
  Random& random_;
  std::deque<File> files_;  // oldest first; the last is the writer's, when there is one
  std::optional<SegmentWriter> writer_;
  std::uint32_t next_sequence_ = 1;
  ByteCount bytes_ = 0;
  std::uint64_t evicted_ = 0;
  std::size_t outdated_ = 0;
  int paused_ = 0;
  Instant retry_at_{};
};

}  // namespace porthole::flow
