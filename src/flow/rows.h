// Rows: the newest flows in memory, a line each, in columns and one ring of text: what a list shows first. Bounded by count and
// by bytes; the oldest goes. One thread adds, any thread asks; both hold a lock only while they copy.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "flow/event.h"
#include "flow/outcome.h"
#include "flow/segment.h"

namespace porthole::flow {

// A flow that has ended, as its last event tells it.
struct Row {
  FlowId flow;
  Position last;            // of its last record; the others are reached from there
  std::uint16_t flags = 0;  // EventFlag
  End end = End::complete;
  Token error = Token::none;
  std::uint16_t status = 0;
  http::Version version = http::Version::http11;
  bool reused = false;
  ByteCount bytes_in = 0, bytes_out = 0;
  WallTime begun{};
  Duration took{};
  Endpoint client, upstream;
  std::string_view method, host, target, content_type;  // into the payload, or into `text`
  std::unique_ptr<char[]> text;                         // stays where it is when a row moves

  // From the payload of an `end` event; false when it is not one.
  bool read(std::string_view payload);
  // Makes the views this row's own.
  void keep();
};

class Rows {
 public:
  static constexpr std::size_t kRows = 65'536;
  static constexpr ByteCount kTextBytes = 12_MiB;
  static constexpr std::size_t kTargetMax = 4096;  // longer ones are cut here; the record has them whole

  explicit Rows(std::size_t rows = kRows, ByteCount text_bytes = kTextBytes);
  void add(const Row& row);
  // The newest `most`, newest first.
  std::vector<Row> newest(std::size_t most) const;
  std::size_t size() const;

 private:
  struct Text {
    std::uint64_t at = 0;  // of all text ever written
    std::uint32_t bytes[4] = {};
  };
  Row row(std::size_t index) const;
  void drop_overwritten();

  mutable std::mutex mutex_;
  std::size_t rows_;
  std::uint64_t first_ = 0, next_ = 0;  // rows ever added; index = number % rows_
  std::vector<std::uint64_t> flow_, last_;
  std::vector<std::uint16_t> flags_, status_;
  std::vector<std::uint8_t> end_, error_, version_, reused_;
  std::vector<ByteCount> bytes_in_, bytes_out_;
  std::vector<std::int64_t> begun_, took_;
  std::vector<Endpoint> client_, upstream_;
  std::vector<Text> text_of_;
  std::unique_ptr<char[]> text_;
  std::size_t text_bytes_;
  std::uint64_t text_written_ = 0;
};

}  // namespace porthole::flow
