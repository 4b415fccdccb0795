// See marks.h. A copy is a segment of its own, whose sequence number has the highest bit: then a Position says which it is, and
// whoever reads a flow reads a copy the same way.
#include "flow/marks.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "flow/bounded_json.h"
#include "flow/flow.h"
#include "flow/store.h"

namespace porthole::flow {
namespace {

constexpr ByteCount kFileMax = 64_MiB;

auto failed(int os_errno, const char* what) {
  return fail(Error{.side = Side::us, .os_errno = os_errno, .detail = what});
}

std::string path_of(const std::string& folder) { return folder + "/marks.json"; }

// A tag is neither empty nor too long.
bool is_tag(const nlohmann::json& json) {
  if (!json.is_string()) return false;
  std::size_t size = json.get_ref<const std::string&>().size();
  return size > 0 && size <= Mark::kTagMax;
}

bool is_colour(const std::string& text) {
  const auto& colours = Mark::colours();
  return text.empty() || std::find(colours.begin(), colours.end(), text) != colours.end();
}

std::optional<Mark> patch(Mark mark, const nlohmann::json& json) {
  if (!json.is_object()) return std::nullopt;
  for (const auto& [key, value] : json.items()) {
    bool unset = value.is_null();
    if (key == "pinned" && (unset || value.is_boolean())) {
      mark.pinned = !unset && value;
    } else if (key == "colour" && (unset || value.is_string())) {
      mark.colour = unset ? "" : value;
    } else if (key == "note" && (unset || value.is_string())) {
      mark.note = unset ? "" : value;
    } else if (key == "tags" && (unset || value.is_array())) {
      if (!std::all_of(value.begin(), value.end(), is_tag)) return std::nullopt;
      mark.tags.assign(value.begin(), value.end());
    } else if (key == "pinned" || key == "colour" || key == "note" || key == "tags") {
      return std::nullopt;
    }
  }
  bool fits = is_colour(mark.colour) && mark.tags.size() <= Mark::kTagsMax && mark.note.size() <= Mark::kNoteMax;
  return fits ? std::optional(std::move(mark)) : std::nullopt;
}

// The records that end at `last`, first to last, in a segment of their own.
Result<Position> copy_out(SegmentFolder& from, Position last, std::uint32_t sequence, Random& random) {
  std::vector<Position> chain;
  ByteCount bytes = sizeof(SegmentHeader);
  for (Position at = last; at;) {
    auto record = from.at(at);
    if (!record || chain.size() >= Flow::kStepsMax) break;  // an older segment has gone: the copy begins later
    chain.push_back(at);
    bytes += record->header.bytes;
    at = {record->header.previous};
  }
  if (chain.empty()) return failed(ENOENT, "its records are gone");
  std::string path = Store::path_in(from.path(), sequence);
  SegmentHeader header{.sequence = sequence, .seed = random.next()};
  auto writer = SegmentWriter::create(path, header, bytes);
  Position copied;
  Result<> done;
  if (!writer) done = std::unexpected(writer.error());
  for (auto at = chain.rbegin(); done && at != chain.rend(); ++at) {
    auto record = from.at(*at);
    if (!record || !writer->fits(record->payload.size())) done = failed(ENOENT, "its records are gone");
    else copied = writer->append(record->header.event, record->payload, copied, [](std::span<char>) {});
    if (done && writer->gathered() >= Store::kGatherMax) done = writer->flush();
  }
  if (done) done = writer->finish();
  if (done) return copied;
  ::unlink(path.c_str());
  return std::unexpected(done.error());
}

}  // namespace

const std::vector<std::string>& Mark::colours() {
  static const std::vector<std::string> all = {"red", "amber", "green", "blue", "violet"};
  return all;
}

void Mark::append(Json& json) const {
  json.object();
  if (pinned) json.boolean("pinned", true);
  if (!colour.empty()) json.text("colour", colour);
  if (!note.empty()) json.text("note", note);
  if (!tags.empty()) {
    json.key("tags").array();
    for (const std::string& tag : tags) json.text(tag);
    json.end_array();
  }
  json.end_object();
}

std::optional<Mark> Mark::patched(std::string_view text) const { return patch(*this, parse_bounded(text, 1000)); }

Marks::Marks(std::string folder, Random& random) : folder_(std::move(folder)), random_(random) {
  struct stat facts{};
  if (::stat(path_of(folder_).c_str(), &facts) != 0 || static_cast<ByteCount>(facts.st_size) > kFileMax) return;
  std::ostringstream text;
  text << std::ifstream(path_of(folder_)).rdbuf();
  auto json = nlohmann::json::parse(text.str(), nullptr, false);
  if (!json.is_object()) return;
  for (const auto& [id, value] : json.items()) {
    auto flow = FlowId::parse(id);
    auto mark = patch(Mark(), value);
    if (!flow || !mark || marks_.size() >= kMarksMax) continue;
    Position copy;
    std::uint64_t order = 0;
    if (auto at = value.find("copy"); at != value.end() && at->is_number_unsigned()) copy = {*at};
    if (auto at = value.find("order"); at != value.end() && at->is_number_unsigned()) order = *at;
    next_order_ = std::max(next_order_, order + 1);
    marks_[flow->value] = {std::move(*mark), copy, order};
  }
}

const Mark* Marks::find(FlowId flow) const {
  auto found = marks_.find(flow.value);
  return found == marks_.end() ? nullptr : &found->second.mark;
}

MarkFacts Marks::facts(FlowId flow) const {
  const Mark* mark = find(flow);
  return mark ? mark->facts() : MarkFacts();
}

Result<> Marks::set(FlowId flow, Mark mark, Position last) {
  auto found = marks_.find(flow.value);
  Kept before = found == marks_.end() ? Kept() : found->second;
  Kept after{std::move(mark), before.copy, before.order != 0 ? before.order : next_order_++};
  bool full = found == marks_.end() && !after.mark.empty() && marks_.size() >= kMarksMax;
  auto oldest = full ? first_that_may_go() : marks_.end();
  if (full && oldest == marks_.end()) return failed(ENOSPC, "there are too many marks");
  if (after.mark.pinned && !after.copy) {
    if (pinned_bytes() >= kPinnedMax) return failed(ENOSPC, "there are too many pins: take some out");
    SegmentFolder from(folder_);
    auto copied = copy_out(from, last, next_copy(), random_);
    if (!copied) return std::unexpected(copied.error());
    after.copy = *copied;
  }
  if (!after.mark.pinned) after.copy = {};
  auto room = full ? marks_.extract(oldest) : decltype(marks_)::node_type();
  if (after.mark.empty()) marks_.erase(flow.value);
  else marks_[flow.value] = after;
  auto written = write();
  Position gone = written ? before.copy : after.copy;  // a copy that nothing names any more
  if (written && gone.value == after.copy.value) gone = {};
  if (!written) {
    if (gone.value == before.copy.value) gone = {};
    if (before.mark.empty()) marks_.erase(flow.value);
    else marks_[flow.value] = std::move(before);
    if (room) marks_.insert(std::move(room));
  }
  if (gone) ::unlink(Store::path_in(folder_, gone.sequence()).c_str());
  return written;
}

Marks::Place Marks::first_that_may_go() {
  auto oldest = marks_.end();
  for (auto at = marks_.begin(); at != marks_.end(); ++at) {
    if (!at->second.mark.pinned && (oldest == marks_.end() || at->second.order < oldest->second.order)) oldest = at;
  }
  return oldest;
}

Result<> Marks::forget(const std::function<bool(FlowId)>& keep) {
  auto before = marks_;
  std::erase_if(marks_, [&](const auto& one) { return !one.second.mark.pinned && !keep({one.first}); });
  if (marks_.size() == before.size()) return {};
  auto written = write();
  if (!written) marks_ = std::move(before);
  return written;
}

Result<> Marks::write() const {
  std::string text;
  Json json(text);
  json.object();
  for (const auto& [flow, kept] : marks_) {
    char id[FlowId::kTextBytes];
    FlowId{flow}.text(id);
    json.key({id, sizeof id});
    kept.mark.append(json);
    text.pop_back();  // what only this file has
    text += (text.back() == '{' ? "\"order\":" : ",\"order\":") + std::to_string(kept.order);
    if (kept.copy) text += ",\"copy\":" + std::to_string(kept.copy.value);
    text += '}';
  }
  json.end_object();
  std::string fresh = path_of(folder_) + ".new";
  std::ofstream file(fresh, std::ios::trunc);
  file << text;
  file.close();
  if (!file) return failed(errno != 0 ? errno : EIO, "the marks cannot be written");
  ::chmod(fresh.c_str(), 0600);
  if (std::rename(fresh.c_str(), path_of(folder_).c_str()) != 0) return failed(errno, "the marks cannot be written");
  return {};
}

ByteCount Marks::pinned_bytes() const {
  ByteCount bytes = 0;
  for (const auto& [flow, kept] : marks_) {
    struct stat facts{};
    if (kept.copy && ::stat(Store::path_in(folder_, kept.copy.sequence()).c_str(), &facts) == 0)
      bytes += static_cast<ByteCount>(facts.st_size);
  }
  return bytes;
}

std::uint32_t Marks::next_copy() const {
  std::uint32_t next = Store::kCopies;
  for (const auto& [flow, kept] : marks_) next = std::max(next, kept.copy.sequence() + 1);
  for (const std::string& path : Store::copies_in(folder_)) {  // also those that a lost file of marks knew
    auto segment = SegmentReader::open(path);
    if (segment) next = std::max(next, segment->header().sequence + 1);
  }
  return std::max(next, Store::kCopies | 1U);
}

std::vector<Position> pinned_in(const std::string& folder) {
  std::vector<Position> all;
  SegmentFolder reader(folder);
  for (const std::string& path : Store::copies_in(folder)) {
    auto segment = SegmentReader::open(path);
    if (!segment) continue;
    Position last;
    while (auto record = segment->next()) last = record->at;
    if (last) all.push_back(last);
  }
  return all;
}

}  // namespace porthole::flow
