// What options mean together: conflicts, shares per worker, the address clients use.
#include "app/settings.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

std::vector<std::string> keys(const Settings& settings) {
  std::vector<std::string> all;
  for (const Conflict& conflict : conflicts(settings)) all.push_back(conflict.key);
  return all;
}
using Keys = std::vector<std::string>;

TEST(Settings, DefaultsAgree) { EXPECT_EQ(keys({}), Keys{}); }

TEST(Settings, AListenerBeyondLoopbackNeedsClients) {
  for (const char* address : {"0.0.0.0:1", "[::]:1", ":1", "192.0.2.1:1"}) {
    Settings settings;
    settings.listen = {*Endpoint::parse(address)};
    EXPECT_EQ(keys(settings), Keys{"proxy.listen"}) << address;
    settings.access.clients = {*IpNetwork::parse("192.0.2.0/24")};
    EXPECT_EQ(keys(settings), Keys{}) << address;
  }
}

TEST(Settings, AddressesMustNotMeet) {
  Settings settings;
  settings.listen = {*Endpoint::parse("127.0.0.1:1"), *Endpoint::parse("127.0.0.1:1")};
  EXPECT_EQ(keys(settings), Keys{"proxy.listen"});
  settings.listen = {*Endpoint::parse("127.0.0.1:0"), *Endpoint::parse("127.0.0.1:0")};
  EXPECT_EQ(keys(settings), Keys{}) << "port 0 is another port each time";
  settings.listen = {*settings.observe};
  EXPECT_EQ(keys(settings), Keys{"observe.listen"});
  settings.listen = {};
  EXPECT_EQ(keys(settings), Keys{"proxy.listen"});
}

TEST(Settings, PartsAreNotLargerThanTheWhole) {
  Settings settings;
  settings.proxy.limits.target_bytes = settings.proxy.limits.head_bytes + 1;
  settings.resolve.negative_ttl = settings.resolve.ttl_max + std::chrono::seconds(1);
  EXPECT_EQ(keys(settings), (Keys{"limits.target_bytes", "resolve.negative_ttl"}));
}

TEST(Settings, ConnectionsAreThoseConfiguredOrWhatTheDescriptorsAllow) {
  ProcessFacts facts{.workers = 4, .descriptors = 20'000};
  EXPECT_EQ(connections_max(1000, facts), 1000U);
  EXPECT_EQ(connections_max(0, facts), descriptor_budget(facts).connections);
  EXPECT_EQ(connections_max(50'000, facts), connections_max(0, facts)) << "more would end in refused system calls";
  facts.descriptors = 64;
  EXPECT_GE(connections_max(0, facts), 16U);
}

// Each client and its server, all pipes, and what the process itself needs: together never more than there are.
TEST(Settings, TheDescriptorBudgetAddsUp) {
  for (std::uint32_t workers : {1U, 2U, 8U, 64U}) {
    for (std::uint64_t descriptors : {400U, 1'000U, 1'024U, 4'096U, 20'000U, 1'048'576U}) {
      DescriptorBudget budget = descriptor_budget({.workers = workers, .descriptors = descriptors});
      std::uint64_t own = descriptors > 2 * (96U + workers * 16U) ? 96U + workers * 16U : 0U;
      std::uint64_t used = own + 2ULL * budget.connections + 2ULL * workers * budget.pipes_per_worker;
      EXPECT_LE(used, descriptors) << workers << " workers, " << descriptors;
      EXPECT_LE(budget.idle_per_worker * workers, std::max<std::uint64_t>(budget.connections, workers));
    }
  }
  EXPECT_GT(descriptor_budget({.workers = 1, .descriptors = 20'000}).connections, 9'500U)
      << "8,000 clients and 1,000 tunnels fit into 20,000 descriptors";
}

TEST(Settings, TheSnapshotIsComposed) {
  Settings settings;
  settings.proxy.name = "office";
  settings.pool.per_origin = 7;
  settings.connections = 100;
  auto snapshot = make_snapshot(settings, {.pseudonym_suffix = "k3v9xa", .workers = 2, .descriptors = 20'000});
  EXPECT_EQ(snapshot->options.name, "office-k3v9xa");
  EXPECT_EQ(snapshot->options.connections_max, 100U);
  EXPECT_EQ(snapshot->pool.per_origin, 7U);
  EXPECT_NE(snapshot->rules, nullptr);
  EXPECT_NE(snapshot->addresses, nullptr);
}

TEST(Settings, ClientsOnThisMachineGetAnAddressTheyCanReach) {
  Settings settings;
  auto address = [&](std::vector<const char*> listen) {
    settings.listen.clear();
    for (const char* one : listen) settings.listen.push_back(*Endpoint::parse(one));
    return local_proxy_address(settings).text();
  };
  EXPECT_EQ(address({"[::1]:1", "127.0.0.1:2"}), "127.0.0.1:2");
  EXPECT_EQ(address({"0.0.0.0:3"}), "127.0.0.1:3");
  EXPECT_EQ(address({"[::]:4"}), "[::1]:4");
  EXPECT_EQ(address({"192.0.2.1:5"}), "192.0.2.1:5");
}

TEST(FlowsFolder, IsInTheFolderOfStateUnlessItIsNamed) {
  Settings settings;
  EXPECT_EQ(flows_folder(settings, "/home/a", ""), "/home/a/.local/state/porthole/flows");
  EXPECT_EQ(flows_folder(settings, "/home/a", "/var/lib"), "/var/lib/porthole/flows");
  EXPECT_EQ(flows_folder(settings, "", ""), "");
  settings.recorder.store.folder = "~/flows";
  EXPECT_EQ(flows_folder(settings, "/home/a", "/var/lib"), "/home/a/flows");
  settings.recorder.store.folder = "/srv/flows";
  EXPECT_EQ(flows_folder(settings, "", ""), "/srv/flows");
}

}  // namespace
}  // namespace porthole::app
