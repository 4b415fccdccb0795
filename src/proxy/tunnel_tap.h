// TunnelTap: what the recorder is told of the bytes of a tunnel that it watches. After an Upgrade they are the content of the
// flow, as they were read and at once, as much of it as the sink wants; behind CONNECT they are only counted. What was not
// told while it passed is told as unseen when the tunnel ends.
#pragma once

#include "flow/tap.h"
#include "io/loop.h"
#include "io/pump.h"

namespace porthole::proxy {

class TunnelTap {
 public:
  // `tap` watches; it and `loop` outlive this.
  TunnelTap(flow::Tap tap, const io::Loop& loop);
  // Tells what the pumps will move. They are not stepped any more once this is gone.
  void tell_content(io::Pump& up, io::Pump& down);
  // Of what was moved in all.
  void tell_rest(ByteCount up, ByteCount down);

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
  flow::Tap tap_;
  const io::Loop& loop_;
  Content up_, down_;
};

}  // namespace porthole::proxy
