// See indexer.h.
#include "flow/indexer.h"

#include <utility>

#include <unistd.h>

namespace porthole::flow {

void Indexer::step(Store& store, Instant now) {
  if (!segment_) {
    auto wanted = store.wants_index(now);
    if (wanted) begin(store, *wanted, now);
  } else if (old_) {
    check(store, now);
  } else {
    build(store, now);
  }
}

void Indexer::stop() {
  segment_.reset();
  old_.reset();
  made_.reset();
  rows_ = {};
}

void Indexer::give_up(Store& store, Instant again) {
  stop();
  store.index_dropped(sequence_, again);
}

void Indexer::begin(Store& store, std::uint32_t sequence, Instant now) {
  sequence_ = sequence;
  auto segment = SegmentReader::open(Store::path_in(store.folder(), sequence));
  if (!segment) return give_up(store, now + kRetry);
  segment_ = std::move(*segment);
  std::string path = Store::index_path_in(store.folder(), sequence);
  checked_ = 0;
  old_ = IndexFile::open(path, segment_->header());
  if (old_) return;
  ::unlink(path.c_str());
  store.index_dropped(sequence, now);
  auto made = IndexWriter::create(std::move(path), segment_->header());
  if (!made || !store.grow_index(sequence, sizeof(IndexHeader))) return give_up(store, now + kRetry);
  made_.emplace(std::move(*made));
}

void Indexer::check(Store& store, Instant now) {
  if (checked_ == old_->blocks()) {
    stop();
    return store.index_done(sequence_);
  }
  if (old_->block(checked_++)) return;
  ::unlink(Store::index_path_in(store.folder(), sequence_).c_str());
  give_up(store, now);
}

void Indexer::build(Store& store, Instant now) {
  ByteCount begun = segment_->end();
  while (segment_->end() - begun < kStepBytes) {
    auto record = segment_->next();
    if (record) {
      rows_.take(*record);
      continue;
    }
    rows_.finish();
    if (!write(store, true)) return give_up(store, now + kRetry);
    stop();
    return store.index_done(sequence_);
  }
  if (!write(store, false)) give_up(store, now + kRetry);
}

bool Indexer::write(Store& store, bool last) {
  for (const RowBlock& block : rows_.blocks()) {
    if (!store.grow_index(sequence_, block.bytes().size()) || !made_->add(block)) return false;
  }
  return !last || (store.grow_index(sequence_, made_->rest()) && made_->finish());
}

}  // namespace porthole::flow
