// HTTP archives read: whatever the file is, reading ends, and each flow it makes is one that can be read back, whose heads are
// lines, and that stays what it is when it is exported and read again. Input: the file.
#include "flow/har_import.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "flow/har.h"
#include "flow/target_parts.h"
#include "flow/websocket.h"

namespace flow = porthole::flow;
using porthole::flow::Direction;

namespace {

constexpr int kStepsMax = 100'000;
constexpr std::size_t kLookedAt = 20;  // flows of one file: more show nothing new

void require(bool condition) {
  if (!condition) std::abort();
}

// One for all inputs: to make one anew for each took nine tenths of the time. Flows do not know of each other.
struct Rig {
  std::string folder = [] {
    char name[] = "/tmp/porthole-fuzz-har-XXXXXX";
    return std::string(::mkdtemp(name));
  }();
  porthole::ManualClock clock;
  porthole::SeededRandom random{1};
  flow::Recorder recorder{
      clock, random, {.store = {.folder = folder + "/flows", .keep = 4 << 20, .segment_bytes = 1 << 20}}, 1};
};

void settle(Rig& rig) {
  rig.clock.advance(std::chrono::milliseconds(30));
  while (rig.recorder.step() > 0) {}
  rig.recorder.finish();
}

// How many flows it has added.
std::size_t import(Rig& rig, std::string_view file) {
  flow::HarImport one(file, rig.recorder, rig.random);
  int steps = 0;
  while (one.step() == flow::HarImport::State::wait) {
    require(++steps < kStepsMax);
    rig.recorder.step();
  }
  settle(rig);
  require(one.problems().size() <= flow::HarImport::kProblemsMax);
  return one.added();
}

// Lines that end with CRLF, an empty one last, and no other CR, LF or NUL.
void check_head(const std::string& text) {
  require(text.ends_with("\r\n\r\n") && text.find('\0') == std::string::npos);
  for (std::size_t at = 0; (at = text.find_first_of("\r\n", at)) != std::string::npos; at += 2)
    require(text.compare(at, 2, "\r\n") == 0 &&
            (at + 2 == text.size() || text.compare(at, 4, "\r\n\r\n") != 0 || at + 4 == text.size()));
}

struct Facts {
  std::string method, target, host, type, request, response, content[2];
  std::uint16_t status = 0;
  porthole::ByteCount size[2] = {0, 0};
  porthole::WallTime begun{};
  bool operator==(const Facts&) const = default;
};

Facts facts_of(flow::SegmentFolder& folder, const flow::Flow& one) {
  Facts facts{.method = std::string(one.row.method),
              .target = std::string(one.row.target),
              .host = std::string(one.row.host),
              .type = std::string(one.row.content_type),
              .request = one.request_received->text,
              .response = one.response_received ? one.response_received->text : "",
              .status = one.row.status,
              .begun = one.row.begun};
  for (Direction direction : {Direction::request, Direction::response}) {
    auto at = static_cast<std::size_t>(direction);
    flow::read_content(folder, one.content[at], 0, 8 << 20, facts.content[at]);
    facts.size[at] = one.content[at].size;
    // All of it is here but what the file says it lacks.
    require(facts.content[at].size() + one.content[at].unseen == facts.size[at]);
  }
  return facts;
}

// Exported, read again: nothing for a tunnel.
std::optional<flow::Flow> back_and_forth(Rig& rig, flow::SegmentFolder& folder, const flow::Flow& one) {
  std::string file = flow::har_head();
  if (!flow::append_har_entry(file, folder, one, nullptr, true, true)) return std::nullopt;
  require(import(rig, file + flow::har_tail()) == 1);
  flow::SegmentFolder fresh(rig.folder + "/flows");
  return flow::read_flow(fresh, rig.recorder.rows().newest(1).at(0).last);
}

// Exporting makes some things plain: content loses its coding, a URL its user, fragment and default port. After that nothing
// changes any more.
void check_flow(Rig& rig, flow::SegmentFolder& folder, const flow::Row& row) {
  auto one = flow::read_flow(folder, row.last);
  require(one && one->ended && one->request_received);
  check_head(one->request_received->text);
  if (one->response_received) check_head(one->response_received->text);
  auto again = back_and_forth(rig, folder, *one);
  if (!again) return require(one->row.method == "CONNECT");
  flow::SegmentFolder fresh(rig.folder + "/flows");
  Facts before = facts_of(fresh, *one), after = facts_of(fresh, *again);
  bool coded = !flow::fields_of(*one->request_received, "content-encoding").empty() ||
               (one->response_received && !flow::fields_of(*one->response_received, "content-encoding").empty());
  bool plain = flow::url_of(flow::target_parts(before.target, before.host)) == before.target;
  before.type = after.type;                   // of an archive that says one thing in its header and another beside it
  bool websocket = flow::is_websocket(*one);  // its content becomes messages, and each of them one frame
  if (!coded && plain && !websocket) require(before == after);
  auto third = back_and_forth(rig, fresh, *again);
  flow::SegmentFolder last(rig.folder + "/flows");
  require(third && facts_of(last, *third) == after);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Rig rig;
  static const int removed = std::atexit([] { (void)std::system(("rm -rf " + rig.folder).c_str()); });
  require(removed == 0);
  std::size_t added = import(rig, {reinterpret_cast<const char*>(data), size});
  if (added == 0) return 0;
  flow::SegmentFolder folder(rig.folder + "/flows");
  auto rows = rig.recorder.rows().newest(std::min(added, kLookedAt));
  require(rows.size() == std::min(added, kLookedAt));
  for (const flow::Row& row : rows) check_flow(rig, folder, row);
  return 0;
}
