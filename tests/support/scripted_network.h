// ScriptedNetwork: says for each address what becomes of a connection attempt and when; keeps the servers' ends.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "io/loop.h"
#include "io/memory_stream.h"
#include "io/network.h"

namespace porthole::test {

class ScriptedNetwork final : public io::Network {
 public:
  // What becomes of an attempt. Nothing said: it stands in the next turn.
  struct Plan {
    Duration after{};     // from the attempt on
    int os_errno = 0;     // 0: it stands
    bool silent = false;  // neither, ever
    int at_once = 0;      // connect() itself fails with this
  };
  struct Attempt {
    Endpoint to;
    Instant at;
  };

  explicit ScriptedNetwork(io::Loop& loop) : loop_(loop) {}
  Result<std::unique_ptr<io::Stream>> connect(const Endpoint& to) override;

  std::map<IpAddress, Plan> plans;
  std::vector<Attempt> attempts;
  std::vector<std::unique_ptr<io::Stream>> servers;  // the far ends of those that stood, in order
  int open = 0;                                      // streams that were given out and still live

 private:
  io::Loop& loop_;
};

}  // namespace porthole::test
