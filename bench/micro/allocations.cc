// Counts the allocations of one keep-alive GET on warm connections: client's bytes in, server's answer back, log line
// included. The budget is 2 (DESIGN §7); exit code 1 beyond it. Runs on memory streams, so nothing but the proxy is counted:
// the peers and the streams have grown their buffers in the warm-up.
#include <cstdio>
#include <cstdlib>
#include <new>

#include "support/proxy_rig.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

int main() {
  constexpr std::size_t kBudget = 2;
  porthole::test::ProxyRig rig;
  auto client = rig.client();
  std::size_t most = 0;
  for (int i = 0; i < 200; ++i) {
    std::size_t before = allocations;
    client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\nUser-Agent: count/1\r\nAccept: */*\r\nCookie: a=b\r\n\r\n");
    rig.server().send("HTTP/1.1 200 OK\r\nServer: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello");
    if (client->seen().find("hello") == std::string::npos) {
      std::puts("no answer");
      return 1;
    }
    client->forget();
    rig.server().forget();
    if (i >= 100 && allocations - before > most) most = allocations - before;
  }
  std::printf("%zu allocations per warm keep-alive GET, budget %zu\n", most, kBudget);
  return most <= kBudget ? 0 : 1;
}
