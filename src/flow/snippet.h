// Snippet: the request of a recorded flow as something to paste: a line for a shell, a program of a few lines, or its octets.
// Whatever was captured, it is only ever data in there: quotes, line breaks, $(..) and leading @ do nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "flow/flow.h"

namespace porthole::flow {

enum class SnippetKind : std::uint8_t { curl, fetch, python, raw };
std::optional<SnippetKind> snippet_kind_of(std::string_view name);

// The field lines that speak of this connection alone are left out: whoever sends it makes them anew. Without `secrets` the
// values of Authorization, Cookie and their like are asterisks. Nothing for a tunnel, or when the request was not kept.
// Content that was not kept whole is said so in a comment.
constexpr ByteCount kSnippetContentMax = 8_MiB;
std::optional<std::string> snippet(SegmentFolder& folder, const Flow& flow, SnippetKind kind, bool secrets);

}  // namespace porthole::flow
