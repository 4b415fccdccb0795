// See content_answer.h.
#include "admin/content_answer.h"

#include <algorithm>

#include <fmt/format.h>

#include "admin/api.h"
#include "base/ascii.h"

namespace porthole::admin {
namespace {

constexpr ByteCount kDecodedMax = 8_MiB;
constexpr ByteCount kPiece = 256_KiB;

struct Range {
  ByteCount first = 0, count = 0;
};

// RFC 9110 §14.1.2: one range of bytes; anything else is as if there were none. A range with count 0 cannot be satisfied.
std::optional<Range> range_of(const http::RequestHead& request, ByteCount size) {
  const http::Field* field = request.fields.find("Range");
  if (!field || !field->value.starts_with("bytes=")) return std::nullopt;
  std::string_view text = field->value.substr(6);
  std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  auto from = ascii::parse_decimal(text.substr(0, dash)), to = ascii::parse_decimal(text.substr(dash + 1));
  if (dash == 0) return to ? std::optional(Range{size - std::min(*to, size), std::min(*to, size)}) : std::nullopt;
  bool open = dash + 1 == text.size();
  if (!from || (!to && !open) || (to && *to < *from)) return std::nullopt;
  if (*from >= size) return Range{};
  return Range{*from, std::min(open ? size - 1 : *to, size - 1) - *from + 1};
}

// How much there is from the beginning on without a gap.
ByteCount whole_part(const flow::RecordedContent& content) {
  ByteCount end = 0;
  for (const flow::RecordedPiece& piece : content.pieces) {
    if (piece.offset != end) break;
    end += piece.size;
  }
  return end;
}

class ContentFeed final : public Feed {
 public:
  ContentFeed(flow::SegmentFolder folder, flow::RecordedContent content, Range range)
      : folder_(std::move(folder)), content_(std::move(content)), range_(range) {}
  State pull(std::string& piece, Instant) override {
    ByteCount taken = flow::read_content(folder_, content_, range_.first, std::min(range_.count, kPiece), piece);
    if (taken == 0) return State::broken;  // its segment was evicted meanwhile
    range_.first += taken;
    range_.count -= taken;
    return range_.count == 0 ? State::done : State::more;
  }

 private:
  flow::SegmentFolder folder_;
  flow::RecordedContent content_;
  Range range_;
};

}  // namespace

Answer content_answer(const http::RequestHead& request, const flow::Flow& flow, flow::Direction direction,
                      flow::SegmentFolder folder, bool decoded) {
  const flow::RecordedContent& content = flow.content[static_cast<std::size_t>(direction)];
  const auto& head = flow.head_of(direction);
  decoded = decoded && head && !flow::fields_of(*head, "content-encoding").empty();
  Answer answer{.content_type = "application/octet-stream"};
  flow::DecodedContent plain;
  if (decoded) plain = flow::decoded_content(folder, flow, direction, kDecodedMax);
  ByteCount size = decoded ? plain.text.size() : whole_part(content);
  auto range = range_of(request, size);
  if (range && range->count == 0) {
    answer = problem(416, "range", "there is nothing there");
    answer.fields.emplace_back("Content-Range", fmt::format("bytes */{}", size));
  } else {
    answer.fields = {
        {"Content-Disposition", "attachment"}, {"Content-Security-Policy", "sandbox"}, {"Accept-Ranges", "bytes"}};
  }
  if (!plain.fault.empty()) answer.fields.emplace_back("Porthole-Fault", plain.fault);
  if (answer.status == 416) return answer;
  if (range) {
    answer.status = 206;
    answer.fields.emplace_back("Content-Range",
                               fmt::format("bytes {}-{}/{}", range->first, range->first + range->count - 1, size));
  }
  Range taken = range.value_or(Range{0, size});
  if (decoded) {
    answer.body = plain.text.substr(taken.first, taken.count);
  } else if (taken.count > 0) {
    answer.feed = std::make_unique<ContentFeed>(std::move(folder), content, taken);
    answer.feed_length = taken.count;
  }
  return answer;
}

}  // namespace porthole::admin
