// Api: the calls of docs/user/api.md, all but signing in. Whoever reaches it may see everything and do everything: the Guard
// (guard.h), or the permissions of the control socket, stood before. Runs in the admin thread; files are read there, in bounded
// pieces.
#pragma once

#include <string>
#include <string_view>

#include "admin/live.h"
#include "admin/query.h"
#include "admin/site.h"
#include "control/lifecycle.h"
#include "control/replay.h"
#include "flow/flow.h"
#include "flow/recorder.h"

namespace porthole::admin {

// {"error": {"code", "message"}}
Answer problem(std::uint16_t status, std::string_view code, std::string_view message);
Answer json_answer(std::string body);

struct ApiParts {
  Random& random;
  const control::Lifecycle& lifecycle;
  flow::Recorder* recorder = nullptr;  // null while nothing is recorded
  flow::Marks& marks;
  std::string folder;                 // of the segments; "" when there is none
  std::string why_not;                // why nothing is recorded, one clause
  control::Replay* replay = nullptr;  // null while nothing can be sent
};

class Api {
 public:
  // All outlive it. Several sites may share one.
  Api(ApiParts parts, Live& live) : parts_(std::move(parts)), live_(live) {}

  // `target` is that of `request`.
  Answer answer(const http::RequestHead& request, const Query& target, std::string_view content);
  // Most content that a request may have.
  static ByteCount content_max(std::string_view path);
  // What GET /api/session answers to whoever is signed in.
  Answer session() const;

 private:
  struct Asked {
    const http::RequestHead& request;
    const Query& target;
    std::string_view content;
    std::string_view id;  // what stands for `*` in the path of the call
  };
  struct Call {
    std::string_view method;
    std::string_view path;  // one `*` stands for an id
    Answer (Api::*answer)(const Asked&);
  };
  static const Call kCalls[];

  Answer status(const Asked&);
  Answer flows(const Asked&);
  Answer flow(const Asked&);
  Answer explain(const Asked&);
  Answer request_body(const Asked& asked) { return body(asked, flow::Direction::request); }
  Answer response_body(const Asked& asked) { return body(asked, flow::Direction::response); }
  Answer body(const Asked&, flow::Direction direction);
  Answer snippet(const Asked&);
  Answer messages(const Asked&);
  Answer mark(const Asked&);
  Answer mark_of_gone(const Asked&);
  Answer hold(const Asked&);
  Answer clear(const Asked&);
  Answer export_har(const Asked&);
  Answer import_har(const Asked&);
  Answer stream(const Asked&);
  Answer replay(const Asked&);
  Answer search(const Asked&);
  Answer complete(const Asked&);
  Answer filter(const Asked&);
  Answer guide(const Asked&);

  // Nothing is kept now, and why.
  std::optional<Answer> not_recording() const;
  // Nothing when there is no such flow, or its records have gone.
  std::optional<flow::Flow> find(std::string_view id, flow::SegmentFolder& folder) const;

  ApiParts parts_;
  Live& live_;
};

}  // namespace porthole::admin
