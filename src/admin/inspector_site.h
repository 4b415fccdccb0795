// InspectorSite: what the inspector's listener and the control socket answer: the page and the API, behind a Guard. Every answer
// carries the fields that keep other pages out.
#pragma once

#include <span>

#include "admin/api.h"
#include "admin/assets.h"
#include "admin/guard.h"
#include "admin/site.h"

namespace porthole::admin {

class InspectorSite final : public Site {
 public:
  // All outlive it.
  InspectorSite(Guard& guard, Api& api, std::span<const Asset> assets, const Clock& clock, Random& random)
      : guard_(guard), api_(api), assets_(assets), clock_(clock), random_(random) {}

  std::optional<Answer> screen(const http::RequestHead& request) override;
  ByteCount content_max(const http::RequestHead& request) const override;
  Answer answer(const http::RequestHead& request, std::string_view content) override;

 private:
  std::optional<Answer> page(const http::RequestHead& request);
  std::optional<Answer> session(const http::RequestHead& request, std::string_view content);

  Guard& guard_;
  Api& api_;
  std::span<const Asset> assets_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace porthole::admin
