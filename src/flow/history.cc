// See history.h. A broken index is left in the middle and its segment read instead: both give the same blocks.
#include "flow/history.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "flow/marks.h"
#include "flow/segment_folder.h"
#include "flow/store.h"

namespace porthole::flow {
namespace {

constexpr std::size_t kAll = ~std::size_t{0};

bool is_end_of(const Record& record, FlowId flow) {
  Row row;
  return record.header.event.flow == flow.value && row.read(record);
}

}  // namespace

History::History(std::string folder)
    : folder_(std::move(folder)), paths_(Store::paths_in(folder_)), segments_(paths_.size()) {
  SegmentFolder copies(folder_);
  for (Position last : pinned_in(folder_)) {
    auto record = copies.at(last);
    Row row;
    if (!record || !row.read(*record)) continue;
    row.keep();
    copies_.insert_or_assign(row.flow.value, std::move(row));
  }
}

void History::open_segment() {
  auto opened = SegmentReader::open(paths_.back());
  paths_.pop_back();
  read_.clear();
  blocks_left_ = 0;
  ++known_;
  if (!opened) return;  // evicted meanwhile
  sequence_ = opened->header().sequence;
  index_ = IndexFile::open(Store::index_path_in(folder_, sequence_), opened->header());
  if (index_) {
    found_ += index_->rows();
    blocks_left_ = index_->blocks();
    return;
  }
  --known_;
  segment_ = std::move(*opened);
  gatherer_ = {};
  blocks_left_ = kAll;
}

void History::read_segment() {
  ByteCount begun = segment_->end();
  while (segment_->end() - begun < kStepBytes) {
    auto record = segment_->next();
    if (record) {
      gatherer_.take(*record);
      continue;
    }
    gatherer_.finish();
    segment_.reset();
    break;
  }
  std::ranges::move(gatherer_.blocks(), std::back_inserter(read_));
  if (segment_) return;
  if (blocks_left_ == kAll) {
    ++known_;
    for (const RowBlock& block : read_) found_ += block.size();
  }
  blocks_left_ = std::min(blocks_left_, read_.size());
}

void History::load_block() {
  if (!index_) {
    block_ = std::move(read_[--blocks_left_]);
  } else if (auto loaded = index_->block(blocks_left_ - 1)) {
    --blocks_left_;
    block_ = std::move(*loaded);
  } else {
    index_.reset();
    auto opened = SegmentReader::open(Store::path_in(folder_, sequence_));
    gatherer_ = {};
    if (opened && opened->header().sequence == sequence_) segment_ = std::move(*opened);
    else blocks_left_ = 0;  // evicted meanwhile
    return;
  }
  rows_left_ = block_.size();
}

History::Step History::step(Row& row) {
  while (rows_left_ > 0) {
    if (!block_.read(--rows_left_, sequence_, row)) continue;
    if (!copies_.empty()) copies_.erase(row.flow.value);
    return Step::row;
  }
  if (segment_) {
    read_segment();
  } else if (blocks_left_ > 0) {
    load_block();
  } else if (!paths_.empty()) {
    index_.reset();
    open_segment();
  } else if (!copies_.empty()) {
    copy_ = std::move(copies_.rbegin()->second);
    copies_.erase(std::prev(copies_.end()));
    std::unique_ptr<char[]> text = std::move(copy_.text);
    row = std::move(copy_);
    copy_.text = std::move(text);
    return Step::row;
  } else {
    return Step::done;
  }
  return Step::more;
}

std::optional<Row> History::next() {
  Row row;
  while (true) {
    Step step_taken = step(row);
    if (step_taken == Step::done) return std::nullopt;
    if (step_taken == Step::more) continue;
    row.keep();
    return row;
  }
}

std::size_t History::expected() const { return known_ == 0 ? 0 : found_ * segments_ / known_ + copies_.size(); }

std::optional<Position> find_flow(const std::string& folder, FlowId flow, ByteCount unindexed_max) {
  std::vector<std::string> unindexed;  // newest first
  std::vector<std::string> paths = Store::paths_in(folder);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    auto segment = SegmentReader::open(*path);
    if (!segment) continue;
    auto index = IndexFile::open(Store::index_path_in(folder, segment->header().sequence), segment->header());
    auto found = index ? index->find(flow) : std::nullopt;
    if (!found) {
      unindexed.push_back(*path);
    } else if (*found) {
      auto record = segment->at(found->offset());
      if (record && is_end_of(*record, flow)) return found;
    }
  }
  SegmentFolder copies(folder);
  for (Position last : pinned_in(folder)) {
    auto record = copies.at(last);
    if (record && is_end_of(*record, flow)) return last;
  }
  for (const std::string& path : unindexed) {
    if (unindexed_max == 0) break;
    auto segment = SegmentReader::open(path);
    while (auto record = segment ? segment->next() : std::nullopt) {
      if (is_end_of(*record, flow)) return record->at;
    }
    if (segment) unindexed_max -= std::min(unindexed_max, segment->end());
  }
  return std::nullopt;
}

}  // namespace porthole::flow
