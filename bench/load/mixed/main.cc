// mixed: a seeded mix of requests through one forward proxy, with its own servers behind it, every byte compared at both ends.
// Loopback only; bounded in requests and in time. Prints one line of JSON.
//   mixed PROXY_PORT SEED FIRST COUNT CLIENTS SECONDS
// Exit: 0 nothing failed, 1 something did, 2 usage.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include <arpa/inet.h>

#include "mixed/client.h"
#include "mixed/origin.h"

namespace {

namespace mixed = porthole::mixed;
using Clock = std::chrono::steady_clock;

std::string text_of(const sockaddr_in& address) { return "127.0.0.1:" + std::to_string(ntohs(address.sin_port)); }

sockaddr_in loopback(unsigned port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned long long numbers[6] = {};
  for (int i = 0; i < 6 && i + 1 < argc; ++i) numbers[i] = std::strtoull(argv[i + 1], nullptr, 10);
  auto [port, seed, first, count, clients, seconds] = numbers;
  if (argc != 7 || port == 0 || port > 65535 || clients == 0 || clients > 1024 || seconds == 0) {
    std::fprintf(stderr, "usage: mixed PROXY_PORT SEED FIRST COUNT CLIENTS SECONDS\n");
    return 2;
  }
  auto started = Clock::now();
  mixed::Course course;
  std::uint64_t wrong_at_origin = 0, reached_origin = 0;
  {
    mixed::Origin origin;
    course.proxy = loopback(static_cast<unsigned>(port));
    course.origin = origin.address();
    course.nobody = loopback(1);
    course.origin_text = text_of(course.origin);
    course.nobody_text = text_of(course.nobody);
    course.seed = seed;
    course.first = first;
    course.count = count;
    course.until = started + std::chrono::seconds(seconds);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < clients; ++i) threads.emplace_back([&course, i] { mixed::Client(course, i).run(); });
    for (std::thread& thread : threads) thread.join();
    wrong_at_origin = origin.wrong();
    reached_origin = origin.requests();
  }
  auto ended = [&](mixed::End end) { return course.ends[static_cast<std::size_t>(end)].load(); };
  std::uint64_t failed = ended(mixed::End::kFailed), wrong = ended(mixed::End::kWrong) + wrong_at_origin;
  std::printf(
      "{\"requests\":%llu,\"whole\":%llu,\"errors_as_planned\":%llu,\"left\":%llu,\"failed\":%llu,\"wrong\":%llu,"
      "\"at_origin\":%llu,\"content_bytes\":%llu,\"seconds\":%.1f}\n",
      static_cast<unsigned long long>(course.requests), static_cast<unsigned long long>(ended(mixed::End::kWhole)),
      static_cast<unsigned long long>(ended(mixed::End::kError)),
      static_cast<unsigned long long>(ended(mixed::End::kLeft)), static_cast<unsigned long long>(failed),
      static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(reached_origin),
      static_cast<unsigned long long>(course.bytes), std::chrono::duration<double>(Clock::now() - started).count());
  return failed == 0 && wrong == 0 && course.requests >= count ? 0 : 1;
}
