// PoolRig: a pool over scripted networks and names, for tests that play exchanges by hand.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "support/far_end.h"
#include "support/loops.h"
#include "support/running.h"
#include "support/scripted_network.h"
#include "support/scripted_resolver.h"
#include "upstream/pool.h"

namespace porthole::test {

using Leasing = Running<Result<upstream::Lease>>;

constexpr Duration kSoon = std::chrono::milliseconds(20);  // a tick of the timers that the network uses
constexpr std::string_view kEmptyOk = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class PoolRig : public testing::Test {
 protected:
  PoolRig() { set({}); }
  void set(const upstream::PoolOptions& options) {
    if (!pool)
      pool.emplace(upstream::Pool::Parts{world.loop, dialer, heads}, options, upstream::DialOptions{},
                   upstream::ConnectionOptions{}, wire::Limits{});
    else pool->set_options(options, {}, {}, {});
  }
  static std::shared_ptr<const upstream::AddressPolicy> policy_with(const upstream::AddressOptions& options) {
    return std::make_shared<const upstream::AddressPolicy>(options, std::vector<Endpoint>{}, std::vector<IpAddress>{});
  }
  upstream::Route to(std::string_view host, bool guarded = false) const {
    return {http::HostKind::ipv4, host, 80, guarded, policy};
  }
  upstream::Route one() const { return to("192.0.2.1"); }
  std::unique_ptr<Leasing> ask(bool fresh = false, Duration patience = std::chrono::seconds(60)) {
    return std::make_unique<Leasing>(pool->lease(one(), fresh, world.loop.now() + patience));
  }
  // A lease that is known to come at once.
  upstream::Lease get(const upstream::Route& route) {
    if (upstream::Lease idle = pool->take_idle(route)) return idle;
    Leasing leasing(pool->lease(route, false, kNever));
    world.loop.advance(kSoon);
    EXPECT_TRUE(leasing.done() && *leasing);
    return leasing.done() && *leasing ? std::move(**leasing) : upstream::Lease();
  }
  upstream::Lease get() { return get(one()); }
  FarEnd& server(std::size_t i) {
    while (servers.size() < network.servers.size()) servers.emplace_back();
    if (!servers[i]) servers[i] = std::make_unique<FarEnd>(std::move(network.servers[i]));
    return *servers[i];
  }
  // A whole request and its response, as an exchange does it.
  void use(upstream::Lease& lease, std::size_t server_index, std::string_view response = kEmptyOk) {
    begin(lease);
    server(server_index).heard();
    server(server_index).say(response);
    world.loop.settle();
    EXPECT_TRUE(lease->inbox().ended);
  }
  void begin(upstream::Lease& lease) {
    ASSERT_TRUE(lease && lease->available());
    lease->open(waker);
    http::RequestHead head;
    head.method_text = "GET";
    head.method = http::Method::get;
    head.target_text = "/";
    head.fields.add(http::FieldName::host, "a.test");
    lease->send_head(head, {});
    lease->send_end(nullptr);
    world.loop.settle();
  }
  std::int64_t idle() const { return pool->counters().idle.value(); }
  std::int64_t lent() const { return pool->counters().lent.value(); }

  ManualWorld world;
  ScriptedNetwork network{world.loop};
  ScriptedResolver resolver{world.loop};
  upstream::Dialer dialer{world.loop, network, resolver};
  wire::HeadPools heads;
  io::Signal waker{world.loop};
  std::shared_ptr<const upstream::AddressPolicy> policy = policy_with({});
  std::vector<std::unique_ptr<FarEnd>> servers;
  std::optional<upstream::Pool> pool;
};

}  // namespace porthole::test
