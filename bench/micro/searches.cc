// How long searches over a full store take, and what its indexes cost: `searches FLOWS FOLDER` records FLOWS small exchanges
// through a store of 1 GiB in FOLDER, which must be on a disk with room for it and is left as it is; `searches 0 FOLDER` only
// asks. One line per figure: name, value, unit.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "flow/marks.h"
#include "flow/recorder.h"
#include "flow/search.h"

namespace porthole::flow {
namespace {

double since(std::chrono::steady_clock::time_point begun) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

// Of this process: what a busy machine does not change.
double cpu_ms() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

double resident_mib() {
  std::ifstream file("/proc/self/statm");
  double pages = 0, resident = 0;
  file >> pages >> resident;
  return resident * 4096 / (1 << 20);
}

void say(const char* name, double value, const char* unit) {
  std::printf("%-28s %12.3f %s\n", name, value, unit);
  std::fflush(stdout);
}

// 800 bytes of records, as a small GET through the proxy leaves them.
void tell(RingSink& sink, std::uint64_t flow, const Clock& clock) {
  std::string host = "host" + std::to_string(flow % 50) + ".example";
  std::string path = "/api/v1/items/" + std::to_string(flow * 7919 % 100'000) + "?page=" + std::to_string(flow % 7);
  std::string target = "http://" + host + path;
  std::string request = "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: */*\r\n\r\n";
  std::string response =
      "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: application/json\r\nContent-Length: 100\r\nETag: \"" +
      std::to_string(flow) + "\"\r\n\r\n";
  sink.begin({flow}, *Endpoint::parse("127.0.0.1:40000"), clock.now());
  http::RequestHead request_head;
  request_head.raw = request;
  sink.request_received({flow}, request_head, {});
  http::ResponseHead response_head;
  response_head.raw = response;
  sink.response_received({flow}, response_head, {}, clock.now());
  std::string content = "item-" + std::to_string(flow) + ";";
  content.resize(100, static_cast<char>('a' + flow % 26));
  sink.data({flow}, Direction::response, 0, content, clock.now());
  Outcome outcome{.flow = {flow}, .method = "GET", .target = target, .host = host, .bytes_out = 100};
  outcome.status = flow % 100 == 0 ? 404 : 200;
  outcome.content_type = "application/json";
  outcome.client = *Endpoint::parse("127.0.0.1:40000");
  outcome.begun = clock.wall();
  outcome.took = std::chrono::microseconds(flow % 5000);
  sink.end({flow}, outcome, clock.now());
}

void record(std::uint64_t flows, const std::string& folder) {
  ManualClock clock;
  SystemRandom random;
  Recorder recorder(clock, random, {.store = {.folder = folder}}, 1);
  RingSink sink(recorder.ring(0), recorder.content_wanted());
  double disk_most = 0, resident_most = 0;
  double begun = cpu_ms();
  for (std::uint64_t flow = 1; flow <= flows; ++flow) {
    tell(sink, flow, clock);
    if (flow % 100 == 0) {
      clock.advance(std::chrono::milliseconds(5));  // 20,000 a second
      recorder.step();
    }
    if (flow % 50'000 == 0) {
      double disk = 0;
      for (const auto& entry : std::filesystem::directory_iterator(folder))
        disk += static_cast<double>(entry.file_size());
      disk_most = std::max(disk_most, disk / (1 << 20));
      resident_most = std::max(resident_most, resident_mib());
    }
    if (flow % 1'000'000 == 0) say("resident_mib_so_far", resident_mib(), "MiB");
  }
  recorder.finish();
  say("record_and_index_us", (cpu_ms() - begun) * 1000 / static_cast<double>(flows), "us/flow");
  say("disk_most", disk_most, "MiB");
  say("resident_most", resident_most, "MiB");
  say("lost_events", static_cast<double>(recorder.metrics().lost_events.value()), "");
  // What is 10 s old by now, too.
  clock.advance(std::chrono::seconds(11));
  for (int i = 0; i < 20'000; ++i) recorder.step();
}

void build_cost(const std::string& folder) {
  auto paths = Store::paths_in(folder);
  if (paths.size() < 2) return;
  auto segment = SegmentReader::open(paths[paths.size() / 2]);
  auto writer = IndexWriter::create(folder + "/bench-index", segment->header());
  RowGatherer gatherer;
  double slowest = 0, rows = 0;
  double begun = cpu_ms();
  for (bool more = true; more;) {
    double step_begun = cpu_ms();
    ByteCount at = segment->end();
    while (more && segment->end() - at < 256_KiB) {
      auto read = segment->next();
      if (read) gatherer.take(*read);
      more = read.has_value();
    }
    if (!more) gatherer.finish();
    for (const RowBlock& block : gatherer.blocks()) {
      rows += static_cast<double>(block.size());
      (void)writer->add(block);
    }
    if (!more) (void)writer->finish();
    slowest = std::max(slowest, cpu_ms() - step_begun);
  }
  double took = cpu_ms() - begun;
  std::string path = folder + "/bench-index";
  say("build", took * 1000 / rows, "us/flow");
  say("build_slowest_step", slowest, "ms");
  say("index_file", static_cast<double>(std::filesystem::file_size(path)) / rows, "bytes/flow");
  std::filesystem::remove(path);
}

void ask(const std::string& folder, const Marks& marks, const char* filter) {
  auto wanted = match::Expr::parse(filter);
  Search search(folder, std::move(*wanted), marks);
  std::vector<Row> hits;
  double slowest = 0, first = 0;
  std::size_t found = 0, slices = 0;
  double cpu_begun = cpu_ms();
  auto begun = std::chrono::steady_clock::now();
  for (bool more = true; more; ++slices) {
    double slice = cpu_ms();
    more = search.step(hits);
    slowest = std::max(slowest, cpu_ms() - slice);
    if (found == 0 && !hits.empty()) first = since(begun);
    found += hits.size();
    hits.clear();
  }
  std::printf("%-40s %9.1f ms, CPU %.1f; first hit %.1f, slowest of %zu slices CPU %.1f; %zu hits of %zu flows\n",
              filter, since(begun), cpu_ms() - cpu_begun, first, slices, slowest, found, search.searched());
}

int run(int count, char** arguments) {
  if (count != 3) return 2;
  std::string folder = arguments[2];
  std::uint64_t flows = std::strtoull(arguments[1], nullptr, 10);
  if (flows > 0) record(flows, folder);
  porthole::SystemRandom random;
  Marks marks(folder, random);
  build_cost(folder);
  for (int i = 0; i < 3; ++i) {
    for (const char* filter : {"status:404", "host:host7.example path:/api/v1/items/7*", "type:json size>1k", "host7"})
      ask(folder, marks, filter);
  }
  std::vector<Row> hits;
  auto expr = porthole::match::Expr::parse("status:404");
  Search some(folder, std::move(*expr), marks);
  while (some.step(hits)) {}
  // A word in the content of one flow, which lies at the far end of the newest 64 MiB, or nowhere. (Flow ids are numbers here.)
  std::size_t far = std::min<std::size_t>(hits.size() - 1, (64 << 20) / 800 / 100);
  ask(folder, marks, ("body:item-" + std::to_string(hits[far].flow.value) + ";").c_str());
  ask(folder, marks, "body:item-nowhere");
  for (std::size_t at : {hits.size() - 1, hits.size() / 2}) {
    auto begun = std::chrono::steady_clock::now();
    bool there = find_flow(folder, hits[at].flow).has_value();
    say(there ? "find_flow" : "find_flow FAILED", since(begun), "ms");
  }
  say("resident", resident_mib(), "MiB");
  return 0;
}

}  // namespace
}  // namespace porthole::flow

int main(int count, char** arguments) { return porthole::flow::run(count, arguments); }
