// The clients and servers of a World. Each owns its socket, reads what the program writes with the judge's Reader, and writes
// what its plans say through a Script.
#pragma once

#include <deque>
#include <vector>

#include "sim/reader.h"
#include "sim/script.h"
#include "sim/world.h"

namespace porthole::sim {

// One connection to the proxy and the requests on it, one after the other or pipelined. What was not sent when the connection
// ends goes out on another one.
class ClientActor final : private SocketUser, private ReaderUser {
 public:
  ClientActor(World& world, std::vector<std::uint32_t> ids, bool pipelined);
  ~ClientActor();

 private:
  void on_bytes(std::string_view bytes) override;
  void on_room() override { script_->run(); }
  void on_end() override;
  void on_reset() override;
  void on_head(const Head& head) override;
  void on_content(std::string_view bytes) override;
  void on_message_end(bool trailers) override;
  void on_nonsense(const char* why) override;

  void write_request(Record& record);
  void write_content(Record& record);
  void wait_for_answer(Record& record);
  void begin_tunnel(std::string early);
  void tunnel_bytes(std::string_view bytes);
  void misbehave(ClientFault fault);
  void leave(bool broken);
  Record* waiting() { return outstanding_.empty() ? nullptr : outstanding_.front(); }

  World& world_;
  std::vector<std::uint32_t> ids_;
  std::size_t next_ = 0;  // of ids_, not sent yet
  int number_;            // in traces
  bool pipelined_;
  std::unique_ptr<Socket> socket_;
  std::shared_ptr<const Pulse> pulse_;
  std::unique_ptr<Script> script_;
  Reader reader_;
  std::deque<Record*> outstanding_;
  Record* tunnel_ = nullptr;
  bool continue_ = false;   // 100 came
  bool may_close_ = false;  // an answer came before its request was over
  bool closing_ = false;    // an answer said that it was the last
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool over_ = false;
};

// One connection from the proxy.
class ServerActor final : private SocketUser, private ReaderUser {
 public:
  ServerActor(World& world, std::unique_ptr<Socket> socket, std::size_t origin, std::uint16_t port);
  ~ServerActor();

 private:
  void on_bytes(std::string_view bytes) override;
  void on_room() override { script_.run(); }
  void on_end() override;
  void on_reset() override;
  void on_head(const Head& head) override;
  void on_content(std::string_view bytes) override;
  void on_message_end(bool trailers) override;
  void on_nonsense(const char* why) override;

  void respond();
  void write_response(const ResponsePlan& plan);
  void misbehave(ServerFault fault);
  void begin_tunnel(std::string early);
  void tunnel_bytes(std::string_view bytes);
  void close();

  World& world_;
  std::unique_ptr<Socket> socket_;
  std::size_t origin_;
  int number_;
  Script script_;
  Reader reader_;
  Record* now_ = nullptr;  // the request that is read or answered
  Record* tunnel_ = nullptr;
  std::uint64_t tunnel_up_ = 0;
  bool peer_ended_ = false;
  std::uint32_t last_ = 0;
  bool reading_ = false, responding_ = false, close_when_read_ = false, over_ = false;
};

}  // namespace porthole::sim
