// See proxy_rig.h.
#include "support/proxy_rig.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace porthole::test {

Peer::Peer(io::ManualLoop& loop, std::unique_ptr<io::Stream> stream) : loop_(loop), stream_(std::move(stream)) {
  stream_->set_listener(this);
}

void Peer::send(std::string_view text) {
  outgoing_ += text;
  on_writable();
  loop_.settle();
}

void Peer::send_slowly(std::string_view text) {
  for (char byte : text) send({&byte, 1});
}

void Peer::finish() {
  finishing_ = true;
  on_writable();
  loop_.settle();
}

void Peer::reset() {
  stream_->abort();
  loop_.settle();
}

void Peer::read_on() {
  reading_ = true;
  on_readable();
  loop_.settle();
}

void Peer::read_up_to(std::size_t bytes) {
  std::string room(bytes, '\0');
  io::IoCount got = stream_->try_read(room);
  if (got.state == io::IoCount::State::moved) received_.append(room, 0, got.bytes);
  loop_.settle();
}

std::string Peer::take() { return std::exchange(received_, {}); }

void Peer::on_readable() {
  std::array<char, 4096> room;
  while (reading_ && !ended_) {
    io::IoCount got = stream_->try_read(room);
    if (got.state == io::IoCount::State::blocked) return;
    if (got.state == io::IoCount::State::moved) received_.append(room.data(), got.bytes);
    else ended_ = true;
    broken_ |= got.state == io::IoCount::State::failed;
  }
}

void Peer::on_writable() {
  while (!outgoing_.empty()) {
    iovec piece{outgoing_.data(), outgoing_.size()};
    io::IoCount sent = stream_->try_write({&piece, 1});
    if (sent.state != io::IoCount::State::moved) return;
    outgoing_.erase(0, sent.bytes);
  }
  if (std::exchange(finishing_, false)) stream_->shutdown_write();
}

Result<std::unique_ptr<io::Stream>> FakeNetwork::connect(const Endpoint& to) {
  if (auto found = refused.find(to); found != refused.end())
    return fail(io::stream_error(Side::upstream, found->second));
  auto [ours, theirs] = io::make_memory_streams(loop_, {.capacity = stream_capacity, .first = {}, .second = to});
  accepted.emplace_back(to, std::make_unique<Peer>(loop_, std::move(theirs)));
  return std::move(ours);
}

std::shared_ptr<const upstream::Addresses> FakeResolver::cached(std::string_view name) {
  auto found = names.find(name);
  if (found == names.end()) return nullptr;
  auto addresses = std::make_shared<upstream::Addresses>();
  addresses->list = found->second;
  return addresses;
}

io::Task<Result<std::shared_ptr<const upstream::Addresses>>> FakeResolver::resolve(std::string name, Instant) {
  auto known = cached(name);
  if (known) co_return known;
  co_return fail(
      {.token = Token::dns_error, .side = Side::upstream, .status = 502, .detail = "the name does not exist"});
}

std::optional<control::Page> FakePages::page(std::string_view path, std::string_view proxy_address) const {
  told_address = proxy_address;
  if (path != "/") return std::nullopt;
  return control::Page{.content_type = "text/html", .body = "hello from porthole", .etag = {}, .cache_control = {}};
}

ProxyRig::ProxyRig(const proxy::Options& options, proxy::SessionMaker make_session, proxy::FilterFactory* filters,
                   flow::Sink* sink)
    : snapshot(std::make_shared<proxy::Snapshot>()) {
  snapshot->options = options;
  snapshot->access = rules::Access({.clients = {*IpNetwork::parse("0.0.0.0/0")}});
  snapshot->rules = std::make_shared<rules::EmptyRuleSet>();
  snapshot->addresses = std::make_shared<upstream::AddressPolicy>(upstream::AddressOptions{}, std::vector<Endpoint>{},
                                                                  std::vector<IpAddress>{});
  resolver.names["h"] = {IpAddress::of4(10, 0, 0, 1)};
  worker = std::make_unique<proxy::Worker>(proxy::Worker::Parts{.loop = loop,
                                                                .network = network,
                                                                .resolver = resolver,
                                                                .pages = pages,
                                                                .admission = admission,
                                                                .sink = sink ? sink : &recorder,
                                                                .filters = filters,
                                                                .make_session = make_session},
                                           snapshot);
}

std::unique_ptr<Peer> ProxyRig::client() {
  auto [ours, theirs] = io::make_memory_streams(
      loop, {.capacity = network.stream_capacity, .first = {}, .second = *Endpoint::parse("127.0.0.1:50000")});
  worker->serve(std::move(ours));
  return std::make_unique<Peer>(loop, std::move(theirs));
}

Peer& ProxyRig::server(std::size_t i) {
  if (i >= network.accepted.size()) {  // not a gtest failure: fuzz targets and counters use this rig as well
    std::fprintf(stderr, "the proxy opened %zu connections, not %zu\n", network.accepted.size(), i + 1);
    std::abort();
  }
  return *network.accepted[i].second;
}

}  // namespace porthole::test
