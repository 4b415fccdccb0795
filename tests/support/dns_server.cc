// See dns_server.h.
#include "support/dns_server.h"

#include <algorithm>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/assert.h"

namespace porthole::test {
namespace {

std::string number16(std::uint32_t n) { return {static_cast<char>(n >> 8), static_cast<char>(n)}; }
std::string number32(std::uint32_t n) { return number16(n >> 16) + number16(n & 0xffff); }

struct Question {
  std::string name;
  unsigned type = 0;
  std::size_t end = 0;
};

Question question_of(const std::string& packet) {
  Question question;
  std::size_t at = 12;
  while (packet[at] != 0) {
    auto length = static_cast<std::size_t>(packet[at]);
    if (!question.name.empty()) question.name += '.';
    for (char c : packet.substr(at + 1, length)) question.name += ascii::lower(c);
    at += 1 + length;
  }
  question.type = static_cast<unsigned char>(packet[at + 2]);
  question.end = at + 5;
  return question;
}

std::string record_of(const std::string& owner, unsigned type, std::uint32_t ttl, const std::string& data) {
  return owner + number16(type) + number16(1) + number32(ttl) + number16(static_cast<std::uint32_t>(data.size())) +
         data;
}

std::string labels(std::string_view name) {
  std::string wire;
  while (!name.empty()) {
    std::size_t end = std::min(name.find('.'), name.size());
    wire += static_cast<char>(end);
    wire += name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return wire + '\0';
}

std::string reply_to(const std::string& packet, const Question& question, const DnsServer::Record& record) {
  std::string answers;
  std::string owner = "\xc0\x0c";  // the question's name
  std::uint32_t count = 0;
  if (record.alias) {
    answers += record_of(owner, 5, record.alias_ttl, labels(record.alias));
    owner = labels(record.alias);
    ++count;
  }
  for (const char* text : record.addresses) {
    IpAddress ip = *IpAddress::parse(text);
    answers += record_of(owner, question.type, record.ttl,
                         std::string(reinterpret_cast<char*>(ip.bytes.data()), ip.v4 ? 4 : 16));
    ++count;
  }
  return packet.substr(0, 2) + number16(0x8180u | static_cast<unsigned>(record.rcode)) + number16(1) + number16(count) +
         number32(0) + packet.substr(12, question.end - 12) + answers;
}

}  // namespace

DnsServer::DnsServer(io::EpollLoop& loop)
    : loop_(loop), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  sockaddr_storage address{};
  socklen_t length = Endpoint{IpAddress::loopback4(), 0}.to_sockaddr(address);
  PH_ASSERT(::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) == 0);
  length = sizeof address;
  PH_ASSERT(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  local_ = Endpoint::of(address);
  PH_ASSERT(loop_.watch(socket_, *this, POLLIN));
}

DnsServer::~DnsServer() {
  loop_.forget(socket_, *this);
  ::close(socket_);
}

int DnsServer::asked(const std::string& name, bool v4) const {
  auto found = asked_.find({name, v4});
  return found == asked_.end() ? 0 : found->second;
}

void DnsServer::release() {
  for (auto& [packet, to] : std::exchange(held_, {})) send(packet, to);
}

void DnsServer::on_events(std::uint32_t) {
  char room[1024];
  sockaddr_storage from{};
  socklen_t length = sizeof from;
  ssize_t n = ::recvfrom(socket_, room, sizeof room, 0, reinterpret_cast<sockaddr*>(&from), &length);
  if (n > 12) answer(std::string(room, static_cast<std::size_t>(n)), Endpoint::of(from));
}

void DnsServer::answer(const std::string& packet, const Endpoint& to) {
  Question question = question_of(packet);
  bool v4 = question.type == 1;
  ++asked_[{question.name, v4}];
  auto found = names.find(question.name);
  Record record{.rcode = 3};
  if (found != names.end()) record = v4 ? found->second.a : found->second.aaaa;
  if (record.silent) return;
  std::string reply = reply_to(packet, question, record);
  if (record.held) held_.emplace_back(std::move(reply), to);
  else send(reply, to);
}

void DnsServer::send(const std::string& packet, const Endpoint& to) const {
  sockaddr_storage address{};
  socklen_t length = to.to_sockaddr(address);
  ::sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<sockaddr*>(&address), length);
}

}  // namespace porthole::test
