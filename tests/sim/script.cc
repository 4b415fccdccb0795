// See script.h.
#include "sim/script.h"

#include <fmt/format.h>

namespace porthole::sim {
namespace {

constexpr std::size_t kPiece = 16 * 1024;

}  // namespace

void Script::chunks(std::uint32_t id, int side, std::uint64_t from, std::uint64_t bytes) {
  std::uint64_t most = kernel_.one_in(4) ? 100 : 40'000;
  for (std::uint64_t end = from + bytes; from < end;) {
    std::uint64_t n = std::min(end - from, kernel_.between(1, most));
    if (end - from > 100'000) n = std::min<std::uint64_t>(end - from, 30'000);
    text(fmt::format("{:x}\r\n", n));
    content(id, side, from, n);
    text("\r\n");
    from += n;
  }
}

void Script::run() {
  while (!items_.empty() && !pausing_) {
    Item& item = items_.front();
    if (item.holds) {
      if (!item.holds()) return;
    } else if (item.call) {
      auto call = std::move(item.call);
      items_.pop_front();
      std::shared_ptr<bool> alive = alive_;
      call();
      if (!*alive) return;
      continue;
    } else if (item.time > Duration(0)) {
      pausing_ = true;
      kernel_.later(item.time, [this, alive = alive_] {
        if (!*alive) return;
        pausing_ = false;
        run();
      });
    } else {
      if (item.left > 0) {
        std::size_t n = std::min<std::uint64_t>(item.left, kPiece);
        append_content(item.bytes, item.id, item.side, item.from, n);
        item.from += n;
        item.left -= n;
      }
      std::size_t sent = socket_.write(item.bytes);
      item.bytes.erase(0, sent);
      if (!item.bytes.empty()) return;  // on_room() comes
      if (item.left > 0) continue;
    }
    items_.pop_front();
  }
}

}  // namespace porthole::sim
