// World: one seed. A worker of the program, clients and servers that behave and misbehave as planned, names, an operator who
// reloads, drains or stops. run() plays it to the end and gives the violations of what must always hold (judge.cc lists it).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "proxy/worker.h"
#include "sim/plan.h"
#include "sim/tcp.h"

namespace porthole::sim {

// Bugs that the world can be given, so that a run shows that the judge finds their kind.
enum class Canary : std::uint8_t { none, lost_byte, leaked_stream, reused_too_early, forgotten_deadline, count_ };
std::string_view canary_text(Canary canary);

// What became of one request, as its client, the server and the recorder saw it.
struct Record {
  RequestPlan request;
  ResponsePlan response;
  bool clean = false;            // nothing on its way misbehaves: it must succeed
  const char* excuse = nullptr;  // why it need not, after all

  // client
  bool begun = false, sent_whole = false;
  Instant sent_at{};
  int answers = 0, interims = 0, status = 0;
  bool by_server = false, complete = false;
  std::uint64_t received = 0;
  std::string proxy_error;  // of Proxy-Status

  // server
  int sightings = 0, connections = 0;
  std::uint64_t seen = 0;
  bool seen_whole = false, response_begun = false, response_whole = false, server_broke = false;

  // recorder
  int flows = 0;
  std::uint64_t recorded_in = 0, recorded_out = 0;
  flow::End ended = flow::End::complete;
  int said_status = 0;

  // tunnel
  std::uint64_t up = 0, down = 0;  // arrived
  bool up_ended = false, down_ended = false;
};

struct Origin {
  std::string name;
  bool clean = true;
  std::vector<IpAddress> addresses;
  std::map<IpAddress, int> dialling;  // errno, 0 stands, -1 never answers
  Duration lookup{};
  int lookup_failure = 0;  // 1: error, 2: never
  bool partial = false;    // one family comes later
};

class ClientActor;
class ServerActor;
class SimResolver;
class SimNetwork;
class SimSink;

class World {
 public:
  World(std::uint64_t seed, Canary canary, bool trace);
  ~World();
  // The violations; empty when all is well.
  std::vector<std::string> run();
  std::uint64_t exchanges() const { return records.size(); }

  // ---- for the actors ----
  Kernel kernel;
  Wires wires{kernel};
  std::vector<Origin> origins;
  std::map<std::uint32_t, Record> records;
  Instant draining_since = kNever;
  Canary canary;
  Record* record(std::uint32_t id);
  void violate(std::string what);
  template <class... Args>
  void trace(fmt::format_string<Args...> format, Args&&... args) {
    if (tracing) say(fmt::format(format, std::forward<Args>(args)...));
  }
  proxy::Worker& worker() { return *worker_; }
  void add_server(std::unique_ptr<Socket> socket, std::size_t origin, std::uint16_t port);
  void add_client(std::vector<std::uint32_t> ids, bool pipelined);
  void note_pulse(std::shared_ptr<const Pulse> pulse) { pulses_.push_back(std::move(pulse)); }
  int next_number() { return ++actors_; }
  std::size_t descriptors = SIZE_MAX;  // that the program may have
  bool tracing;

 private:
  void plan();
  void plan_origins(bool calm, bool storm);
  void plan_clients(bool calm, bool storm);
  RequestPlan plan_request(std::uint32_t id, bool clean);
  ResponsePlan plan_response(const RequestPlan& request, bool clean);
  std::uint64_t plan_size();
  std::shared_ptr<proxy::Snapshot> plan_snapshot();
  void plan_operator(bool storm);
  void excuse_unfinished(const char* why);
  void check_now();
  void check_end();
  void judge(const Record& record);
  void say(const std::string& what);

  std::uint64_t seed_;
  int actors_ = 0;
  std::unique_ptr<SimResolver> resolver_, next_resolver_;
  std::unique_ptr<SimNetwork> network_;
  std::unique_ptr<SimSink> sink_;
  std::unique_ptr<control::SelfPage> pages_;
  proxy::Admission admission_;
  std::unique_ptr<proxy::Worker> worker_;
  std::vector<std::unique_ptr<ClientActor>> clients_;
  std::vector<std::unique_ptr<ServerActor>> servers_;
  std::vector<std::shared_ptr<const Pulse>> pulses_;
  std::vector<std::string> violations_;
  Duration quiet_max_{};
  ByteCount body_buffer_max_ = 0;
  bool limits_tight_ = false;
  bool crowded_ = false;  // clients are held to a number of connections
  bool drain_done_ = false;
  Duration drain_max_{};
  friend class SimSink;
};

}  // namespace porthole::sim
