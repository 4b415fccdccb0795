// PrivateProxy: a proxy for one program, in this process: one worker on a free loopback port, with the defaults and nothing of any
// configuration file. It may be told which hosts alone may be called; then it remembers what it refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "admin/self_page.h"
#include "app/worker_thread.h"
#include "base/clock.h"
#include "flow/access_log.h"
#include "proxy/admission.h"
#include "rules/host_list.h"

namespace porthole::app {

struct PrivateProxyOptions {
  std::optional<rules::HostList> only;  // hosts that may be called; nothing: all
  flow::AccessLogOptions access_log;
  flow::Recorder* recorder = nullptr;  // of one worker, outlives the proxy; null: nothing is recorded
};

struct RefusedHost {
  std::string host;
  std::uint16_t port = 0;
  std::uint64_t requests = 0;
};

class PrivateProxy {
 public:
  // Accepts when it has been made. Throws std::runtime_error with a sentence for a human.
  explicit PrivateProxy(PrivateProxyOptions options);
  ~PrivateProxy();
  PrivateProxy(const PrivateProxy&) = delete;
  PrivateProxy& operator=(const PrivateProxy&) = delete;

  const Endpoint& address() const { return address_; }
  // Servers that were asked for in vain so far, in the order of the first request; at most 1,000 of them.
  std::vector<RefusedHost> refused() const;

 private:
  class Doorman;

  SystemClock clock_;
  admin::PublicPages pages_;
  proxy::Admission admission_;
  Endpoint address_;
  std::shared_ptr<const Doorman> doorman_;  // null: all may be called
  std::unique_ptr<WorkerThread> worker_;
};

}  // namespace porthole::app
