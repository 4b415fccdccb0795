// See rows.h. A row's text lies in one piece, so it may skip the end of the ring.
#include "flow/rows.h"

#include <algorithm>

namespace porthole::flow {
namespace {

// Columns grow with the rows, so that a list nobody filled costs no memory.
template <class Value>
void put(std::vector<Value>& column, std::size_t index, Value value) {
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
  in.number<std::uint16_t>();
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
  end = static_cast<End>(how);
  error = static_cast<Token>(token);
  version = static_cast<http::Version>(protocol);
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
    : rows_(rows), text_(std::make_unique_for_overwrite<char[]>(text_bytes)), text_bytes_(text_bytes) {}

void Rows::drop_overwritten() {
  while (first_ < next_ && text_of_[first_ % rows_].at + text_bytes_ < text_written_) ++first_;
}

void Rows::add(const Row& row) {
  std::lock_guard lock(mutex_);
  std::string_view pieces[4] = {row.method.substr(0, 64), row.host.substr(0, 256), row.target.substr(0, kTargetMax),
                                row.content_type.substr(0, 256)};
  std::size_t size = 0;
  for (std::string_view piece : pieces) size += piece.size();
  if (size > text_bytes_) return;
  if (next_ - first_ == rows_) ++first_;
  std::size_t i = next_ % rows_;
  std::size_t to_end = text_bytes_ - text_written_ % text_bytes_;
  if (size > to_end) text_written_ += to_end;
  Text text{.at = text_written_};
  for (std::size_t k = 0; k < 4; ++k) {
    text.bytes[k] = static_cast<std::uint32_t>(pieces[k].size());
    std::copy(pieces[k].begin(), pieces[k].end(), text_.get() + text_written_ % text_bytes_);
    text_written_ += pieces[k].size();
  }
  drop_overwritten();
  put(text_of_, i, text);
  put(flow_, i, row.flow.value);
  put(last_, i, row.last.value);
  put(flags_, i, row.flags);
  put(status_, i, row.status);
  put(end_, i, static_cast<std::uint8_t>(row.end));
  put(error_, i, static_cast<std::uint8_t>(row.error));
  put(version_, i, static_cast<std::uint8_t>(row.version));
  put(reused_, i, std::uint8_t{row.reused});
  put(bytes_in_, i, row.bytes_in);
  put(bytes_out_, i, row.bytes_out);
  put(begun_, i, row.begun.time_since_epoch().count());
  put(took_, i, row.took.count());
  put(client_, i, row.client);
  put(upstream_, i, row.upstream);
  ++next_;
}

Row Rows::row(std::size_t i) const {
  Row row;
  row.flow = {flow_[i]};
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
  const char* at = text_.get() + text_of_[i].at % text_bytes_;
  std::size_t k = 0;
  for (std::string_view* piece : {&row.method, &row.host, &row.target, &row.content_type}) {
    *piece = {at, text_of_[i].bytes[k]};
    at += text_of_[i].bytes[k++];
  }
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

std::size_t Rows::size() const {
  std::lock_guard lock(mutex_);
  return next_ - first_;
}

}  // namespace porthole::flow
