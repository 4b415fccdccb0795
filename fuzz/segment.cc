// Segments from hostile files: whatever the bytes are, reading ends, stays inside them and within its memory; and a row is read
// from each payload that is an end. The first octet chooses: the rest is a file, or payloads behind headers that are right.
#include "flow/segment.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "flow/redactor.h"
#include "flow/rows.h"

namespace porthole {
namespace {

void read_all(const std::string& path, std::size_t most) {
  auto reader = flow::SegmentReader::open(path);
  if (!reader) return;
  ByteCount bytes = 0;
  while (auto record = reader->next()) {
    bytes += record->header.bytes;
    flow::Row row;
    if (row.read(record->payload)) row.keep();
  }
  if (bytes > most) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const std::string folder = [] {
    char name[] = "/tmp/porthole-fuzz-segment-XXXXXX";
    return std::string(::mkdtemp(name));
  }();
  const std::string path = folder + "/segment";
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    if (std::FILE* file = std::fopen(path.c_str(), "wb")) {
      (void)std::fwrite(rest.data(), 1, rest.size(), file);
      std::fclose(file);
    }
    read_all(path, rest.size());
  } else {
    ::unlink(path.c_str());
    auto writer = flow::SegmentWriter::create(path, {.sequence = 1, .seed = 1}, 1_MiB);
    if (!writer) return 0;
    auto kind = static_cast<flow::EventKind>(1 + data[0] / 2 % flow::kEventKinds);
    flow::Redactor redactor({"cookie"});
    if (writer->fits(rest.size())) {
      writer->append({.kind = kind}, rest, {}, [&](std::span<char> copy) { redactor.redact(kind, copy); });
    }
    if (!writer->finish()) return 0;
    auto reader = flow::SegmentReader::open(path);
    if (!reader || (writer->end() > sizeof(flow::SegmentHeader) && !reader->next())) std::abort();
    read_all(path, 2_MiB);
  }
  ::unlink(path.c_str());
  return 0;
}

}  // namespace porthole
