// See dialer.h. Resolve once, vet the very addresses that came, dial those (bad-inputs 51).
#include "upstream/dialer.h"

#include "io/task_scope.h"

namespace porthole::upstream {

io::Task<Result<Dialed>> Dialer::dial(DialRequest request) {
  Dialed dialed;
  Race race(loop_, network_, {request.port, request.guarded, request.policy, request.options, request.watch});
  io::TaskScope scope;  // dies before the race
  Instant start = loop_.now();

  if (request.kind != http::HostKind::name) {
    auto ip = IpAddress::parse(request.host);
    if (!ip) co_return fail(client_error(400, "the address is not well-formed"));
    race.add({&*ip, 1}, false);
  } else {
    std::shared_ptr<const Addresses> addresses = resolver_->cached(request.host);
    dialed.dns_from_cache = addresses != nullptr;
    if (!addresses) {
      auto resolved = co_await resolver_->resolve(request.host, kNever);
      if (!resolved) {
        if (request.watch) request.watch->looked_up({.error = &resolved.error(), .took = loop_.now() - start});
        co_return fail(resolved.error());
      }
      addresses = std::move(*resolved);
    }
    if (request.watch) {
      request.watch->looked_up({.addresses = addresses->list,
                                .cached = dialed.dns_from_cache,
                                .age = start - addresses->resolved_at,
                                .took = loop_.now() - start});
    }
    race.add(addresses->list, !addresses->complete);
    if (!addresses->complete) scope.spawn(add_rest(race, request.host, kNever));
  }
  Instant resolved_at = loop_.now();
  dialed.resolving = resolved_at - start;

  while (true) {
    auto outcome = race.step();
    if (!outcome) {
      co_await race.changed().wait(race.next_step());
      continue;
    }
    if (request.watch) request.watch->dialled(outcome->has_value(), loop_.now() - resolved_at);
    if (!*outcome) co_return fail(outcome->error());
    dialed.stream = std::move((*outcome)->stream);
    dialed.address = (*outcome)->address;
    dialed.connecting = loop_.now() - resolved_at;
    dialed.attempts = race.attempts();
    co_return dialed;
  }
}

io::Task<void> Dialer::add_rest(Race& race, std::string name, Instant deadline) {
  auto rest = co_await resolver_->rest(std::move(name), deadline);
  if (rest) race.add((*rest)->list, false);
  else race.add({}, false);
}

}  // namespace porthole::upstream
