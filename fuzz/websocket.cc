// One direction of a WebSocket connection: cuts do not matter, no more comes out than went in, what is kept of a message is
// bounded, and the messages, written as one frame each and read again, are the same. Compressed ones (RFC 7692) inflate up to a
// cap for all of them, which last blocks count against, and what was deflated inflates to itself.
// Input: one octet with the number of cut sizes n, who sends, which reserved bits are used, how much is kept and whether the
// window goes on; n cut sizes; then frames.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "coding/message_inflater.h"
#include "support/message_deflater.h"
#include "support/transcript.h"
#include "support/ws_frames.h"
#include "wire/ws/message_reader.h"

namespace test = porthole::test;
namespace ws = porthole::wire::ws;

namespace {

struct Read {
  std::vector<ws::Message> messages;
  std::string fault;
  bool within = false;
  std::size_t taken = 0;
};

void require(bool condition) {
  if (!condition) std::abort();
}

Read read(const test::Pieces& pieces, const ws::ReaderOptions& options) {
  Read read;
  ws::MessageReader reader(options);
  for (std::string_view piece : pieces) {
    std::size_t size = piece.size();
    while (auto message = reader.next(piece)) read.messages.push_back(std::move(*message));
    read.taken += size - piece.size();
    require(piece.empty() || *reader.fault() != '\0');
  }
  read.fault = reader.fault();
  read.within = reader.within();
  return read;
}

bool same(const ws::Message& a, const ws::Message& b) {
  return a.opcode == b.opcode && a.reserved == b.reserved && a.size == b.size && a.payload == b.payload;
}

void require_same(const Read& a, const Read& b) {
  require(a.fault == b.fault && a.within == b.within && a.taken == b.taken);
  require(std::ranges::equal(a.messages, b.messages, same));
}

std::string written(const std::vector<ws::Message>& messages, bool masked) {
  std::string text;
  for (const ws::Message& one : messages) {
    unsigned first = 0x80U | one.reserved | static_cast<unsigned>(one.opcode);
    text += test::ws_frame({.first = first, .payload = one.payload, .masked = masked});
  }
  return text;
}

void check_compressed(const std::vector<ws::Message>& messages, bool keeps_context) {
  porthole::coding::MessageInflater inflater(keeps_context), second(keeps_context);
  test::MessageDeflater deflater(keeps_context);
  constexpr porthole::ByteCount kMost = 10'000, kLast = porthole::coding::MessageInflater::kLastBlockCost;
  porthole::ByteCount left = kMost;  // of all messages
  std::string out;
  for (const ws::Message& one : messages) {
    bool good = inflater.inflate(one.payload, left, out);
    require(left + out.size() <= kMost && good == (*inflater.fault() == '\0'));
    require(left == 0 || (kMost - left - out.size()) % kLast == 0);  // nothing but octets and last blocks is paid for
    std::string again;
    porthole::ByteCount exactly = one.payload.size();
    require(second.inflate(deflater.deflate(one.payload), exactly, again) && again == one.payload && exactly == 0);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  auto choice = static_cast<unsigned char>(input[0]);
  ws::ReaderOptions options{.sender = (choice & 16U) != 0 ? porthole::Side::upstream : porthole::Side::client};
  if ((choice & 32U) != 0) options.reserved = ws::kRsv1;
  if ((choice & 64U) != 0) options.payload_bytes_max = 200;
  std::size_t cut_count = std::min<std::size_t>(choice & 15U, input.size() - 1);
  std::string_view sizes = input.substr(1, cut_count);
  input.remove_prefix(1 + cut_count);

  Read whole = read(test::whole(input), options);
  require_same(read(test::cuts(input, sizes), options), whole);
  if (input.size() < 600) require_same(read(test::octets(input), options), whole);
  std::size_t given = 0;
  for (const ws::Message& one : whole.messages) {
    given += one.payload.size();
    require(one.payload.size() == std::min(one.size, options.payload_bytes_max));
    require(one.opcode == ws::Opcode::text || one.opcode == ws::Opcode::binary || one.payload.size() <= 125);
  }
  require(given <= whole.taken && (whole.taken == input.size() || !whole.fault.empty()));

  if (options.reserved != 0) check_compressed(whole.messages, (choice & 128U) != 0);

  if (options.payload_bytes_max < input.size()) return 0;
  std::string again = written(whole.messages, options.sender == porthole::Side::client);
  Read second = read(test::whole(again), options);
  require(second.fault.empty() && !second.within && std::ranges::equal(second.messages, whole.messages, same));
  return 0;
}
