// Two connected TCP sockets over loopback, as the proxy gets them: one dialled, one accepted.
#pragma once

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "io/tcp.h"
#include "support/loops.h"

namespace porthole::test {

// Keeps what it accepts.
struct Accepted final : io::AcceptHandler {
  void on_accept(std::unique_ptr<io::Stream> stream) override { streams.push_back(std::move(stream)); }
  void on_accept_paused(int os_errno) override { paused_with.push_back(os_errno); }
  std::vector<std::unique_ptr<io::Stream>> streams;
  std::vector<int> paused_with;
};

struct TcpPair {
  explicit TcpPair(RealWorld& world, std::string_view address = "127.0.0.1:0") {
    Accepted accepted;
    auto socket = io::ListenSocket::open(*Endpoint::parse(address), true);
    EXPECT_TRUE(socket.has_value());
    io::Listener listener(world.loop, std::move(*socket), accepted);
    io::TcpNetwork network(world.loop);
    auto dialling = network.connect(listener.local());
    EXPECT_TRUE(dialling.has_value());
    dialled = std::move(*dialling);
    EXPECT_TRUE(world.until([&] { return !accepted.streams.empty() && dialled->maybe_writable(); }));
    EXPECT_EQ(dialled->connect_errno(), 0);
    arrived = std::move(accepted.streams.at(0));
  }
  std::unique_ptr<io::Stream> dialled;
  std::unique_ptr<io::Stream> arrived;
};

}  // namespace porthole::test
