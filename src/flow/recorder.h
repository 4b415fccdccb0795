// Recorder: takes what the workers' rings hold, follows each flow until it ends, and appends it to the store. step() is a plain
// function: a thread of app calls it, or a test, or the simulation. Everything it holds is bounded: rings, rows, flows under way
// and what gathers for the disk stay below kMemoryMax together. Nothing here can hold up a worker.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "base/metrics.h"
#include "base/random.h"
#include "flow/indexer.h"
#include "flow/ring_sink.h"
#include "flow/rows.h"
#include "flow/store.h"

namespace porthole::flow {

struct RecorderOptions {
  StoreOptions store;
  ByteCount body_limit = 8_MiB;  // of each flow and direction
  std::vector<std::string> redact = secret_fields();
  bool operator==(const RecorderOptions&) const = default;
};

struct RecorderMetrics {
  Counter events;                    // taken from the rings
  Counter flows;                     // ended
  Counter incomplete;                // ended, and something of them was dropped
  Counter lost_events;               // not kept: the store was paused, or too many flows were under way
  Counter evicted_segments, pauses;  // of the store
  Gauge open_flows, segments, store_bytes, waiting_bytes;
  Gauge paused_errno;       // 0, or why nothing is written
  Gauge held;               // 1 while flows that begin are not recorded because someone wanted it so
  Gauge outdated_segments;  // of another version, found at the start and removed
};

class Recorder {
 public:
  static constexpr ByteCount kMemoryMax = 64_MiB;
  static constexpr ByteCount kRingsMax =
      32_MiB;  // of all workers together; a head beyond a quarter of one ring is not kept
  static constexpr ByteCount kImportBytes = 1_MiB;
  static constexpr std::size_t kOpenMax = 65'536;  // flows under way
  // Data of one direction of a flow that are kept: whoever sends octet by octet fills the store with heads of records, and a
  // reader of the flow looks at each. A WebSocket that brings 18 messages a second does so for an hour.
  static constexpr std::uint32_t kPiecesMax = 65'536;
  // What passes unseen is told step by step and written together: a record each MiB and, of much, each sixteenth of what came
  // so far, and one before the end. So a direction has at most 512 of them, whatever it moves.
  static constexpr ByteCount kUnseenMin = 1_MiB;
  static constexpr Duration kFlushEvery = std::chrono::milliseconds(25);
  static constexpr Duration kProgressEvery = std::chrono::milliseconds(250);  // bytes of a flow under way, in the list
  static constexpr ByteCount kLoadedMax = 64_MiB;     // of segments, or one more, read for the list's beginning
  static constexpr std::size_t kStepBytes = 8 << 20;  // handled before step() returns to look after the disk
  static constexpr std::size_t kCalm = 256 << 10;     // a step that took no more goes on with an index, too

  // One ring for each of `workers` threads. Clock and random outlive the recorder. Touches no disk: the first step() does.
  Recorder(const Clock& clock, Random& random, RecorderOptions options, std::size_t workers);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // What worker `i` writes into; lives as long as the recorder.
  Ring& ring(std::size_t i) { return *rings_[i].ring; }
  // What one other thread tells of flows that did not pass here: at its own pace, waiting while there is no room.
  RingSink& import_sink() { return import_sink_; }
  bool import_has_room() const { return import_ring_.waiting() <= kImportBytes / 4; }
  // A time of the past for its events.
  Instant instant_of(WallTime at) const {
    return Instant(Duration(at.time_since_epoch().count() - unix_offset_.load(std::memory_order_relaxed)));
  }
  ByteCount content_wanted() const { return options_.body_limit; }
  ByteCount keep() const { return options_.store.keep; }

  // By one thread. Takes what waits and writes what is due; the bytes taken: who sees 0 may sleep until kFlushEvery.
  std::size_t step();
  // By the same thread: sleeps until a ring has much that waits, wake() is called, or `most` has passed.
  void rest(Duration most) { bell_.wait(most); }
  // Takes everything and writes it: before the end, when no worker writes any more.
  void finish();

  // From any thread. While it is held no flow that begins is recorded; those under way are, to their end.
  void hold(bool on) { metrics_.held.set(on ? 1 : 0); }

  // From any thread.
  void wake() { bell_.ring(); }
  // Forgets what was recorded, but for pinned flows; flows under way lose what came before. Waits until step() has done it, at
  // most `patience`: false when it has not yet, and will.
  bool clear(Duration patience);
  // Waits until each flow that had ended when it was asked is in the list: at most `patience`. False when one may not be yet.
  bool catch_up(Duration patience);
  // The same, and until it can be read from the disk; while the store is paused, the list alone.
  bool write_all(Duration patience);
  // What is said of a flow changed: whoever listens to the list hears of it.
  void touch(FlowId flow) { rows_.touch(flow); }
  const Rows& rows() const { return rows_; }
  const RecorderMetrics& metrics() const { return metrics_; }
  // Waits until what lies at `position` can be read from the disk, which takes a flush: at most `patience`, and not at all while
  // nothing is written. False when it still cannot.
  bool wait_until_written(Position position, Duration patience) const;

 private:
  struct Source {
    std::unique_ptr<Ring> ring;
  };
  // A flow under way. What the list shows of it is told when a step ends and the flow has not: then `text` becomes free.
  struct Open {
    Position last;
    Endpoint client;
    std::int64_t unix_offset = 0;  // when it began, and to its end: so differences stay true
    std::int64_t begun = 0;
    std::string text;  // method, host and target until they are told, and the content type behind them
    std::uint16_t text_sizes[3] = {};
    std::uint16_t status = 0;
    std::optional<Rows::Number> number;
    bool untold = false;
    bool moved = false;                              // content passed that the list does not know of
    ByteCount kept[2] = {0, 0}, unseen[2] = {0, 0};  // by Direction
    ByteCount unwritten[2] = {0, 0};                 // of what was unseen
    std::uint32_t pieces[2] = {0, 0};
    std::int64_t touched = 0;  // by the monotonic clock
    std::uint32_t dropped_before = 0;
    bool lost = false;
    bool cut = false;  // there were more than kPiecesMax
    bool unparsed = false;
    std::optional<FlowId> replay_of;  // the program sent it itself; {0}: composed
    void keep(std::string_view method, std::string_view host, std::string_view target, std::string_view type);
  };
  std::int64_t unix_offset() const {
    return (clock_.wall().time_since_epoch() - clock_.now().time_since_epoch()).count();
  }
  void open_store();
  void load_rows();
  void forget();
  // `flags` are given to each flow that ends.
  std::size_t drain(Ring& ring, std::uint16_t flags);
  void take(EventHeader event, std::string_view payload);
  Position write(Open& open, const EventHeader& event, std::string_view payload);
  void write_unseen(Open& open, EventHeader event, std::size_t direction);
  Open* follow(const EventHeader& event);
  void forget_stale(std::int64_t now);
  void learn(Open& open, const EventHeader& event, std::string_view payload);
  void to_tell(Open& open, std::uint64_t flow);
  void tell();
  std::uint16_t flags_of(const Open& open, const EventHeader& event, const Row& row) const;
  void flush(Instant now);
  // Looks each millisecond until `done` has come to `wanted`.
  static bool wait_for(const std::atomic<std::uint32_t>& done, std::uint32_t wanted, Duration patience);

  const Clock& clock_;
  Random& random_;
  RecorderOptions options_;
  Redactor redactor_;
  Bell bell_;
  std::vector<Source> rings_;
  Ring import_ring_{kImportBytes, &bell_};
  RingSink import_sink_{import_ring_, options_.body_limit};
  std::atomic<std::int64_t> unix_offset_;  // from the monotonic clock, which stands still while the machine sleeps
  std::unique_ptr<Store> store_;
  Indexer indexer_;
  std::atomic<std::uint64_t> written_ = 0;     // Position: what lies before it is on the disk
  mutable std::atomic<bool> hurried_ = false;  // somebody waits for a flush
  std::atomic<std::uint32_t> clear_asked_ = 0, clear_done_ = 0;
  std::atomic<std::uint32_t> write_asked_ = 0, write_done_ = 0;  // of write_all()
  Instant store_retry_{};
  Instant flushed_{};
  Instant now_{};
  using Flows = std::unordered_map<std::uint64_t, Open>;
  Flows open_;
  Flows::node_type spare_;             // of the flow that ended last, for the next
  std::vector<std::uint64_t> untold_;  // flows of which the list does not know the newest
  std::vector<std::uint64_t> moved_;   // told each kProgressEvery
  Instant moved_told_{};
  std::int64_t stale_checked_ = 0;
  std::uint64_t evicted_seen_ = 0;
  Rows rows_;
  RecorderMetrics metrics_;
};

}  // namespace porthole::flow
