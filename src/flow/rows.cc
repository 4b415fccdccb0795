// See rows.h. A row's text lies in one piece, so it may skip the end of the ring.
#include "flow/rows.h"

#include <algorithm>

#include "base/ascii.h"

namespace porthole::flow {
namespace {

// Columns grow with the rows, so that a list nobody filled costs no memory.
template <class Value>
void put_at(std::vector<Value>& column, std::size_t index, Value value) {
  if (index < column.size()) column[index] = value;
  else column.push_back(value);
}

}  // namespace

bool Row::read(std::string_view payload) {
  EventReader in(payload);
  auto how = in.number<std::uint8_t>();
  auto token = in.number<std::uint8_t>();
  status = in.number<std::uint16_t>();
  auto protocol = in.number<std::uint8_t>();
  reused = in.number<std::uint8_t>() != 0;
  served = in.number<std::uint16_t>();
  bytes_in = in.number<ByteCount>();
  bytes_out = in.number<ByteCount>();
  begun = WallTime(Duration(in.number<std::int64_t>()));
  took = Duration(in.number<std::int64_t>());
  client = in.endpoint();
  upstream = in.endpoint();
  for (std::string_view* text_view : {&method, &host, &target, &content_type}) *text_view = in.text();
  bool known = how <= static_cast<std::uint8_t>(End::shutdown) && token < static_cast<std::uint8_t>(Token::count_) &&
               protocol <= static_cast<std::uint8_t>(http::Version::http2);
  if (!in.good() || !known) return false;
  replay_of = {};
  if (in.rest().size() == sizeof replay_of.value) replay_of.value = in.number<std::uint64_t>();
  end = static_cast<End>(how);
  error = static_cast<Token>(token);
  version = static_cast<http::Version>(protocol);
  return true;
}

bool Row::read(const Record& record) {
  const EventHeader& event = record.header.event;
  if (event.kind != EventKind::end || !read(record.payload)) return false;
  flow = {event.flow};
  flags = event.flags;
  last = record.at;
  return true;
}

void Row::keep() {
  auto own = std::make_unique_for_overwrite<char[]>(method.size() + host.size() + target.size() + content_type.size());
  char* at = own.get();
  for (std::string_view* piece : {&method, &host, &target, &content_type}) {
    char* end_of_piece = std::copy(piece->begin(), piece->end(), at);
    *piece = {at, piece->size()};
    at = end_of_piece;
  }
  text = std::move(own);
}

Rows::Rows(std::size_t rows, ByteCount text_bytes)
    : rows_(rows), text_(std::make_unique_for_overwrite<char[]>(text_bytes)), text_bytes_(text_bytes) {
  types_.reserve(kTypesMax);  // type_numbers_ has views of them
  forget_types();
}

void Rows::forget_types() {
  type_numbers_.clear();
  types_.assign(2, "");
}

void Rows::drop_overwritten() {
  while (first_ < next_ && text_of_[first_ % rows_].at + text_bytes_ < text_written_) ++first_;
}

Rows::Number Rows::add(const Row& row) {
  std::lock_guard lock(mutex_);
  if (next_ - first_ == rows_) ++first_;
  Number number = next_++;
  put_text(number % rows_, row);
  put(number % rows_, row);
  changed(number);
  put_at(added_, number % rows_, seq_);
  return number;
}

bool Rows::update(Number number, const Row& row) {
  std::lock_guard lock(mutex_);
  if (number < first_ || number >= next_) return false;
  put(number % rows_, row);
  changed(number);
  return true;
}

void Rows::changed(Number number) {
  put_at(changed_, seq_ % rows_, number);
  put_at(row_seq_, number % rows_, ++seq_);
}

void Rows::put_text(std::size_t i, const Row& row) {
  std::string_view pieces[3] = {row.method.substr(0, 64), row.host.substr(0, 256), row.target.substr(0, kTargetMax)};
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  if (size > text_bytes_) {
    for (std::string_view& piece : pieces) piece = {};
    size = 0;
  }
  std::size_t to_end = text_bytes_ - text_written_ % text_bytes_;
  if (size > to_end) text_written_ += to_end;
  Text text{.at = text_written_};
  for (std::size_t k = 0; k < 3; ++k) {
    text.bytes[k] = static_cast<std::uint32_t>(pieces[k].size());
    std::copy(pieces[k].begin(), pieces[k].end(), text_.get() + text_written_ % text_bytes_);
    text_written_ += pieces[k].size();
  }
  put_at(text_of_, i, text);
  drop_overwritten();
}

// Few types make up nearly all there are, so each is kept once, by its number; those of many parts have a boundary of their own.
std::uint16_t Rows::type_number(std::string_view type) {
  if (ascii::equal_nocase(type.substr(0, 10), "multipart/")) type = ascii::trim(type.substr(0, type.find(';')));
  type = type.substr(0, 128);
  if (type.empty()) return 0;
  if (auto found = type_numbers_.find(type); found != type_numbers_.end()) return found->second;
  if (types_.size() == kTypesMax) return kUnknownType;
  auto number = static_cast<std::uint16_t>(types_.size());
  types_.emplace_back(type);
  type_numbers_.emplace(types_.back(), number);
  return number;
}

void Rows::put(std::size_t i, const Row& row) {
  put_at(flow_, i, row.flow.value);
  put_at(last_, i, row.last.value);
  put_at(type_, i, row.type_unknown ? kUnknownType : type_number(row.content_type));
  put_at(flags_, i, row.flags);
  put_at(status_, i, row.status);
  put_at(end_, i, static_cast<std::uint8_t>(row.end));
  put_at(error_, i, static_cast<std::uint8_t>(row.error));
  put_at(version_, i, static_cast<std::uint8_t>(row.version));
  put_at(reused_, i, std::uint8_t{row.reused});
  put_at(open_, i, std::uint8_t{row.open});
  put_at(touched_, i, std::uint8_t{0});
  put_at(bytes_in_, i, row.bytes_in);
  put_at(bytes_out_, i, row.bytes_out);
  put_at(begun_, i, row.begun.time_since_epoch().count());
  put_at(took_, i, row.took.count());
  put_at(client_, i, row.client);
  put_at(upstream_, i, row.upstream);
  put_at(replay_of_, i, row.replay_of.value);
}

Row Rows::view(std::size_t i) const {
  Row row;
  row.flow = {flow_[i]};
  row.open = open_[i] != 0;
  row.touched = touched_[i] != 0;
  row.seq = row_seq_[i];
  row.number = next_ - 1 - (next_ - 1 + rows_ - i) % rows_;
  row.added = added_[i];
  row.last = {last_[i]};
  row.flags = flags_[i];
  row.status = status_[i];
  row.end = static_cast<End>(end_[i]);
  row.error = static_cast<Token>(error_[i]);
  row.version = static_cast<http::Version>(version_[i]);
  row.reused = reused_[i] != 0;
  row.bytes_in = bytes_in_[i];
  row.bytes_out = bytes_out_[i];
  row.begun = WallTime(Duration(begun_[i]));
  row.took = Duration(took_[i]);
  row.client = client_[i];
  row.upstream = upstream_[i];
  row.replay_of = {replay_of_[i]};
  const char* at = text_.get() + text_of_[i].at % text_bytes_;
  std::size_t k = 0;
  for (std::string_view* piece : {&row.method, &row.host, &row.target}) {
    *piece = {at, text_of_[i].bytes[k]};
    at += text_of_[i].bytes[k++];
  }
  row.type_unknown = type_[i] == kUnknownType;
  row.content_type = types_[type_[i]];
  return row;
}

Row Rows::row(std::size_t i) const {
  Row row = view(i);
  row.keep();
  return row;
}

std::vector<Row> Rows::newest(std::size_t most) const {
  std::lock_guard lock(mutex_);
  std::vector<Row> rows;
  std::size_t count = std::min<std::size_t>(most, next_ - first_);
  rows.reserve(count);
  for (std::size_t k = 1; k <= count; ++k) rows.push_back(row((next_ - k) % rows_));
  return rows;
}

Rows::Page Rows::page(const Question& question) const {
  std::unique_lock lock(mutex_);
  Page page{.rows = {}, .seq = seq_, .first = first_, .next = next_};
  Number end = std::min(next_, question.below);
  bool begun = question.before.value == 0;  // the row of `before` was passed
  std::size_t skip = question.skip;
  std::size_t looked = 0;
  if (!question.wanted) page.total = std::max(end, first_) - first_;
  bool count = question.count && question.wanted;
  for (; end > first_; --end) {
    if (++looked % kSlice == 0) {
      lock.unlock();
      lock.lock();
      if (end <= first_) break;  // overtaken
    }
    std::size_t i = (end - 1) % rows_;
    if (!begun && !count) {
      begun = flow_[i] == question.before.value;
      continue;
    }
    bool wanted = !question.wanted || question.wanted(view(i));
    if (count && wanted) ++page.total;
    if (!begun) begun = flow_[i] == question.before.value;
    else if (wanted && skip > 0) --skip;
    else if (wanted && page.rows.size() == question.most) page.more = true;
    else if (wanted) page.rows.push_back(row(i));
    if (page.more && !count) break;
  }
  return page;
}

std::optional<Row> Rows::find(FlowId flow) const {
  std::lock_guard lock(mutex_);
  for (Number number = next_; number > first_; --number) {
    if (flow_[(number - 1) % rows_] == flow.value) return row((number - 1) % rows_);
  }
  return std::nullopt;
}

std::optional<Row> Rows::at(Number number) const {
  std::lock_guard lock(mutex_);
  if (number < first_ || number >= next_) return std::nullopt;
  return row(number % rows_);
}

Rows::Changes Rows::changes_since(std::uint64_t seq, std::size_t most) const {
  std::lock_guard lock(mutex_);
  Changes changes{.rows = {}, .seq = seq_, .first = first_};
  if (seq > seq_ || seq_ - seq > rows_ || seq < cleared_) {
    changes.resync = true;
    return changes;
  }
  for (std::uint64_t at = seq + 1; at <= seq_; ++at) {
    Number number = changed_[(at - 1) % rows_];
    if (number < first_ || row_seq_[number % rows_] != at) continue;  // gone, or changed again later
    if (changes.rows.size() == most) {
      changes.seq = at - 1;
      changes.more = true;
      break;
    }
    changes.rows.push_back(row(number % rows_));
  }
  return changes;
}

std::uint64_t Rows::seq() const {
  std::lock_guard lock(mutex_);
  return seq_;
}

void Rows::touch(FlowId flow) {
  std::lock_guard lock(mutex_);
  for (Number number = next_; number > first_; --number) {
    std::size_t i = (number - 1) % rows_;
    if (flow_[i] != flow.value) continue;
    touched_[i] = 1;
    return changed(number - 1);
  }
}

void Rows::clear() {
  constexpr Number kNobody = 0;  // the first row ever, which is among those that went
  std::lock_guard lock(mutex_);
  first_ = next_;
  forget_types();
  if (next_ == 0) return;
  put_at(changed_, seq_ % rows_, kNobody);
  cleared_ = ++seq_;
}

Rows::Number Rows::first() const {
  std::lock_guard lock(mutex_);
  return first_;
}

std::size_t Rows::size() const {
  std::lock_guard lock(mutex_);
  return next_ - first_;
}

}  // namespace porthole::flow
