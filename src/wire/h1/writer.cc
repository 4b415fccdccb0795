// See writer.h. Field lines that stand in the received text exactly as they would be written ("Name: value", CRLF) are
// copied as one run with their neighbours: the octets were compared, so this is still writing from the parsed form.
#include "wire/h1/writer.h"

#include <cstring>

#include "http/scan.h"

namespace porthole::wire::h1 {
namespace {

using Kind = http::Framing::Kind;

bool has_two(const char* at, const char (&expected)[3]) { return std::memcmp(at, expected, 2) == 0; }

// "Name: value" in one place; name and value of one field never lie in different texts two octets apart.
bool stands_as_written(const http::Field& field) {
  const char* name_end = field.name.data() + field.name.size();
  return name_end + 2 == field.value.data() && has_two(name_end, ": ");
}

char* put(char* place, std::string_view text) {
  if (text.empty()) return place;  // an empty view may be null, which memcpy does not take
  std::memcpy(place, text.data(), text.size());
  return place + text.size();
}

// A piece of known size is copied without a call.
template <std::size_t n>
char* put_literal(char* place, const char (&text)[n]) {
  std::memcpy(place, text, n - 1);
  return place + n - 1;
}

std::size_t written_size(const http::Fields& fields) {
  std::size_t size = 2;
  for (const http::Field& field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

// The field lines and the empty line.
char* put_fields(char* place, const http::Fields& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const http::Field& field = fields[i];
    PH_DASSERT(http::is_token(field.name) && http::is_value(field.value));
    if (!stands_as_written(field)) {
      place = put_literal(put(put_literal(put(place, field.name), ": "), field.value), "\r\n");
      continue;
    }
    const char* end = field.value.data() + field.value.size();
    while (i + 1 < fields.size() && fields[i + 1].name.data() == end + 2 && has_two(end, "\r\n") &&
           stands_as_written(fields[i + 1])) {
      ++i;
      PH_DASSERT(http::is_token(fields[i].name) && http::is_value(fields[i].value));
      end = fields[i].value.data() + fields[i].value.size();
    }
    place = put(place, {field.name.data(), static_cast<std::size_t>(end - field.name.data())});
    place = put_literal(place, "\r\n");
  }
  return put_literal(place, "\r\n");
}

// The first line ends in CRLF. A head as large as the limits allow may not fit one block; it goes in pieces.
void write_section(ByteQueue& out, std::initializer_list<std::string_view> first_line, const http::Fields& fields) {
  std::size_t size = written_size(fields);
  for (std::string_view piece : first_line) size += piece.size();
  if (size <= Block::kLarge) {
    char* start = out.reserve(size);
    char* place = start;
    for (std::string_view piece : first_line) place = put(place, piece);
    place = put_fields(place, fields);
    PH_DASSERT(place == start + size);
    out.commit(size);
    return;
  }
  for (std::string_view piece : first_line) out.append(piece);
  for (const http::Field& field : fields) {
    for (std::string_view piece : {field.name, std::string_view(": "), field.value, std::string_view("\r\n")}) {
      out.append(piece);
    }
  }
  out.append("\r\n");
}

}  // namespace

void write_head(ByteQueue& out, const http::RequestHead& head) {
  std::string_view version = head.version == http::Version::http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
  write_section(out, {head.method_text, " ", head.target_text, version}, head.fields);
}

void write_head(ByteQueue& out, const http::ResponseHead& head) {
  PH_DASSERT(head.status >= 100 && head.status <= 999);
  std::string_view version = head.version == http::Version::http10 ? "HTTP/1.0 " : "HTTP/1.1 ";
  // RFC 9112 §4: the space behind the status stays when the reason is empty.
  char status[4] = {static_cast<char>('0' + head.status / 100), static_cast<char>('0' + head.status / 10 % 10),
                    static_cast<char>('0' + head.status % 10), ' '};
  write_section(out, {version, {status, 4}, head.reason, "\r\n"}, head.fields);
}

void ContentWriter::begin(const http::Framing& framing) {
  kind_ = framing.kind;
  left_ = framing.kind == Kind::length ? framing.length : 0;
}

void ContentWriter::data(ByteQueue& out, Bytes bytes) {
  if (bytes.empty()) return;  // an empty chunk would end the content
  PH_ASSERT(kind_ != Kind::none);
  if (kind_ == Kind::length) {
    PH_ASSERT(bytes.size() <= left_);
    left_ -= bytes.size();
  }
  if (kind_ != Kind::chunked) return out.push(std::move(bytes));
  constexpr std::size_t kLineMax = 18;  // 16 digits and CRLF
  char line[kLineMax];
  char* start = line + kLineMax - 2;
  put_literal(start, "\r\n");
  for (std::size_t size = bytes.size(); size != 0; size >>= 4) *--start = "0123456789abcdef"[size & 15];
  out.append({start, static_cast<std::size_t>(line + kLineMax - start)});
  out.push(std::move(bytes));
  out.append("\r\n");
}

bool ContentWriter::end(ByteQueue& out, const http::Fields* trailers) {
  Kind kind = std::exchange(kind_, Kind::none);
  if (kind != Kind::chunked) return std::exchange(left_, 0) == 0;
  if (trailers && !trailers->empty()) {
    write_section(out, {"0\r\n"}, *trailers);
  } else {
    out.append("0\r\n\r\n");
  }
  return true;
}

void ContentWriter::skip(std::uint64_t bytes) {
  PH_ASSERT(bytes <= plain_due());
  left_ -= bytes;
}

}  // namespace porthole::wire::h1
