// See line_diff.h. Texts become numbers first, so that a comparison is one of numbers.
#include "flow/line_diff.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace porthole::flow {
namespace {

using Numbers = std::span<const std::uint32_t>;
using Reach = std::vector<std::size_t>;

// The furthest place in `a` on each diagonal -d, -d + 2 .. d after d steps, for each d until both ends are reached; nothing when
// that takes more than kEditsMax.
std::optional<std::vector<Reach>> reaches(Numbers a, Numbers b) {
  std::vector<Reach> all;
  for (std::size_t d = 0; d <= kEditsMax; ++d) {
    Reach reach(d + 1);
    for (std::size_t i = 0; i <= d; ++i) {  // diagonal 2 i - d: place in a less place in b
      std::size_t x = 0;
      if (d > 0) {
        const Reach& before = all.back();
        bool down = i == 0 || (i < d && before[i - 1] < before[i]);
        x = down ? before[i] : before[i - 1] + 1;
      }
      std::size_t y = x + d - 2 * i;
      while (x < a.size() && y < b.size() && a[x] == b[y]) ++x, ++y;
      reach[i] = x;
      if (x >= a.size() && y >= b.size()) {
        all.push_back(std::move(reach));
        return all;
      }
    }
    all.push_back(std::move(reach));
  }
  return std::nullopt;
}

// From the end back to the beginning, the way that led there.
std::vector<Edit> walked_back(Numbers a, Numbers b, const std::vector<Reach>& all) {
  std::vector<Edit> edits;
  std::size_t x = a.size(), y = b.size();
  for (std::size_t d = all.size() - 1; d > 0; --d) {
    const Reach& before = all[d - 1];
    std::size_t i = (x + d - y) / 2;
    bool down = i == 0 || (i < d && before[i - 1] < before[i]);
    std::size_t from = down ? before[i] : before[i - 1];
    std::size_t start = down ? from : from + 1;
    while (x > start) edits.push_back({Edit::Kind::same, --x, --y});
    if (down) edits.push_back({Edit::Kind::added, x, --y});
    else edits.push_back({Edit::Kind::removed, --x, y});
  }
  while (x > 0) edits.push_back({Edit::Kind::same, --x, --y});
  std::reverse(edits.begin(), edits.end());
  return edits;
}

std::vector<Edit> as_a_whole(Numbers a, Numbers b) {
  std::vector<Edit> edits;
  for (std::size_t x = 0; x < a.size(); ++x) edits.push_back({Edit::Kind::removed, x, 0});
  for (std::size_t y = 0; y < b.size(); ++y) edits.push_back({Edit::Kind::added, a.size(), y});
  return edits;
}

// In each run of changes, what was removed first.
void put_removed_first(std::vector<Edit>& edits) {
  for (auto at = edits.begin(); at != edits.end();) {
    auto end = std::find_if(at, edits.end(), [](const Edit& one) { return one.kind == Edit::Kind::same; });
    if (end == at) {
      ++at;
      continue;
    }
    std::size_t a = at->a, b = at->b;
    auto added = at + std::count_if(at, end, [](const Edit& one) { return one.kind == Edit::Kind::removed; });
    for (auto one = at; one != added; ++one) *one = {Edit::Kind::removed, a++, b};
    for (auto one = added; one != end; ++one) *one = {Edit::Kind::added, a, b++};
    at = end;
  }
}

}  // namespace

std::vector<Edit> edits_between(std::span<const std::string_view> a, std::span<const std::string_view> b) {
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  auto numbered = [&](std::span<const std::string_view> texts) {
    std::vector<std::uint32_t> all;
    for (std::string_view text : texts) all.push_back(numbers.try_emplace(text, numbers.size()).first->second);
    return all;
  };
  std::vector<std::uint32_t> all_a = numbered(a), all_b = numbered(b);
  std::size_t shorter = std::min(a.size(), b.size()), head = 0, tail = 0;
  while (head < shorter && all_a[head] == all_b[head]) ++head;
  while (tail < shorter - head && all_a[a.size() - 1 - tail] == all_b[b.size() - 1 - tail]) ++tail;
  Numbers in_a = Numbers(all_a).subspan(head, a.size() - head - tail);
  Numbers in_b = Numbers(all_b).subspan(head, b.size() - head - tail);
  auto all = reaches(in_a, in_b);
  std::vector<Edit> middle = all ? walked_back(in_a, in_b, *all) : as_a_whole(in_a, in_b);
  put_removed_first(middle);
  std::vector<Edit> edits;
  for (std::size_t i = 0; i < head; ++i) edits.push_back({Edit::Kind::same, i, i});
  for (const Edit& edit : middle) edits.push_back({edit.kind, edit.a + head, edit.b + head});
  for (std::size_t i = tail; i > 0; --i) edits.push_back({Edit::Kind::same, a.size() - i, b.size() - i});
  return edits;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

std::vector<Hunk> hunks_of(const std::vector<Edit>& edits, std::size_t context) {
  std::vector<Hunk> hunks;
  std::size_t taken = 0;  // edits in hunks, or passed over for good
  for (std::size_t at = 0; at < edits.size(); ++at) {
    if (edits[at].kind == Edit::Kind::same) continue;
    std::size_t from = std::max(taken, at - std::min(at, context));
    if (hunks.empty() || from > taken) hunks.emplace_back();
    std::size_t end = std::min(edits.size(), at + 1 + context);
    Hunk& hunk = hunks.back();
    hunk.edits.insert(hunk.edits.end(), edits.begin() + static_cast<std::ptrdiff_t>(from),
                      edits.begin() + static_cast<std::ptrdiff_t>(std::max(from, end)));
    taken = std::max(taken, end);
  }
  for (Hunk& hunk : hunks) {
    for (const Edit& edit : hunk.edits) {
      hunk.a_lines += edit.kind == Edit::Kind::added ? 0 : 1;
      hunk.b_lines += edit.kind == Edit::Kind::removed ? 0 : 1;
    }
    hunk.a_first = hunk.edits[0].a + (hunk.a_lines > 0 ? 1 : 0);
    hunk.b_first = hunk.edits[0].b + (hunk.b_lines > 0 ? 1 : 0);
  }
  return hunks;
}

}  // namespace porthole::flow
