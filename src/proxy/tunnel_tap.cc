// See tunnel_tap.h.
#include "proxy/tunnel_tap.h"

namespace porthole::proxy {

TunnelTap::TunnelTap(flow::Tap tap, const io::Loop& loop)
    : tap_(tap),
      loop_(loop),
      up_(*this, flow::Direction::request),
      down_(*this, flow::Direction::response),
      hello_(*this) {}

void TunnelTap::tell_content(io::Pump& up, io::Pump& down) {
  if (tap_->content_wanted() == 0) return;
  up.show(up_);
  down.show(down_);
}

void TunnelTap::tell_hello(io::Pump& up) { up.show(hello_); }

void TunnelTap::tell_unseen_of(ByteCount moved_up, ByteCount moved_down) {
  tap_->unseen(tap_.flow(), flow::Direction::request, moved_up - up_.told());
  tap_->unseen(tap_.flow(), flow::Direction::response, moved_down - down_.told());
}

bool TunnelTap::Content::saw(std::string_view bytes) {
  const flow::Tap& tap = owner_.tap_;
  ByteCount wanted = tap->content_wanted();
  bytes = bytes.substr(0, wanted - told_);
  tap->data(tap.flow(), direction_, told_, bytes, owner_.loop_.now());
  told_ += bytes.size();
  return told_ < wanted;
}

bool TunnelTap::Hello::saw(std::string_view bytes) {
  if (over_) return false;
  using State = tls::ClientHelloReader::State;
  if (!reader_) reader_ = std::make_unique<tls::ClientHelloReader>();
  State state = reader_->feed(bytes);
  if (state == State::more) return true;
  if (state == State::read) tell(reader_->hello());
  give_up();
  return false;
}

void TunnelTap::Hello::give_up() {
  over_ = true;
  reader_.reset();
}

void TunnelTap::Hello::tell(const tls::ClientHello& hello) const {
  std::string protocols, versions;
  auto add = [](std::string& list, std::string_view one) {
    if (!one.empty()) list.append(list.empty() ? "" : ",").append(one);
  };
  for (const std::string& name : hello.protocols) add(protocols, name);
  for (std::uint16_t version : hello.versions) add(versions, tls::version_text(version));
  const flow::Tap& tap = owner_.tap_;
  flow::TlsFacts facts{.sni = hello.server_name, .alpn = protocols, .version = versions, .cipher = {}};
  tap->tls(tap.flow(), flow::TlsStage::offered, facts, owner_.loop_.now());
}

}  // namespace porthole::proxy
