// See facts.h.
#include "flow/facts.h"

namespace porthole::flow {
namespace {

void append_list(Json& json, std::string_view name, std::string_view list) {
  if (list.empty()) return;
  json.key(name).array();
  while (!list.empty()) {
    std::size_t end = std::min(list.find(','), list.size());
    json.octets(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  json.end_array();
}

void append_path(Json& json, std::string_view name, const PathFacts& path) {
  json.key(name).object().number("rtt", path.rtt_us);
  if (path.rtt_min_us != 0) json.number("rtt_min", path.rtt_min_us);
  json.number("rtt_var", path.rtt_var_us).number("retransmits", path.retransmits);
  if (path.delivery_rate != 0) json.number("delivery_rate", path.delivery_rate);
  json.end_object();
}

}  // namespace

std::string_view tls_stage_text(TlsStage stage) {
  constexpr std::string_view kTexts[kTlsStages] = {"offered", "client", "upstream"};
  return kTexts[static_cast<std::size_t>(stage)];
}

void RecordedFacts::take(const EventHeader& event, EventReader payload) {
  switch (event.kind) {
    case EventKind::part_of: {
      PartOf read{.parent = {payload.number<std::uint64_t>()}, .stream = payload.number<std::uint32_t>()};
      if (payload.good() && !part_of) part_of = read;
      return;
    }
    case EventKind::tls: {
      auto stage = payload.number<std::uint8_t>();
      TlsFactsOf<std::string> read;
      for (std::string* text : {&read.sni, &read.alpn, &read.version, &read.cipher}) *text = payload.text();
      if (payload.good() && stage < kTlsStages && !tls[stage]) tls[stage] = std::move(read);
      return;
    }
    case EventKind::path: {
      PathFacts read;
      for (std::uint32_t* number : {&read.rtt_us, &read.rtt_min_us, &read.rtt_var_us, &read.retransmits})
        *number = payload.number<std::uint32_t>();
      read.delivery_rate = payload.number<ByteCount>();
      auto& place = path[static_cast<std::size_t>(event.direction) & 1];
      if (payload.good() && !place) place = read;
      return;
    }
    default: return;
  }
}

void RecordedFacts::append(Json& json) const {
  if (part_of) {
    json.key("parent").object();
    if (part_of->parent.value != 0) {
      char text[FlowId::kTextBytes];
      part_of->parent.text(text);
      json.text("id", {text, sizeof text});
    }
    if (part_of->stream != 0) json.number("stream", part_of->stream);
    json.end_object();
  }
  if (tls[0] || tls[1] || tls[2]) {
    json.key("tls").object();
    for (std::size_t i = 0; i < kTlsStages; ++i) {
      if (!tls[i]) continue;
      json.key(tls_stage_text(static_cast<TlsStage>(i))).object();
      if (!tls[i]->sni.empty()) json.octets("sni", tls[i]->sni);
      append_list(json, "alpn", tls[i]->alpn);
      append_list(json, "version", tls[i]->version);
      if (!tls[i]->cipher.empty()) json.octets("cipher", tls[i]->cipher);
      json.end_object();
    }
    json.end_object();
  }
  if (path[0] || path[1]) {
    json.key("path").object();
    if (path[0]) append_path(json, "client", *path[0]);
    if (path[1]) append_path(json, "upstream", *path[1]);
    json.end_object();
  }
}

}  // namespace porthole::flow
