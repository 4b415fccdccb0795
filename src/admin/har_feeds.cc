// See har_feeds.h.
#include "admin/har_feeds.h"

#include "flow/flow_subject.h"
#include "flow/har.h"

namespace porthole::admin {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr int kAtOnce = 64;  // flows looked at before others have their turn

class Export final : public Feed {
 public:
  Export(std::string folder, std::vector<flow::Position> flows, match::Expr wanted, const flow::Marks& marks,
         bool secrets)
      : folder_(std::move(folder)),
        flows_(std::move(flows)),
        wanted_(std::move(wanted)),
        marks_(marks),
        secrets_(secrets) {}

  State pull(std::string& piece, Instant) override {
    if (at_ == 0) piece += flow::har_head();
    flow::SegmentFolder folder(folder_);
    for (int looked = 0; at_ < flows_.size() && looked < kAtOnce && piece.size() < kPiece; ++looked, ++at_) {
      auto one = flow::read_flow(folder, flows_[at_]);
      if (!one) continue;  // evicted meanwhile
      flow::FlowId id = one->row.flow;
      if (!wanted_.matches(flow::FlowSubject(*one, folder, marks_.facts(id)))) continue;
      if (flow::append_har_entry(piece, folder, *one, marks_.find(id), secrets_, first_)) first_ = false;
    }
    if (at_ < flows_.size()) return piece.size() < kPiece ? State::turn : State::more;
    piece += flow::har_tail();
    return State::done;
  }

 private:
  std::string folder_;
  std::vector<flow::Position> flows_;
  match::Expr wanted_;
  const flow::Marks& marks_;
  bool secrets_;
  bool first_ = true;
  std::size_t at_ = 0;
};

class Import final : public Feed {
 public:
  Import(std::string_view file, flow::Recorder& recorder, Random& random) : import_(file, recorder, random) {}
  Duration interval() const override { return std::chrono::milliseconds(5); }

  State pull(std::string& piece, Instant) override {
    if (import_.step() == flow::HarImport::State::wait) return State::wait;
    Json json(piece);
    json.object().number("added", import_.added()).key("problems").array();
    for (const std::string& problem : import_.problems()) json.octets(problem);
    json.end_array().end_object();
    return State::done;
  }

 private:
  flow::HarImport import_;
};

}  // namespace

std::unique_ptr<Feed> har_export(std::string folder, std::vector<flow::Position> flows, match::Expr wanted,
                                 const flow::Marks& marks, bool secrets) {
  return std::make_unique<Export>(std::move(folder), std::move(flows), std::move(wanted), marks, secrets);
}

std::unique_ptr<Feed> har_import(std::string_view file, flow::Recorder& recorder, Random& random) {
  return std::make_unique<Import>(file, recorder, random);
}

}  // namespace porthole::admin
