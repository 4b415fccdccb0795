// Trace: tells the recorder, note by note, what an exchange went through besides its messages: which rule had a say, how its
// connection was come by, how the network was. docs/formats/segment.md has the notes. Made only where there is something to
// tell: a request on a kept connection says no more than how many that one had served, which its end carries.
#pragma once

#include <optional>
#include <string_view>

#include "flow/tap.h"
#include "io/loop.h"
#include "io/stream.h"
#include "upstream/dial_watch.h"

namespace porthole::proxy {

class Trace final : public upstream::DialWatch {
 public:
  // The loop outlives the trace. Without a tap nothing is told.
  Trace(flow::Tap tap, const io::Loop& loop) : tap_(tap), loop_(loop) {}
  // For who dials: null when nobody wants to know.
  upstream::DialWatch* watch() { return tap_ ? this : nullptr; }

  // `unparsed`: only its octets are to be believed.
  void received(const http::RequestHead& head, const http::Framing& framing, bool unparsed);
  // `rule` decided: the name of a rule, or of the option that is one.
  void ruled(std::string_view rule, std::string_view verdict);
  void retried(const Error& error);
  // Before the response was whole: it may have read on, or have been gone (decision 0006).
  void client_finished();
  // Method and target of a head that did not parse, for the list.
  static void fill_from_unparsed(std::string_view raw, flow::Outcome& outcome);
  // Of that leg; nothing is known of what is no TCP connection, or broke.
  void tell_path(flow::Direction leg, const std::optional<io::PathState>& path);

  void looked_up(const Lookup& lookup) override;
  void attempted(const Endpoint& to, Attempt how, Duration took) override;
  void dialled(bool stands, Duration took) override;
  void queued(Duration waited) override;

 private:
  void note(const flow::Note& note);
  flow::Tap tap_;
  const io::Loop& loop_;
};

// Whether the network's state is worth two system calls: where it can have said something. Not for short exchanges on kept
// connections, which are most of a busy proxy's.
bool worth_a_look(bool reused, Duration took, ByteCount moved);

}  // namespace porthole::proxy
