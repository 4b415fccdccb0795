// "Did you mean": the known word that a mistyped one most likely stands for.
#pragma once

#include <span>
#include <string_view>

namespace porthole {

// Insertions, deletions, changes and swaps of neighbours that turn one word into the other; case does not count.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The nearest of `known` when it is near enough to be worth saying (a third of the letters), else empty.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace porthole
