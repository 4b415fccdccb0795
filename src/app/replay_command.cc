// See replay_command.h. Texts that come from the API are octets as U+0000 to U+00FF, and go back as they came.
#include "app/replay_command.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <thread>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/row_line.h"
#include "base/ascii.h"
#include "base/json.h"
#include "base/text.h"
#include "flow/redactor.h"

namespace porthole::app {
namespace {

using Object = nlohmann::ordered_json;
using Field = std::pair<std::string_view, std::string_view>;

constexpr auto kLook = std::chrono::milliseconds(50);

Answer failed(std::string_view what, int code = kFailure) { return {code, "", fmt::format("porthole: {}\n", what)}; }

std::string text_in(const Object& json, const char* name) {
  auto found = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Object object_in(const Object& json, const char* name) {
  auto found = json.is_object() ? json.find(name) : json.end();
  return json.is_object() && found != json.end() && found->is_object() ? *found : Object::object();
}

// "Name: value", without a colon the whole is the name.
Field field_of(std::string_view line) {
  std::size_t colon = std::min(line.find(':'), line.size());
  return {ascii::trim(line.substr(0, colon)), ascii::trim(line.substr(std::min(colon + 1, line.size())))};
}

std::vector<Field> fields_of(std::string_view head) {
  std::vector<Field> fields;
  head.remove_prefix(std::min(head.find('\n') + 1, head.size()));
  while (!head.empty()) {
    std::size_t end = std::min(head.find('\n'), head.size());
    std::string_view line = ascii::trim(head.substr(0, end > 0 && head[end - 1] == '\r' ? end - 1 : end));
    head.remove_prefix(std::min(end + 1, head.size()));
    if (!line.empty()) fields.push_back(field_of(line));
  }
  return fields;
}

// What the recorder did not keep (capture.redact) stands as one asterisk for each octet. A single one is a value of its own:
// `If-Match: *`.
bool redacted(const Field& field) {
  bool secret = std::ranges::any_of(flow::secret_fields(),
                                    [&](const std::string& name) { return ascii::equal_nocase(name, field.first); });
  return field.second.size() > (secret ? 0 : 1) && field.second.find_first_not_of('*') == std::string_view::npos;
}

// Nothing, or what is wrong with it.
std::string read_data(std::string_view data, std::string& content) {
  if (!data.starts_with('@')) {
    content = data;
    return {};
  }
  std::string path(data.substr(1));
  std::ostringstream text;
  if (path == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream file(path, std::ios::binary);
    if (!file) return fmt::format("{}: {}", path, std::strerror(errno));
    text << file.rdbuf();
  }
  content = std::move(text).str();
  return {};
}

// The content that was recorded, all of it or an error.
std::string recorded_content(const ControlClient& client, const std::string& id, const Object& flow,
                             std::string& content) {
  Object request = object_in(object_in(flow, "content"), "request");
  auto number = [&](const char* name) {
    auto found = request.find(name);
    return found != request.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
  };
  if (number("size") == 0) return {};
  if (number("kept") < number("size"))
    return fmt::format("{} of the {} octets of its content were kept: give all with --data", number("kept"),
                       number("size"));
  auto reply = client.ask("GET", fmt::format("/api/flows/{}/request/body", percent_encoded(id)));
  if (!reply) return reply.error();
  if (!reply->good()) return reply->fault();
  content = std::move(reply->body);
  return {};
}

// The edited request as POST /api/replay takes it. What is left out is said in `remarks`.
std::string request_json(const std::string& id, const Object& flow, const ReplayEdits& edits, std::string_view content,
                         std::string& remarks) {
  Object row = object_in(flow, "row");
  std::string head = text_in(object_in(object_in(flow, "heads"), "request_received"), "text"), body;
  Json json(body);
  json.object().octets("of", id);
  if (edits.method.empty()) json.text("method", text_in(row, "method"));
  else json.octets("method", edits.method);
  json.text("url", text_in(row, "target")).key("fields").array();
  for (const Field& field : fields_of(head)) {
    bool replaced = std::ranges::any_of(
        edits.fields, [&](std::string_view edit) { return ascii::equal_nocase(field_of(edit).first, field.first); });
    if (replaced) continue;
    if (redacted(field)) {
      remarks += fmt::format("porthole: {} was not recorded, and is left out: give it with -H\n", safe(field.first));
      continue;
    }
    json.array().text(field.first).text(field.second).end_array();
  }
  for (std::string_view edit : edits.fields) {
    auto [name, value] = field_of(edit);
    if (!value.empty()) json.array().octets(name).octets(value).end_array();
  }
  json.end_array().text("body", base64(content)).end_object();
  return body;
}

// Of the flow, once it has ended.
std::expected<Object, std::string> ended_row(const ControlClient& client, const std::string& id) {
  while (true) {
    auto reply = client.ask("GET", "/api/flows/" + percent_encoded(id));
    if (!reply) return std::unexpected(reply.error());
    if (!reply->good()) return std::unexpected(fmt::format("{}: {}", safe(id), reply->fault()));
    Object row = object_in(Object::parse(reply->body, nullptr, false), "row");
    if (text_in(row, "state") != "open") return row;
    std::this_thread::sleep_for(kLook);
  }
}

}  // namespace

Answer replay_command(const ControlClient& client, const std::string& id, const ReplayEdits& edits, bool json) {
  for (const std::string& edit : edits.fields)
    if (!edit.contains(':'))
      return failed(fmt::format("-H \"{}\": give 'Name: value', or 'Name:' to take it out", safe(edit)), kUsage);
  auto found = client.ask("GET", "/api/flows/" + percent_encoded(id));
  if (!found) return failed(found.error());
  if (!found->good()) return failed(found->fault());
  Object flow = Object::parse(found->body, nullptr, false);
  if (edits.method.empty() && text_in(object_in(flow, "row"), "method") == "CONNECT")
    return failed("it is a tunnel: what passed in it was not read, and cannot be sent again");
  std::string content, remarks;
  std::string wrong = edits.data ? read_data(*edits.data, content) : recorded_content(client, id, flow, content);
  if (!wrong.empty()) return failed(wrong);
  auto reply = client.ask("POST", "/api/replay", request_json(id, flow, edits, content, remarks));
  if (!reply) return failed(reply.error());
  if (!reply->good()) return failed(reply->fault());
  auto row = ended_row(client, text_in(Object::parse(reply->body, nullptr, false), "id"));
  if (!row) return failed(row.error());
  auto shown = row_of(*row);
  if (!shown) return failed("the proxy's answer is not understood");
  bool bad = shown->error != Token::none;
  return {bad ? kFailure : kOk, json ? row->dump() + "\n" : row_line(*shown, {}), remarks};
}

}  // namespace porthole::app
