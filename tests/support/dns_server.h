// DnsServer: a name server on UDP loopback inside the test's own loop (RFC 1035). Names it was told have records, the rest is
// NXDOMAIN. Counts what it was asked.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ip.h"
#include "io/epoll_loop.h"

namespace porthole::test {

class DnsServer final : private io::EpollTarget {
 public:
  // How one name and family is answered.
  struct Record {
    std::vector<const char*> addresses;  // none: no data
    std::uint32_t ttl = 60;
    int rcode = 0;
    bool silent = false;
    bool held = false;            // answered by release()
    const char* alias = nullptr;  // a CNAME before the addresses, of alias_ttl
    std::uint32_t alias_ttl = 60;
  };
  struct Name {
    Record a, aaaa;
  };

  explicit DnsServer(io::EpollLoop& loop);
  ~DnsServer();
  std::string address() const { return local_.text(); }
  int asked(const std::string& name, bool v4) const;
  // Answers what was held.
  void release();

  std::map<std::string, Name> names;  // in lower case

 private:
  void on_events(std::uint32_t events) override;
  void answer(const std::string& packet, const Endpoint& to);
  void send(const std::string& packet, const Endpoint& to) const;
  io::EpollLoop& loop_;
  int socket_;
  Endpoint local_;
  std::map<std::pair<std::string, bool>, int> asked_;
  std::vector<std::pair<std::string, Endpoint>> held_;
};

}  // namespace porthole::test
