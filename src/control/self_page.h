// SelfPage: the pages that the proxy serves about itself, to origin-form requests and for the host porthole.internal. Admin
// implements it, proxy asks it; neither includes the other.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace porthole::control {

struct Page {
  std::string content_type;
  std::string body;
  std::string etag;           // quoted; empty = none
  std::string cache_control;  // empty = "no-store"
};

class SelfPage {
 public:
  virtual ~SelfPage() = default;
  // `path` without the query. `proxy_address` is host:port under which the client reaches us ("127.0.0.1:8083").
  // Nothing when there is no such page (404). Called from workers: thread-safe.
  virtual std::optional<Page> page(std::string_view path, std::string_view proxy_address) const = 0;
};

}  // namespace porthole::control
