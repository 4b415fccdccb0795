// See tunnel_tap.h.
#include "proxy/tunnel_tap.h"

#include <algorithm>

namespace porthole::proxy {

TunnelTap::TunnelTap(flow::Tap tap, const io::Loop& loop)
    : tap_(tap), loop_(loop), up_(*this, flow::Direction::request), down_(*this, flow::Direction::response) {}

void TunnelTap::tell_content(io::Pump& up, io::Pump& down) {
  if (tap_->content_wanted() == 0) return;
  up.show(up_);
  down.show(down_);
}

// What is read and then never written, because the other side is gone, was told and not moved.
void TunnelTap::tell_rest(ByteCount up, ByteCount down) {
  tap_->unseen(tap_.flow(), flow::Direction::request, up - std::min(up, up_.told()));
  tap_->unseen(tap_.flow(), flow::Direction::response, down - std::min(down, down_.told()));
}

bool TunnelTap::Content::saw(std::string_view bytes) {
  const flow::Tap& tap = owner_.tap_;
  ByteCount wanted = tap->content_wanted();
  bytes = bytes.substr(0, wanted - told_);
  tap->data(tap.flow(), direction_, told_, bytes, owner_.loop_.now());
  told_ += bytes.size();
  return told_ < wanted;
}

}  // namespace porthole::proxy
