// ControlSite: what the control socket answers: the calls of the API, and those that concern the program as a whole. No guard: the
// permissions of the socket's file have said who may ask, and no browser can.
#pragma once

#include "admin/api.h"
#include "admin/site.h"
#include "control/operations.h"

namespace porthole::admin {

class ControlSite final : public Site {
 public:
  // Both outlive it.
  ControlSite(Api& api, control::Operations& operations) : api_(api), operations_(operations) {}

  std::optional<Answer> screen(const http::RequestHead& request) override;
  ByteCount content_max(const http::RequestHead& request) const override;
  Answer answer(const http::RequestHead& request, std::string_view content) override;

 private:
  Answer reload();

  Api& api_;
  control::Operations& operations_;
};

}  // namespace porthole::admin
