// See indexer.h.
#include "flow/indexer.h"

#include <utility>

#include <unistd.h>

namespace porthole::flow {

bool Indexer::Making::write(Store& store, bool last) {
  if (last) rows.finish();
  for (const RowBlock& block : rows.blocks()) {
    if (!store.grow_index(sequence, block.bytes().size()) || !file.add(block)) return false;
  }
  return !last || (store.grow_index(sequence, file.rest()) && file.finish());
}

void Indexer::make(std::optional<Making>& made, Store& store, const SegmentHeader& segment, Instant now) {
  auto file = IndexWriter::create(Store::index_path_in(store.folder(), segment.sequence), segment);
  if (file && store.grow_index(segment.sequence, sizeof(IndexHeader)))
    made.emplace(Making{.sequence = segment.sequence, .file = std::move(*file)});
  else store.index_dropped(segment.sequence, now + kRetry);
}

void Indexer::add(Store& store, const Record& end, Instant now) {
  std::uint32_t sequence = end.at.sequence();
  if (live_ && live_->sequence != sequence) end_live(store, now);
  // One that failed is not begun again in the middle: it will be read.
  if (live_began_ != sequence && store.writing()) {
    live_began_ = sequence;
    make(live_, store, *store.writing(), now);
  }
  if (!live_) return;
  live_->rows.take(end);
  if (live_->write(store, false)) return;
  live_.reset();
  store.index_dropped(sequence, now + kRetry);
}

void Indexer::end_live(Store& store, Instant now) {
  bool good = live_->write(store, true);
  std::uint32_t sequence = live_->sequence;
  live_.reset();
  if (good) store.index_done(sequence);
  else store.index_dropped(sequence, now + kRetry);
}

void Indexer::step(Store& store, Instant now) {
  if (live_ && (!store.writing() || store.writing()->sequence != live_->sequence)) {
    end_live(store, now);
  } else if (!segment_) {
    auto wanted = store.wants_index(now);
    if (wanted) begin(store, *wanted, now);
  } else if (old_) {
    check(store, now);
  } else {
    build(store, now);
  }
}

void Indexer::stop() {
  live_.reset();
  leave();
}

void Indexer::leave() {
  segment_.reset();
  old_.reset();
  made_.reset();
}

void Indexer::give_up(Store& store, Instant again) {
  leave();
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
  make(made_, store, segment_->header(), now);
  if (!made_) leave();
}

void Indexer::check(Store& store, Instant now) {
  if (checked_ == old_->blocks()) {
    leave();
    return store.index_done(sequence_);
  }
  if (old_->block(checked_++)) return;
  ::unlink(Store::index_path_in(store.folder(), sequence_).c_str());
  give_up(store, now);
}

void Indexer::build(Store& store, Instant now) {
  ByteCount begun = segment_->end();
  bool more = true;
  while (more && segment_->end() - begun < kStepBytes) {
    auto record = segment_->next();
    if (record) made_->rows.take(*record);
    else more = false;
  }
  if (!made_->write(store, !more)) return give_up(store, now + kRetry);
  if (more) return;
  leave();
  store.index_done(sequence_);
}

}  // namespace porthole::flow
