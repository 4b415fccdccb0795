// /metrics against its golden list: a name, a type or a label that changes breaks somebody's dashboard.
#include "app/exposition.h"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

struct Counts {
  proxy::Metrics proxy;
  upstream::PoolCounters pool;
};

std::string text_of(const std::vector<const Counts*>& workers) {
  std::vector<WorkerCounts> all;
  for (const Counts* worker : workers) all.push_back({&worker->proxy, &worker->pool});
  return exposition(all, {.workers = 2}, {.resident_bytes = 1});
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Names, types and labels, without values.
std::string shape_of(const std::string& text) {
  std::string shape;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("# TYPE ")) shape += line.substr(7) + "\n";
  }
  return shape;
}

TEST(Exposition, NamesAndTypesAreTheGoldenOnes) {
  Counts one;
  std::ostringstream golden;
  golden << std::ifstream(PORTHOLE_SOURCE_DIR "/tests/golden/app/metrics.md").rdbuf();
  std::string shape = shape_of(text_of({&one}));
  EXPECT_NE(golden.view().find("```\n" + shape + "```\n"), std::string_view::npos)
      << "tests/golden/app/metrics.md differs; it must hold:\n"
      << shape;
}

TEST(Exposition, EveryFamilyHasHelpTypeAndItsUnitLast) {
  Counts one;
  std::string help;
  for (const std::string& line : lines_of(text_of({&one}))) {
    if (line.starts_with("# HELP ")) {
      help = line.substr(7, line.find(' ', 7) - 7);
      EXPECT_EQ(line.back(), '.') << line;
    }
    if (!line.starts_with("# TYPE ")) continue;
    std::string name = line.substr(7, line.find(' ', 7) - 7);
    EXPECT_EQ(name, help) << "HELP comes right before TYPE";
    EXPECT_EQ(line.ends_with(" counter"), name.ends_with("_total")) << line;
    if (line.ends_with(" histogram")) EXPECT_TRUE(name.ends_with("_seconds")) << line;
  }
}

TEST(Exposition, SumsOverWorkers) {
  Counts a, b;
  a.proxy.connections.set(3);
  b.proxy.connections.set(4);
  b.proxy.tunnels.set(2);
  a.proxy.bytes_out.add(10);
  b.proxy.bytes_out.add(5);
  auto get = static_cast<std::size_t>(http::Method::get), other = static_cast<std::size_t>(http::Method::other);
  a.proxy.requests[get][1][0].add(2);
  b.proxy.requests[get][1][0].add(3);
  b.proxy.requests[other][4][static_cast<std::size_t>(Token::dns_error)].add();
  std::string text = text_of({&a, &b});
  for (const char* line :
       {"porthole_connections 9\n", "porthole_bytes_total{direction=\"out\"} 15\n",
        "porthole_requests_total{method=\"GET\",status_class=\"2xx\",proxy_error=\"\"} 5\n",
        "porthole_requests_total{method=\"other\",status_class=\"5xx\",proxy_error=\"dns_error\"} 1\n",
        "porthole_build_info{version=\"" PORTHOLE_VERSION "\"} 1\n", "porthole_workers 2\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line << " is not in\n" << text;
  }
}

TEST(Exposition, OneSeriesStandsBeforeTheFirstRequest) {
  Counts one;
  std::string text = text_of({&one});
  EXPECT_NE(text.find("porthole_requests_total{method=\"GET\",status_class=\"2xx\",proxy_error=\"\"} 0\n"),
            std::string::npos);
  EXPECT_EQ(text.find("status_class=\"5xx\""), std::string::npos) << "no series for what never happened";
}

TEST(Exposition, TheKernelTellsAboutUs) {
  ProcessCounts counts = read_process_counts();
  EXPECT_GT(counts.resident_bytes, 1_MiB);
  EXPECT_GT(counts.open_descriptors, 2U);
  EXPECT_GE(counts.descriptors_max, counts.open_descriptors);
  EXPECT_GT(counts.start_seconds, 1.6e9);
}

}  // namespace
}  // namespace porthole::app
