// Lookup: one name being asked for, both families, and who waits for the answer. Inside of upstream/resolver: the resolver
// decides, this only holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/signal.h"
#include "upstream/resolver.h"

namespace porthole::upstream {

class Lookup;

// Told when a lookup's time is over.
class LookupOwner {
 public:
  virtual void on_lookup_deadline(Lookup& lookup) = 0;
  virtual void on_patience_over(Lookup& lookup) = 0;

 protected:
  ~LookupOwner() = default;
};

// What one family's question brought.
struct Question {
  Lookup* lookup = nullptr;
  bool v4 = true;
  bool open = false;  // the library will call back
  int status = 0;     // the library's
  std::vector<IpAddress> list;
  Duration ttl{};
};

// A task that waits; may be destroyed at any time.
class Waiter : public Link {
 public:
  Waiter(io::Loop& loop, bool wants_all) : signal(loop), all(wants_all) {}
  void tell(Resolver::Answer result) {
    unlink();
    answer = std::move(result);
    signal.raise();
  }
  io::Signal signal;
  bool all;  // an answer of one family is not enough
  std::optional<Resolver::Answer> answer;
};

class Lookup : public Link {
 public:
  // `status` is that of a question which was not asked.
  Lookup(LookupOwner& told, std::string_view asked, int status, io::TimerWheel& wheel)
      : owner(told),
        name(asked),
        deadline(io::Timer::calling<&Lookup::on_deadline>(wheel, *this)),
        patience(io::Timer::calling<&Lookup::on_patience>(wheel, *this)) {
    v6 = {.lookup = this, .v4 = false, .status = status};
    v4 = {.lookup = this, .v4 = true, .status = status};
  }
  LookupOwner& owner;
  std::string name;
  Question v6, v4;
  List<Waiter> waiters;
  io::Timer deadline;
  io::Timer patience;    // RFC 8305 §3, resolution delay
  bool partial = false;  // patience ended: one family's addresses are given out
  bool over = false;     // nobody finds it any more

 private:
  void on_deadline() { owner.on_lookup_deadline(*this); }
  void on_patience() { owner.on_patience_over(*this); }
};

}  // namespace porthole::upstream
