// Rows: the newest flows in memory, a line each, in columns and one ring of text: what a list shows first, and what tells a
// live list that something changed. Bounded by count and by bytes; the oldest goes. One thread adds and updates, any thread
// asks; both hold a lock only while they copy.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "flow/event.h"
#include "flow/outcome.h"
#include "flow/segment.h"

namespace porthole::flow {

// A flow as its last event tells it; one that has not ended (`open`), as far as it is known.
struct Row {
  FlowId flow;
  bool open = false;
  bool type_unknown = false;            // it has a content type, which only its record knows
  std::uint64_t seq = 0;                // of the last change of this row in a Rows
  std::uint64_t added = 0;              // of its first change there
  std::optional<std::uint64_t> number;  // its place there, counted from the beginning
  bool touched = false;                 // that change was outside the row (Rows::touch)
  Position last;                        // of its last record; the others are reached from there
  std::uint16_t flags = 0;              // EventFlag
  End end = End::complete;
  Token error = Token::none;
  std::uint16_t status = 0;
  http::Version version = http::Version::http11;
  bool reused = false;
  std::uint16_t served = 0;  // requests, by the server's connection before; known from its record alone
  ByteCount bytes_in = 0, bytes_out = 0;
  WallTime begun{};
  Duration took{};
  Endpoint client, upstream;
  FlowId replay_of;                                     // with kReplayed: what it was sent again from; 0: composed
  std::string_view method, host, target, content_type;  // into the payload, or into `text`
  std::unique_ptr<char[]> text;                         // stays where it is when a row moves

  // From the payload of an `end` event; false when it is not one.
  bool read(std::string_view payload);
  // From the record of one: with flow, flags and place too. False when it is of another event.
  bool read(const Record& record);
  void said_replayed(FlowId of) {
    flags |= kReplayed;
    replay_of = of;
  }
  // Makes the views this row's own.
  void keep();
};

class Rows {
 public:
  static constexpr std::size_t kRows = 65'536;
  static constexpr ByteCount kTextBytes = 10_MiB;
  static constexpr std::size_t kTargetMax = 4096;  // longer ones are cut here; the record has them whole
  static constexpr std::size_t kTypesMax =
      2048;  // content types that are told apart; of further ones the row does not know

  // Names a row for update(); never used twice.
  using Number = std::uint64_t;

  explicit Rows(std::size_t rows = kRows, ByteCount text_bytes = kTextBytes);
  Number add(const Row& row);
  // Puts `row` where that number was given for. Method, host and target stay as they were told first. False when it has gone.
  bool update(Number number, const Row& row);

  // What is said of that flow changed outside the row: readers are told of it anew.
  void touch(FlowId flow);
  // Takes all rows out. Who asks for changes since then is told to read a page again.
  void clear();

  std::size_t size() const;
  // The number of the oldest, or of the next one when there is none.
  Number first() const;
  // Of the last change; 0 when there was none.
  std::uint64_t seq() const;

  // The newest `most`, newest first.
  std::vector<Row> newest(std::size_t most) const;
  struct Page {
    std::vector<Row> rows;       // newest first
    std::uint64_t seq = 0;       // at that moment
    bool more = false;           // older ones are wanted, too, or were not looked at
    std::size_t total = 0;       // how many are wanted in all, whatever `before` and `skip`
    Number first = 0, next = 0;  // of all rows at that moment: the oldest one's, and the next new one's
  };
  struct Question {
    FlowId before = {};         // older than its row; 0: from the newest. Not here: an empty page
    Number below = ~Number{0};  // rows with smaller numbers alone, in `total` too
    std::size_t skip = 0;       // of those wanted, the newest
    std::size_t most = 200;
    bool count = false;  // fill `total`: looks at all rows
    std::function<bool(const Row&)> wanted =
        {};  // none: all. Called under the lock, which is given back after each kSlice rows
  };
  static constexpr std::size_t kSlice = 256;
  Page page(const Question& question) const;
  std::optional<Row> find(FlowId flow) const;
  std::optional<Row> at(Number number) const;  // nothing when it has gone

  struct Changes {
    std::vector<Row> rows;  // in the order of their last change, each once
    std::uint64_t seq = 0;  // ask from here the next time
    bool more = false;      // `most` did not take all
    bool resync = false;    // `seq` is from another run, or so old that changes are forgotten: read a page again
    Number first = 0;       // of all rows, as in Page
  };
  Changes changes_since(std::uint64_t seq, std::size_t most) const;

 private:
  struct Text {
    std::uint64_t at = 0;  // of all text ever written
    std::uint32_t bytes[3] = {};
  };
  void put(std::size_t index, const Row& row);
  void put_text(std::size_t index, const Row& row);
  static constexpr std::uint16_t kUnknownType = 1;
  std::uint16_t type_number(std::string_view content_type);
  void forget_types();
  void changed(Number number);
  Row view(std::size_t index) const;  // texts lie in the ring
  Row row(std::size_t index) const;   // texts are its own
  void drop_overwritten();

  mutable std::mutex mutex_;
  std::size_t rows_;
  Number first_ = 0, next_ = 0;  // rows ever added; index = number % rows_
  std::uint64_t seq_ = 0;
  std::uint64_t cleared_ = 0;    // seq of the last clear()
  std::vector<Number> changed_;  // by seq % rows_: which row that change was of
  std::vector<std::uint64_t> flow_, last_, row_seq_, added_, replay_of_;
  std::vector<std::uint16_t> flags_, status_, type_;
  std::vector<std::uint8_t> end_, error_, version_, reused_, open_, touched_;
  std::vector<ByteCount> bytes_in_, bytes_out_;
  std::vector<std::int64_t> begun_, took_;
  std::vector<Endpoint> client_, upstream_;
  std::vector<Text> text_of_;
  std::unique_ptr<char[]> text_;  // method, host and target of each row, one behind the other
  std::size_t text_bytes_;
  std::uint64_t text_written_ = 0;
  std::vector<std::string> types_;  // each content type once; first none, then kUnknownType
  std::unordered_map<std::string_view, std::uint16_t> type_numbers_;
};

}  // namespace porthole::flow
