// See content_coding.h. The commas are split here and not by http: this room knows no fields.
#include "coding/content_coding.h"

#include <algorithm>

#include "base/ascii.h"

namespace porthole::coding {
namespace {

struct Name {
  std::string_view token;
  ContentCoding coding;
};

// The first of a coding is the one we write. "compress" is not here: nothing sends it any more.
constexpr std::array kNames = {
    Name{"identity", ContentCoding::identity}, Name{"gzip", ContentCoding::gzip}, Name{"x-gzip", ContentCoding::gzip},
    Name{"deflate", ContentCoding::deflate},   Name{"br", ContentCoding::br},     Name{"zstd", ContentCoding::zstd}};

}  // namespace

std::optional<ContentCoding> content_coding_of(std::string_view token) {
  for (const Name& name : kNames) {
    if (ascii::equal_nocase(name.token, token)) return name.coding;
  }
  return std::nullopt;
}

std::string_view content_coding_text(ContentCoding coding) {
  for (const Name& name : kNames) {
    if (name.coding == coding) return name.token;
  }
  return "";
}

std::expected<CodingList, ListFault> CodingList::parse(std::string_view field_value) {
  CodingList list;
  std::expected<void, ListFault> appended = list.append(field_value);
  if (!appended) return std::unexpected(appended.error());
  return list;
}

std::expected<void, ListFault> CodingList::append(std::string_view field_value) {
  CodingList longer = *this;
  while (!field_value.empty()) {
    std::size_t comma = std::min(field_value.find(','), field_value.size());
    std::string_view word = ascii::trim(field_value.substr(0, comma));
    field_value.remove_prefix(std::min(comma + 1, field_value.size()));
    if (word.empty()) continue;
    std::optional<ContentCoding> coding = content_coding_of(word);
    if (!coding) return std::unexpected(ListFault{ListFault::Kind::unknown, word});
    if (!longer.add(*coding)) return std::unexpected(ListFault{ListFault::Kind::too_many, word});
  }
  *this = longer;
  return {};
}

bool CodingList::add(ContentCoding coding) {
  if (coding == ContentCoding::identity) return true;
  if (size_ == kCodingsMax) return false;
  list_[size_++] = coding;
  return true;
}

std::string CodingList::text() const {
  std::string text;
  for (ContentCoding coding : *this) {
    if (!text.empty()) text += ", ";
    text += content_coding_text(coding);
  }
  return text;
}

}  // namespace porthole::coding
