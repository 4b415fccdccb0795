// Marks: what people say about recorded flows: a pin, a colour, a note, tags. Kept in one file beside the segments; small, and
// written whole each time. A pin also copies the flow out of its segment, so that it stays when that is evicted. One thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/random.h"
#include "base/result.h"
#include "flow/row_subject.h"
#include "flow/segment_folder.h"

namespace porthole::flow {

struct Mark {
  static constexpr std::size_t kNoteMax = 4096, kTagsMax = 16, kTagMax = 64;
  bool pinned = false;
  std::string colour;  // "" or one of colours()
  std::string note;
  std::vector<std::string> tags;

  bool empty() const { return !pinned && colour.empty() && note.empty() && tags.empty(); }
  // For match expressions: `is:pinned`, `is:noted`, `tag:x`.
  MarkFacts facts() const { return {.pinned = pinned, .noted = !note.empty(), .tags = tags}; }
  // {"pinned": true, "colour": "red", "note": "..", "tags": [..]}, what is not set left out.
  void append(Json& json) const;
  // This mark after a merge patch (RFC 7396): what `json` names is replaced, null takes it out, all else stays. Unknown keys are
  // ignored; nothing when `json` is no object of the above, or the outcome is beyond the limits.
  std::optional<Mark> patched(std::string_view json) const;
  static const std::vector<std::string>& colours();
};

class Marks {
 public:
  static constexpr std::size_t kMarksMax = 10'000;
  static constexpr ByteCount kPinnedMax = 256_MiB;  // on the disk, beside capture.keep

  // Reads what is there; `folder` need not exist. A file that is damaged counts as empty, and is replaced when one is set.
  Marks(std::string folder, Random& random);

  const Mark* find(FlowId flow) const;
  // Of a flow that nobody marked: none.
  MarkFacts facts(FlowId flow) const;
  std::size_t size() const { return marks_.size(); }
  // An empty mark forgets what was said. A new pin copies the records that end at `last`. Error (side = us; os_errno, detail):
  // ENOSPC beyond the limits or on a full disk, ENOENT when the records have gone; then all is as it was. Beyond kMarksMax the
  // mark that was set first and is no pin makes room.
  Result<> set(FlowId flow, Mark mark, Position last);
  // Forgets all but pins and what `keep` is true for. Error as above.
  Result<> forget(const std::function<bool(FlowId)>& keep);

 private:
  struct Kept {
    Mark mark;
    Position copy;            // of the records, when it is pinned
    std::uint64_t order = 0;  // larger than those of marks that were set before
  };
  Result<> write() const;
  using Place = std::map<std::uint64_t, Kept>::iterator;
  Place first_that_may_go();
  ByteCount pinned_bytes() const;
  std::uint32_t next_copy() const;

  std::string folder_;
  Random& random_;
  std::map<std::uint64_t, Kept> marks_;  // by flow
  std::uint64_t next_order_ = 1;
};

// The copies of pinned flows in `folder`, by their last records; for lists that begin anew.
std::vector<Position> pinned_in(const std::string& folder);

}  // namespace porthole::flow
