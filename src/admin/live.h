// Live: what is new, told to whoever listens, as server-sent events (WHATWG HTML §9.2). Nothing waits for a listener: each has a
// place in the list of changes, and one that falls too far behind is told to read the list again.
#pragma once

#include <memory>
#include <string>

#include "admin/site.h"
#include "base/clock.h"
#include "base/random.h"
#include "flow/marks.h"
#include "flow/recorder.h"
#include "flow/traffic.h"
#include "match/expr.h"

namespace porthole::admin {

class Live {
 public:
  static constexpr std::size_t kRowsMax = 500;                       // in one event
  static constexpr std::uint64_t kBehindMax = 5000;                  // changes; beyond it the list is read again
  static constexpr Duration kResyncEvery = std::chrono::seconds(1);  // at most
  static constexpr Duration kStatsEvery =
      std::chrono::seconds(1);  // while something passes, else five times that, so that no stream is silent
  static constexpr Duration kSettled =
      std::chrono::seconds(3);  // since something passed: then the rate is told to be 0

  // All outlive it. Without a recorder nothing ever happens.
  Live(const Clock& clock, Random& random, const flow::Recorder* recorder, const flow::Marks& marks);

  // A listener. `last_event_id` is what it had last, or "": then it hears what happens from now on. `wanted` decides which rows.
  std::unique_ptr<Feed> listen(std::string_view last_event_id, match::Expr wanted);

  const flow::Recorder* recorder() const { return recorder_; }
  const flow::Marks& marks() const { return marks_; }
  std::uint64_t seq() const { return recorder_ ? recorder_->rows().seq() : 0; }
  std::string id_of(std::uint64_t seq) const { return run_ + "-" + std::to_string(seq); }
  // Nothing when the id is of another run of the program, or none of ours.
  std::optional<std::uint64_t> seq_of(std::string_view id) const;
  void append_stats(Json& json);

 private:
  const Clock& clock_;
  std::string run_;  // tells this run of the program from others
  const flow::Recorder* recorder_;
  const flow::Marks& marks_;
  flow::Traffic traffic_;
};

}  // namespace porthole::admin
