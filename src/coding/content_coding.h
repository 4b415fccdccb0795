// Content codings as names and lists (RFC 9110 §8.4): which there are, and what a Content-Encoding field says. What a
// coding does to bytes is in decoder.h and encoder.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace porthole::coding {

enum class ContentCoding : std::uint8_t { identity, gzip, deflate, br, zstd };

// The token of Content-Encoding; case does not count, "x-gzip" is gzip (RFC 9110 §8.4.1.3).
std::optional<ContentCoding> content_coding_of(std::string_view token);
std::string_view content_coding_text(ContentCoding coding);

// Why a list cannot be undone.
struct ListFault {
  enum class Kind : std::uint8_t { unknown, too_many };
  Kind kind;
  std::string_view word;  // into the field value: the first coding that is the matter
};

// The codings of a body in the order in which they were applied, so the last is the outermost. `identity` is not kept.
class CodingList {
 public:
  // Honest servers send one, some two. curl stops at 5, and nested bombs (bad-inputs 47) need depth.
  static constexpr std::size_t kCodingsMax = 5;

  // The list of one Content-Encoding value, "gzip, br". Empty elements are skipped (RFC 9110 §5.6.1).
  static std::expected<CodingList, ListFault> parse(std::string_view field_value);
  // The codings of a further field line, applied after those here. On a fault the list is as before.
  std::expected<void, ListFault> append(std::string_view field_value);
  // False when the list is full.
  bool add(ContentCoding coding);

  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  const ContentCoding* begin() const { return list_.data(); }
  const ContentCoding* end() const { return list_.data() + size_; }
  ContentCoding operator[](std::size_t i) const { return list_[i]; }
  std::string text() const;  // "gzip, br"; "" for none

  bool operator==(const CodingList&) const = default;

 private:
  std::array<ContentCoding, kCodingsMax> list_{};
  std::size_t size_ = 0;
};

}  // namespace porthole::coding
