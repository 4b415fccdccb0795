// Race: connection attempts to the addresses of one host, staggered (RFC 8305 §5). Knows no names: addresses are added,
// the first stream that stands is taken. An address the policy prohibits is never attempted, the others still are.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "io/network.h"
#include "io/signal.h"
#include "upstream/address_policy.h"
#include "upstream/dial_watch.h"

namespace porthole::upstream {

class Race {
 public:
  struct Rules {
    std::uint16_t port = 0;
    bool guarded = false;
    std::shared_ptr<const AddressPolicy> policy;
    DialOptions options;
    DialWatch* watch = nullptr;  // told of each attempt, unless null; outlives the race
  };
  struct Winner {
    std::unique_ptr<io::Stream> stream;
    Endpoint address;
  };

  // `loop` and `network` outlive the race.
  Race(io::Loop& loop, io::Network& network, Rules rules);
  ~Race();

  // Addresses that were added before are passed over. `more_to_come`: another add() follows, so a race that ran out of
  // addresses waits for it. The families are interleaved, beginning with the first address's (RFC 8305 §4).
  void add(std::span<const IpAddress> addresses, bool more_to_come);

  // Looks at what happened and starts what is due. The winner or the final error; nothing while it goes on: then wait for
  // changed() until next_step() at the longest.
  std::optional<Result<Winner>> step();
  io::Signal& changed() { return changed_; }
  Instant next_step() const;
  std::uint32_t attempts() const { return started_; }

 private:
  class Attempt;
  std::optional<Winner> collect();
  void start_due();
  void start(const Endpoint& to);
  void note_failure(Error error);
  void tell(const Attempt& attempt, DialWatch::Attempt how) const;
  void tell_rest(DialWatch::Attempt how) const;

  io::Loop& loop_;
  io::Network& network_;
  Rules rules_;
  io::Signal changed_;
  std::vector<IpAddress> known_;    // every address that was added: it comes once
  std::vector<IpAddress> waiting_;  // vetted, not yet attempted; the next one last
  std::vector<std::unique_ptr<Attempt>> running_;
  std::optional<Error> prohibited_;  // the first refusal of the policy
  std::optional<Error> failure_;     // the one that says most
  Instant deadline_ = kNever;        // set with the first attempt
  Instant next_start_{};
  std::uint32_t started_ = 0;
  bool more_to_come_ = true;
};

}  // namespace porthole::upstream
