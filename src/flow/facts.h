// Facts: what is known of a flow besides its messages: what it is a part of, what TLS said, how the network was. Each is an
// event of its own, which a flow may have or not; docs/formats/segment.md has their payloads.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/units.h"
#include "flow/event.h"
#include "flow/outcome.h"

namespace porthole::flow {

// A request inside of a tunnel that was opened, or one of many on its connection.
struct PartOf {
  FlowId parent;             // the tunnel's flow; 0: none
  std::uint32_t stream = 0;  // of HTTP/2; 0: none
  bool operator==(const PartOf& other) const { return parent.value == other.parent.value && stream == other.stream; }
};

enum class TlsStage : std::uint8_t {
  offered,   // by a ClientHello that passed in a tunnel: only looked at
  client,    // agreed between the client and us
  upstream,  // agreed between us and the server
};
constexpr std::size_t kTlsStages = 3;
std::string_view tls_stage_text(TlsStage stage);

// Lists are in order of preference, with "," between: of what was offered there may be several. Empty: not said.
template <class Text>
struct TlsFactsOf {
  Text sni;      // "shop.test"
  Text alpn;     // "h2,http/1.1"
  Text version;  // "1.3,1.2"
  Text cipher;
};
using TlsFacts = TlsFactsOf<std::string_view>;

// Of one TCP connection, as the kernel knew it when the flow ended. On a kept connection earlier flows are in it, too.
struct PathFacts {
  std::uint32_t rtt_us = 0;
  std::uint32_t rtt_min_us = 0;  // 0: not known
  std::uint32_t rtt_var_us = 0;
  std::uint32_t retransmits = 0;  // segments sent again, since it was opened
  ByteCount delivery_rate = 0;    // bytes a second that the peer took lately; 0: not known
  bool operator==(const PathFacts&) const = default;
};

struct RecordedFacts {
  std::optional<PartOf> part_of;
  std::optional<TlsFactsOf<std::string>> tls[kTlsStages];
  std::optional<PathFacts> path[2];  // 0: client's leg, 1: server's

  // Takes what an event of one of these kinds says, unless it is known already. Other kinds, and what cannot be read: nothing.
  void take(const EventHeader& event, EventReader payload);
  // Members "parent", "tls" and "path" of an object; what is not known is left out.
  void append(Json& json) const;
};

}  // namespace porthole::flow
