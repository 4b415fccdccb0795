// See recorder.h.
#include "flow/recorder.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <thread>
#include <utility>

#include "flow/first_line.h"
#include "flow/flow.h"
#include "flow/known_flows.h"
#include "http/target.h"

namespace porthole::flow {

// What is read of a flow is all that can be kept of it: heads, notes and records of what passed unseen are few.
static_assert(2 * std::size_t{Recorder::kPiecesMax} + 10'000 < Flow::kStepsMax);

namespace {

// A flow whose end was dropped is given up after so long without an event, once there are too many of them.
constexpr std::int64_t kStale = 3'600'000'000'000;
constexpr std::int64_t kClockStep = 100'000'000;  // nanoseconds: less is between two looks at two clocks
constexpr Duration kOpenRetry = std::chrono::seconds(1);

std::size_t first_line_size(const std::uint16_t (&sizes)[3]) { return std::size_t{0} + sizes[0] + sizes[1] + sizes[2]; }

ByteCount ring_bytes(std::size_t workers) {
  return std::clamp<ByteCount>(std::bit_floor(Recorder::kRingsMax / std::max<std::size_t>(1, workers)), 64_KiB,
                               Ring::kBytes);
}

}  // namespace

Recorder::Recorder(const Clock& clock, Random& random, RecorderOptions options, std::size_t workers)
    : clock_(clock),
      random_(random),
      options_(std::move(options)),
      redactor_(options_.redact),
      rings_(workers),
      unix_offset_(unix_offset()) {
  for (Source& source : rings_) source.ring = std::make_unique<Ring>(ring_bytes(workers), &bell_);
}

Recorder::~Recorder() = default;

void Recorder::open_store() {
  if (now_ < store_retry_) return;
  auto opened = Store::open(options_.store, random_);
  if (opened) {
    store_ = std::move(*opened);
    metrics_.paused_errno.set(0);
    metrics_.outdated_segments.set(static_cast<std::int64_t>(store_->outdated()));
    load_rows();
    return;
  }
  if (metrics_.paused_errno.value() == 0) metrics_.pauses.add();
  metrics_.paused_errno.set(opened.error().os_errno);
  store_retry_ = now_ + kOpenRetry;
}

void Recorder::load_rows() {
  tell_known_flows(options_.store.folder, store_->paths(), Rows::kRows, kLoadedMax,
                   [&](const Row& row) { rows_.add(row); });
}

bool Recorder::wait_for(const std::atomic<std::uint32_t>& done, std::uint32_t wanted, Duration patience) {
  constexpr auto kLook = std::chrono::milliseconds(1);
  for (Duration waited{}; done.load(std::memory_order_acquire) < wanted; waited += kLook) {
    if (waited >= patience) return false;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

bool Recorder::clear(Duration patience) { return wait_for(clear_done_, ++clear_asked_, patience); }

bool Recorder::write_all(Duration patience) {
  std::uint32_t wanted = ++write_asked_;
  wake();
  return wait_for(write_done_, wanted, patience);
}

void Recorder::forget() {
  std::uint32_t asked = clear_asked_;
  indexer_.stop();
  for (auto& [flow, open] : open_) {
    auto row = open.number ? rows_.at(*open.number) : std::nullopt;
    open.number.reset();
    if (!row) continue;
    open.keep(row->method, row->host, row->target, row->content_type);
    to_tell(open, flow);
  }
  rows_.clear();
  if (store_) {
    store_->clear();
    load_rows();  // those that are pinned
  }
  for (auto& [flow, open] : open_) {
    open.last = {};
    open.lost = true;
  }
  clear_done_.store(asked, std::memory_order_release);
}

std::size_t Recorder::step() {
  now_ = clock_.now();
  if (std::abs(unix_offset() - unix_offset_) >= kClockStep) unix_offset_ = unix_offset();
  std::uint32_t write_asked = write_asked_.load(std::memory_order_acquire);
  if (!store_) open_store();
  if (clear_done_.load(std::memory_order_relaxed) != clear_asked_.load(std::memory_order_relaxed)) forget();
  std::size_t taken = 0;
  std::size_t waiting = 0;
  for (Source& source : rings_) {
    taken += drain(*source.ring, 0);
    waiting += source.ring->waiting();
  }
  taken += drain(import_ring_, kImported);
  tell();
  metrics_.waiting_bytes.set(static_cast<std::int64_t>(waiting));
  metrics_.open_flows.set(static_cast<std::int64_t>(open_.size()));
  bool hurry = hurried_.load(std::memory_order_relaxed) && hurried_.exchange(false);
  if (write_asked != write_done_.load(std::memory_order_relaxed)) hurry = true;
  if (store_ && (hurry || now_ - flushed_ >= kFlushEvery)) flush(now_);
  write_done_.store(write_asked, std::memory_order_release);
  if (store_ && taken <= kCalm) indexer_.step(*store_, now_);
  return taken;
}

void Recorder::flush(Instant now) {
  flushed_ = now;
  store_->flush(now);
  written_.store(store_->written().value, std::memory_order_release);
  if (store_->paused() != 0 && metrics_.paused_errno.value() == 0) metrics_.pauses.add();
  metrics_.paused_errno.set(store_->paused());
  metrics_.segments.set(static_cast<std::int64_t>(store_->segments()));
  metrics_.store_bytes.set(static_cast<std::int64_t>(store_->bytes()));
  metrics_.evicted_segments.add(store_->evicted() - std::exchange(evicted_seen_, store_->evicted()));
}

bool Recorder::wait_until_written(Position position, Duration patience) const {
  constexpr auto kLook = std::chrono::milliseconds(1);
  if ((position.sequence() & Store::kCopies) != 0) return true;
  for (Duration waited{}; written_.load(std::memory_order_acquire) <= position.value; waited += kLook) {
    if (waited >= patience || metrics_.paused_errno.value() != 0) return false;
    hurried_ = true;
    std::this_thread::sleep_for(kLook);
  }
  return true;
}

bool Recorder::catch_up(Duration patience) {
  constexpr auto kLook = std::chrono::microseconds(200);
  std::vector<std::pair<const Ring*, std::uint64_t>> behind;
  auto look_at = [&](const Ring& ring) { behind.emplace_back(&ring, ring.written()); };
  for (const Source& source : rings_) look_at(*source.ring);
  look_at(import_ring_);
  for (Duration waited{};; waited += kLook) {
    std::erase_if(behind, [](const auto& one) { return one.first->read() >= one.second; });
    if (behind.empty() || waited >= patience) return behind.empty();
    if (waited == Duration{}) wake();
    std::this_thread::sleep_for(kLook);
  }
}

void Recorder::finish() {
  while (step() > 0) {}
  if (store_) flush(now_);
}

std::size_t Recorder::drain(Ring& ring, std::uint16_t flags) {
  std::size_t taken = 0;
  while (taken < kStepBytes) {
    std::span<char> front = ring.front();
    if (front.empty()) break;
    taken += front.size();
    EventHeader event;
    std::memcpy(&event, front.data(), sizeof event);
    event.flags |= flags;
    metrics_.events.add();
    take(event, {front.data() + sizeof event, front.size() - sizeof event});
    ring.pop();
  }
  return taken;
}

Recorder::Open* Recorder::follow(const EventHeader& event) {
  auto found = open_.find(event.flow);
  if (found == open_.end()) {
    if (open_.size() >= kOpenMax) forget_stale(event.at);
    if (open_.size() >= kOpenMax) return nullptr;
    if (spare_) {
      spare_.key() = event.flow;
      spare_.mapped() = {};
      found = open_.insert(std::move(spare_)).position;
    } else {
      found = open_.try_emplace(event.flow).first;
    }
    found->second.unix_offset = unix_offset_;
    found->second.dropped_before = event.dropped;
    found->second.lost = event.kind != EventKind::begin;
  }
  found->second.touched = event.at;
  return &found->second;
}

void Recorder::forget_stale(std::int64_t now) {
  if (now - stale_checked_ < std::chrono::nanoseconds(kOpenRetry).count()) return;
  stale_checked_ = now;
  std::erase_if(open_, [&](const auto& one) { return now - one.second.touched > kStale; });
}

void Recorder::Open::keep(std::string_view method, std::string_view host, std::string_view target,
                          std::string_view type) {
  const std::string_view parts[3] = {method.substr(0, 64), host.substr(0, 256), target.substr(0, Rows::kTargetMax)};
  text.clear();
  text.reserve(parts[0].size() + parts[1].size() + parts[2].size() + type.size());
  for (std::size_t i = 0; i < 3; ++i) {
    text += parts[i];
    text_sizes[i] = static_cast<std::uint16_t>(parts[i].size());
  }
  text += type;
}

// What the list will show of a flow that goes on.
void Recorder::learn(Open& open, const EventHeader& event, std::string_view payload) {
  EventReader in(payload);
  switch (event.kind) {
    case EventKind::begin:
      open.client = in.endpoint();
      open.begun = event.at;
      return;
    case EventKind::request_received: {
      open.unparsed = (event.flags & kUnparsed) != 0;
      RequestSummary request = open.unparsed ? unparsed_summary(in.text()) : request_summary(in.text());
      std::string room;
      std::string_view target = http::without_userinfo(request.target, room);
      open.keep(request.method, request.host, target, {});
      return to_tell(open, event.flow);
    }
    case EventKind::response_sent: {
      ResponseSummary response = response_summary(in.text());
      open.status = response.status;
      open.text.resize(first_line_size(open.text_sizes));  // an earlier answer may have had another type
      open.text += response.content_type.substr(0, 128);
      return to_tell(open, event.flow);
    }
    case EventKind::data:
    case EventKind::unseen:
      if (open.number && !std::exchange(open.moved, true)) moved_.push_back(event.flow);
      return;
    case EventKind::tls: return to_tell(open, event.flow);  // a tunnel may live long and say nothing more
    case EventKind::note: {
      in.number<std::int64_t>();
      if (in.text() == kReplayNote) open.replay_of = FlowId::parse(in.text()).value_or(FlowId{});
      return;
    }
    default: return;
  }
}

void Recorder::to_tell(Open& open, std::uint64_t flow) {
  if (!std::exchange(open.untold, true)) untold_.push_back(flow);
}

// Most flows begin and end within one step, and are told once.
void Recorder::tell() {
  if (now_ - moved_told_ >= kProgressEvery) {
    moved_told_ = now_;
    for (std::uint64_t flow : moved_) {
      auto found = open_.find(flow);
      if (found != open_.end() && std::exchange(found->second.moved, false)) to_tell(found->second, flow);
    }
    moved_.clear();
  }
  for (std::uint64_t flow : untold_) {
    auto found = open_.find(flow);
    if (found == open_.end() || !std::exchange(found->second.untold, false)) continue;
    Open& open = found->second;
    Row row{.flow = {flow}, .open = true, .last = open.last, .status = open.status};
    row.client = open.client;
    if (open.replay_of) row.said_replayed(*open.replay_of);
    if (open.unparsed) row.flags |= kUnparsed;
    row.begun = WallTime(Duration(open.begun));
    row.took = Duration(open.touched + open.unix_offset - open.begun);
    row.bytes_in = open.kept[0] + open.unseen[0];
    row.bytes_out = open.kept[1] + open.unseen[1];
    std::uint16_t(&sizes)[3] = open.text_sizes;
    std::string_view text = open.text;
    row.content_type = text.substr(first_line_size(sizes));
    if (open.number) {
      rows_.update(*open.number, row);
      continue;
    }
    row.method = text.substr(0, sizes[0]);
    row.host = text.substr(sizes[0], sizes[1]);
    row.target = text.substr(sizes[0] + sizes[1], sizes[2]);
    open.number = rows_.add(row);
    open.text = std::string(row.content_type);
    std::fill(std::begin(sizes), std::end(sizes), std::uint16_t{0});
  }
  untold_.clear();
}

std::uint16_t Recorder::flags_of(const Open& open, const EventHeader& event, const Row& row) const {
  std::uint16_t flags = event.flags;
  if (open.unparsed) flags |= kUnparsed;
  if (open.lost || event.dropped != open.dropped_before) flags |= kEventLost;
  const ByteCount moved[2] = {row.bytes_in, row.bytes_out};
  for (std::size_t i = 0; i < 2; ++i) {
    // What was not looked at was not wanted. Nor was anything of a CONNECT's, of which nothing is kept.
    ByteCount looked_at = moved[i] - std::min(moved[i], open.unseen[i]);
    if (open.kept[i] < std::min(looked_at, options_.body_limit)) flags |= kContentLost;
    bool not_in_the_file = (event.flags & kImported) != 0 && open.unseen[i] > 0;
    if (open.cut || not_in_the_file || (row.method != "CONNECT" && moved[i] > options_.body_limit))
      flags |= kContentCut;
  }
  return flags;
}

Position Recorder::write(Open& open, const EventHeader& event, std::string_view payload) {
  Position at;
  if (store_) at = store_->append(event, payload, open.last, redactor_, now_);
  if (at) {
    open.last = at;
  } else {
    metrics_.lost_events.add();
    open.lost = true;
  }
  return at;
}

// At the time of `event`.
void Recorder::write_unseen(Open& open, EventHeader event, std::size_t direction) {
  ByteCount size = std::exchange(open.unwritten[direction], 0);
  if (size == 0) return;
  event.kind = EventKind::unseen;
  event.direction = static_cast<Direction>(direction);
  write(open, event, {reinterpret_cast<const char*>(&size), sizeof size});
}

void Recorder::take(EventHeader event, std::string_view payload) {
  Open* open = follow(event);
  if (!open) {
    metrics_.lost_events.add();
    return;
  }
  event.at += open->unix_offset;
  auto direction = static_cast<std::size_t>(event.direction);
  if (event.kind == EventKind::data) {
    ByteCount size = payload.size() - sizeof(ByteCount);
    if (open->pieces[direction] == kPiecesMax) {
      open->cut = true;
      open->unseen[direction] += size;
      return learn(*open, event, payload);
    }
    ++open->pieces[direction];
    open->kept[direction] += size;
  }
  if (event.kind == EventKind::unseen) {
    auto size = EventReader(payload).number<ByteCount>();
    open->unseen[direction] += size;
    open->unwritten[direction] += size;
    if (open->unwritten[direction] >= std::max(kUnseenMin, open->unseen[direction] / 16))
      write_unseen(*open, event, direction);
    return learn(*open, event, payload);
  }
  EventHeader kept = event;
  std::optional<Row> ended;
  if (event.kind == EventKind::end) {
    for (std::size_t i = 0; i < 2; ++i) write_unseen(*open, event, i);
    if (!ended.emplace().read(payload)) ended.reset();
  }
  std::string with_parent;  // rare
  if (ended) {
    ended->flags = flags_of(*open, event, *ended);
    if (open->replay_of) {
      ended->said_replayed(*open->replay_of);
      with_parent = payload;
      with_parent.append(reinterpret_cast<const char*>(&ended->replay_of.value), sizeof ended->replay_of.value);
      payload = with_parent;
    }
    kept.flags = ended->flags;
    if ((kept.flags & (kContentLost | kEventLost)) != 0) metrics_.incomplete.add();
  } else {
    learn(*open, event, payload);
  }
  Position at = write(*open, kept, payload);
  if (!ended) return;
  if (at) indexer_.add(*store_, {.header = {.event = kept}, .at = at, .payload = payload}, now_);
  metrics_.flows.add();
  ended->flow = {event.flow};
  ended->last = at;
  if (!open->number || !rows_.update(*open->number, *ended)) rows_.add(*ended);
  spare_ = open_.extract(event.flow);
}

}  // namespace porthole::flow
