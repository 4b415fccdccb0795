// See replay_answer.h.
#include "admin/replay_answer.h"

#include <nlohmann/json.hpp>

#include "admin/api.h"
#include "base/text.h"
#include "flow/as_json.h"
#include "flow/bounded_json.h"

namespace porthole::admin {
namespace {

// For a worker to take it, which is a matter of one turn of its loop; and for the recorder's next step.
constexpr Duration kPatience = std::chrono::seconds(5);

// U+0000 to U+00FF as octets, one for each (base/json.h); nothing when there is another character.
std::optional<std::string> octets_of(std::string_view utf8) {
  std::string out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    auto first = static_cast<unsigned char>(utf8[i]);
    if (first < 0x80) {
      out += utf8[i];
      continue;
    }
    if ((first != 0xc2 && first != 0xc3) || ++i == utf8.size()) return std::nullopt;
    out += static_cast<char>(((first & 0x03) << 6) | (static_cast<unsigned char>(utf8[i]) & 0x3f));
  }
  return out;
}

std::optional<std::string> octets_in(const nlohmann::json& value) {
  if (!value.is_string()) return std::nullopt;
  return octets_of(value.get_ref<const std::string&>());
}

// Takes what is there out of `json` into `request`; what is wrong with it, or null.
const char* read_request(nlohmann::json& json, control::ReplayRequest& request) {
  if (!json.is_object()) return "this is no JSON object";
  for (const auto& [key, value] : json.items()) {
    if (key == "of") {
      auto id = value.is_string() ? flow::FlowId::parse(value.get_ref<const std::string&>()) : std::nullopt;
      if (!id) return "of is no flow's id";
      request.of = *id;
    } else if (key == "method" || key == "url") {
      auto text = octets_in(value);
      if (!text) return "method and url are texts of characters up to U+00FF";
      (key == "url" ? request.url : request.method) = std::move(*text);
    } else if (key == "fields") {
      if (!value.is_array()) return "fields is a list of [name, value]";
      for (const auto& field : value) {
        if (!field.is_array() || field.size() != 2) return "fields is a list of [name, value]";
        auto name = octets_in(field[0]), text = octets_in(field[1]);
        if (!name || !text) return "names and values of fields are texts of characters up to U+00FF";
        request.fields.emplace_back(std::move(*name), std::move(*text));
      }
    } else if (key == "body") {
      auto content = value.is_string() ? from_base64(value.get_ref<const std::string&>()) : std::nullopt;
      if (!content) return "body is base64";
      request.content = std::move(*content);
    } else {
      return "a request has of, method, url, fields and body";
    }
  }
  return nullptr;
}

class Sent final : public Later {
 public:
  Sent(std::unique_ptr<control::Replay::Ticket> ticket, const flow::Recorder& recorder)
      : ticket_(std::move(ticket)), recorder_(recorder) {}

  std::optional<Answer> look(Instant now) override {
    if (until_ == Instant{}) until_ = now + kPatience;
    auto came = ticket_->look();
    if (!came && now < until_) return std::nullopt;
    if (!came) return problem(503, "not_sent", "no worker took it in time");
    if (!*came) return problem(came->error().status, "not_sent", came->error().detail);
    bool listed = recorder_.rows().find(**came).has_value();
    if (!listed && now < until_) return std::nullopt;
    Answer answer = json_answer({});
    Json(answer.body).object().text("id", flow::id_text(**came)).end_object();
    return answer;
  }

 private:
  std::unique_ptr<control::Replay::Ticket> ticket_;
  const flow::Recorder& recorder_;
  Instant until_{};
};

}  // namespace

Answer replay_answer(control::Replay& replay, const flow::Recorder& recorder, std::string_view content) {
  control::ReplayRequest request;
  {
    auto json = flow::parse_bounded(content, 10'000);
    if (const char* wrong = read_request(json, request)) return problem(400, "bad_request", wrong);
  }
  if (request.content.size() > control::ReplayRequest::kContentMax)
    return problem(413, "too_large", "at most 8 MiB of content can be sent");
  auto ticket = replay.send(std::move(request));
  if (!ticket) return problem(ticket.error().status, "bad_request", ticket.error().detail);
  return {.later = std::make_unique<Sent>(std::move(*ticket), recorder)};
}

}  // namespace porthole::admin
