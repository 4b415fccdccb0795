// What the observe listener answers: /metrics, /livez, /readyz by GET and HEAD. Host is not looked at: scrapers name us as they
// like, and nothing here changes state.
#pragma once

#include "admin/site.h"
#include "control/lifecycle.h"

namespace porthole::admin {

class ObserveSite final : public Site {
 public:
  explicit ObserveSite(const control::Lifecycle& lifecycle) : lifecycle_(lifecycle) {}
  std::optional<Answer> screen(const http::RequestHead& request) override;
  ByteCount content_max(const http::RequestHead&) const override { return 0; }
  Answer answer(const http::RequestHead& request, std::string_view content) override;

 private:
  const control::Lifecycle& lifecycle_;
};

}  // namespace porthole::admin
