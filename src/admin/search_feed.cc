// See search_feed.h. After each slice others have their turn.
#include "admin/search_feed.h"

#include "flow/as_json.h"

namespace porthole::admin {
namespace {

constexpr Duration kTellEvery = std::chrono::milliseconds(100);

class SearchFeed final : public Feed {
 public:
  SearchFeed(flow::Search search, const flow::Marks& marks) : search_(std::move(search)), marks_(marks) {}
  bool endless() const override { return true; }  // who has left wants no more of it

  State pull(std::string& piece, Instant now) override {
    std::vector<flow::Row> hits;
    bool more = search_.step(hits);
    for (const flow::Row& row : hits) {
      piece += "event: hit\ndata: ";
      Json json(piece);
      json.object().key("row");
      flow::append_row(json, row, marks_.find(row.flow));
      json.end_object();
      piece += "\n\n";
    }
    if (!more || now - told_ >= kTellEvery) {
      told_ = now;
      piece += "event: progress\ndata: ";
      Json(piece).object().number("searched", search_.searched()).number("of", search_.of()).end_object();
      piece += "\n\n";
    }
    if (more) return State::turn;
    piece += "event: done\ndata: {}\n\n";
    return State::done;
  }

 private:
  flow::Search search_;
  const flow::Marks& marks_;
  Instant told_{};
};

}  // namespace

std::unique_ptr<Feed> search_feed(flow::Search search, const flow::Marks& marks) {
  return std::make_unique<SearchFeed>(std::move(search), marks);
}

}  // namespace porthole::admin
