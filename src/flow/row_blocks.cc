// See row_blocks.h.
#include "flow/row_blocks.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace porthole::flow {
namespace {

std::size_t whole(std::size_t payload) { return (sizeof(RowHeader) + payload + 7) & ~std::size_t{7}; }

}  // namespace

RowBlock::RowBlock(std::vector<char> bytes) : bytes_(std::move(bytes)) {
  for (std::size_t at = 0; at + sizeof(RowHeader) <= bytes_.size();) {
    RowHeader header;
    std::memcpy(&header, bytes_.data() + at, sizeof header);
    if (whole(header.payload) > bytes_.size() - at) break;
    starts_.push_back(static_cast<std::uint32_t>(at));
    at += whole(header.payload);
  }
}

void RowBlock::add(const RowHeader& header, std::string_view payload) {
  std::size_t at = bytes_.size();
  starts_.push_back(static_cast<std::uint32_t>(at));
  bytes_.resize(at + whole(payload.size()));
  std::memcpy(bytes_.data() + at, &header, sizeof header);
  payload.copy(bytes_.data() + at + sizeof header, payload.size());
}

RowHeader RowBlock::header(std::size_t i) const {
  RowHeader header;
  std::memcpy(&header, bytes_.data() + starts_[i], sizeof header);
  return header;
}

bool RowBlock::read(std::size_t i, std::uint32_t sequence, Row& row) const {
  RowHeader head = header(i);
  if (!row.read(std::string_view(bytes_.data() + starts_[i] + sizeof head, head.payload))) return false;
  row.flow = {head.flow};
  row.flags = head.flags;
  row.last = Position::of(sequence, head.offset);
  return true;
}

// What was imported stays where it lies.
void RowGatherer::take(const Record& record) {
  Row row;
  if (!row.read(record)) return;
  if ((row.flags & kImported) == 0) latest_ = std::max(latest_, row.begun + row.took);
  Waiting one{.end = (row.flags & kImported) != 0 ? latest_ : row.begun + row.took, .at = bytes_.size()};
  one.header = {.flow = row.flow.value,
                .offset = row.last.offset(),
                .payload = static_cast<std::uint32_t>(record.payload.size()),
                .flags = row.flags};
  waiting_.push_back(one);
  bytes_.insert(bytes_.end(), record.payload.begin(), record.payload.end());
  if (waiting_.size() >= kWaitingMax || bytes_.size() >= kWaitingBytes) settle((waiting_.size() + 1) / 2);
}

void RowGatherer::settle(std::size_t count) {
  std::sort(waiting_.begin(), waiting_.end(), [](const Waiting& a, const Waiting& b) {
    return a.end != b.end ? a.end < b.end : a.header.offset < b.header.offset;
  });
  for (std::size_t i = 0; i < count; ++i) {
    block_.add(waiting_[i].header, {bytes_.data() + waiting_[i].at, waiting_[i].header.payload});
    if (block_.bytes().size() >= kBlockBytes) full_.push_back(std::exchange(block_, {}));
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(count));
  std::vector<char> rest;
  for (Waiting& one : waiting_) {
    const char* from = bytes_.data() + one.at;
    one.at = rest.size();
    rest.insert(rest.end(), from, from + one.header.payload);
  }
  bytes_ = std::move(rest);
}

void RowGatherer::finish() {
  settle(waiting_.size());
  if (block_.size() > 0) full_.push_back(std::exchange(block_, {}));
}

}  // namespace porthole::flow
