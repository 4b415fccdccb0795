// The closed loop: N slots, each with one connection and at most one request under way; a slot sends its next request
// when the answer to the last one is whole, or with --rate when its time has come. One thread, one epoll set.
// Not here: what the bytes are (requests.h), what an answer is (response_reader.h), how it is printed (tally.h).
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

#include <sys/epoll.h>

#include "pload/options.h"
#include "pload/requests.h"
#include "pload/response_reader.h"
#include "pload/tally.h"

namespace porthole::pload {

class Load {
 public:
  // `options` must outlive the load.
  explicit Load(const Options& options);
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load();

  // The whole run of a mode that keeps sending.
  void run();

  // Idle modes, in this order. `open_all` opens the connections, some at a time, and returns when all are idle or time
  // is over. `hold` waits for the end of standard input. `probe` sends one request on each connection still open.
  void open_all();
  void hold();
  void probe();

  const Tally& tally() const { return tally_; }

 private:
  using Clock = std::chrono::steady_clock;

  enum class Phase : std::uint8_t {
    kUnused,    // no request to send any more, or not yet
    kReopen,    // the connection is gone, the next one is opened on the loop's next round
    kTunnel,    // CONNECT sent, or being sent
    kExchange,  // request sent, or being sent
    kIdle,      // connected and silent on purpose
    kPaced,     // between two requests, until --rate allows the next; with or without a connection
  };

  struct Slot {
    int fd = -1;
    Phase phase = Phase::kUnused;
    bool fresh = true;  // this connection has not answered a request yet
    bool waits_to_send = false;
    bool probed = false;
    std::string_view outgoing;  // what is left to send, into requests_
    Clock::time_point started;
    ResponseReader reader;
  };

  bool claim();  // one more request may be sent
  void next(Slot& slot);
  void begin_next(Slot& slot);
  void release_paced();
  void open(Slot& slot);
  void exchange(Slot& slot);
  void flush(Slot& slot);
  void on_event(Slot& slot, std::uint32_t events);
  bool read_some(Slot& slot);
  void on_closed(Slot& slot, bool reset);
  void on_response(Slot& slot);
  void on_tunnel(Slot& slot);
  void on_refused(Slot& slot);
  void succeed(Slot& slot);
  void rest(Slot& slot);       // idle from now on
  void lose_idle(Slot& slot);  // the proxy closed it
  void fail(Slot& slot, Failure failure);
  void close(Slot& slot, Phase phase);
  void watch(Slot& slot, bool sending);

  void fill();                                // starts slots up to window_
  void turn(std::chrono::milliseconds wait);  // one round of epoll
  void expire();                              // fails what takes longer than --timeout
  void report(const Slot& slot, std::string_view what);

  const Options& options_;
  const Requests requests_;
  Tally tally_;
  int epoll_ = -1;
  std::vector<Slot> slots_;
  std::vector<Slot*> reopen_;
  std::deque<Slot*> paced_;  // the longest waiting first
  std::vector<char> buffer_;
  Clock::time_point begun_;
  Clock::time_point end_;
  Clock::time_point next_expiry_;
  std::size_t started_slots_ = 0;
  std::size_t window_ = 0;  // slots that may be busy at once
  std::size_t busy_ = 0;    // slots in kReopen, kTunnel, kExchange or kPaced
  std::uint64_t claimed_ = 0;
  unsigned sources_used_ = 0;
  int reported_ = 0;
  bool over_ = false;  // nothing new is sent any more
};

}  // namespace porthole::pload
