// See live.h.
#include "admin/live.h"

#include "base/ascii.h"
#include "flow/as_json.h"
#include "flow/row_subject.h"

namespace porthole::admin {
namespace {

class Listener final : public Feed {
 public:
  Listener(Live& live, std::string_view last_event_id, match::Expr wanted) : live_(live), wanted_(std::move(wanted)) {
    seq_ = live.seq();
    if (!last_event_id.empty()) {
      auto last = live.seq_of(last_event_id);
      lost_ = !last || *last > seq_;
      if (!lost_) seq_ = *last;
    }
    whole_ = seq_;
  }

  bool endless() const override { return true; }

  State pull(std::string& piece, Instant now) override {
    if (!begun_) piece += "retry: 1000\n\n";
    flow::Rows::Changes changes = news(now);
    if (changes.resync) resync(piece, now);
    else tell(piece, changes, now);
    begun_ = true;
    return State::wait;
  }

 private:
  flow::Rows::Changes news(Instant now) {
    flow::Rows::Changes changes{.rows = {}, .seq = seq_};
    if (live_.recorder()) changes.first = live_.recorder()->rows().first();
    if (lost_ && begun_) changes.resync = true;
    if (!live_.recorder() || changes.resync || !begun_) return changes;
    bool behind =
        live_.seq() - seq_ > Live::kBehindMax && (resynced_ == Instant{} || now - resynced_ >= Live::kResyncEvery);
    if (!behind) return live_.recorder()->rows().changes_since(seq_, Live::kRowsMax);
    changes.resync = true;
    return changes;
  }

  void resync(std::string& piece, Instant now) {
    lost_ = false;
    resynced_ = now;
    whole_ = seq_ = live_.seq();
    piece += "id: " + live_.id_of(seq_) + "\nevent: resync\ndata: {\"seq\":" + std::to_string(seq_) + "}\n\n";
  }

  void tell(std::string& piece, const flow::Rows::Changes& changes, Instant now) {
    bool moved = changes.seq != seq_;
    if (moved) moved_ = now;
    else if (!begun_) moved_ = now - Live::kSettled;
    Duration due = now - moved_ < Live::kSettled ? Live::kStatsEvery : 5 * Live::kStatsEvery;
    bool stats = !begun_ || now - counted_ >= due;
    if (!moved && !stats) return;
    std::string data;
    Json json(data);
    json.object().number("seq", changes.seq).number("first", changes.first);
    std::size_t told = list(json, "add", changes, true) + list(json, "upd", changes, false);
    if (stats) {
      json.key("stats");
      live_.append_stats(json);
      counted_ = now;
    }
    json.end_object();
    seq_ = changes.seq;
    if (!changes.more) whole_ = seq_;
    if (told == 0 && !stats) return;
    piece += "id: " + live_.id_of(seq_) + "\nevent: rows\ndata: " + data + "\n\n";
  }

  // `fresh`: those which were added after all that was told; else those which are known.
  std::size_t list(Json& json, std::string_view name, const flow::Rows::Changes& changes, bool fresh) const {
    std::size_t told = 0;
    for (const flow::Row& row : changes.rows) {
      if ((row.added > whole_) != fresh) continue;
      const flow::Marks& marks = live_.marks();
      if (!wanted_.matches(flow::RowSubject(row, marks.facts(row.flow)))) continue;
      if (told++ == 0) json.key(name).array();
      flow::append_row(json, row, marks.find(row.flow));
    }
    if (told > 0) json.end_array();
    return told;
  }

  Live& live_;
  match::Expr wanted_;
  std::uint64_t seq_ = 0;    // told up to here
  std::uint64_t whole_ = 0;  // and all of it up to here: behind, rows are left out that changed again later
  bool begun_ = false;
  bool lost_ = false;  // what it had last is not known here
  Instant moved_{}, counted_{}, resynced_{};
};

}  // namespace

Live::Live(const Clock& clock, Random& random, const flow::Recorder* recorder, const flow::Marks& marks)
    : clock_(clock), run_(random.letters(6)), recorder_(recorder), marks_(marks) {}

std::unique_ptr<Feed> Live::listen(std::string_view last_event_id, match::Expr wanted) {
  return std::make_unique<Listener>(*this, last_event_id, std::move(wanted));
}

std::optional<std::uint64_t> Live::seq_of(std::string_view id) const {
  if (id.size() <= run_.size() || !id.starts_with(run_) || id[run_.size()] != '-') return std::nullopt;
  return ascii::parse_decimal(id.substr(run_.size() + 1));
}

void Live::append_stats(Json& json) {
  std::uint64_t flows = 0;
  std::int64_t open = 0;
  if (recorder_) {
    traffic_.catch_up(recorder_->rows(), clock_.wall());
    flows = recorder_->metrics().flows.value();
    open = recorder_->metrics().open_flows.value();
  }
  traffic_.append(json, flows, open);
}

}  // namespace porthole::admin
