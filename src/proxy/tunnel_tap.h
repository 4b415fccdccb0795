// TunnelTap: what the recorder is told of the bytes of a tunnel that it watches. After an Upgrade they are the content of the
// flow, as they went on and at once, as much of it as the sink wants; behind CONNECT they are only counted, but for a TLS
// ClientHello, which is looked at in passing, and not held for long. What was not told while it passed is told as unseen when the
// tunnel ends.
#pragma once

#include <memory>

#include "flow/tap.h"
#include "io/loop.h"
#include "io/pump.h"
#include "tls/client_hello.h"

namespace porthole::proxy {

class TunnelTap {
 public:
  // `tap` watches; it and `loop` outlive this.
  TunnelTap(flow::Tap tap, const io::Loop& loop);
  // Tells what the pumps will move. They are not stepped any more once this is gone.
  void tell_content(io::Pump& up, io::Pump& down);
  // Tells what the client offers, when it begins with a ClientHello.
  void tell_hello(io::Pump& up);
  // No ClientHello is waited for any more: what is held of it goes.
  void give_up_hello() { hello_.give_up(); }
  bool holds_hello() const { return hello_.holds(); }
  // The rest of what was moved in all.
  void tell_unseen_of(ByteCount moved_up, ByteCount moved_down);

 private:
  class Content final : public io::Witness {
   public:
    Content(const TunnelTap& owner, flow::Direction direction) : owner_(owner), direction_(direction) {}
    bool saw(std::string_view bytes) override;
    ByteCount told() const { return told_; }

   private:
    const TunnelTap& owner_;
    ByteCount told_ = 0;
    flow::Direction direction_;
  };
  class Hello final : public io::Witness {
   public:
    explicit Hello(const TunnelTap& owner) : owner_(owner) {}
    bool saw(std::string_view bytes) override;
    void give_up();
    bool holds() const { return reader_ != nullptr; }

   private:
    void tell(const tls::ClientHello& hello) const;
    const TunnelTap& owner_;
    std::unique_ptr<tls::ClientHelloReader> reader_;  // while it reads
    bool over_ = false;
  };
  flow::Tap tap_;
  const io::Loop& loop_;
  Content up_, down_;
  Hello hello_;
};

}  // namespace porthole::proxy
