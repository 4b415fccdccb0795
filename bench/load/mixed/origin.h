// The servers behind the proxy: one thread a connection, each request answered as its target says, its content compared.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include <netinet/in.h>

namespace porthole::mixed {

class Connection;

class Origin {
 public:
  // Listens on a free port of 127.0.0.1.
  Origin();
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;
  // Waits until every connection is gone.
  ~Origin();

  const sockaddr_in& address() const { return address_; }
  // Requests whose content was not what the client was to send, or that made no sense.
  std::uint64_t wrong() const { return wrong_; }
  std::uint64_t requests() const { return requests_; }
  std::uint32_t connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int descriptor);
  bool answer_one(Connection& connection);

  int listener_ = -1;
  sockaddr_in address_{};
  std::atomic<bool> over_ = false;
  std::atomic<std::uint64_t> wrong_ = 0, requests_ = 0;
  std::atomic<std::uint32_t> connections_ = 0;
  std::thread thread_;
};

}  // namespace porthole::mixed
