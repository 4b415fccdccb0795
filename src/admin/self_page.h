// The public pages about the proxy: "/" says what this is and how to use it, "/proxy.pac" configures a browser. No secret, no
// script, nothing from elsewhere. Proxy asks through control::SelfPage. Stateless, hence thread-safe.
#pragma once

#include "control/self_page.h"

namespace porthole::admin {

class PublicPages final : public control::SelfPage {
 public:
  std::optional<control::Page> page(std::string_view path, std::string_view proxy_address) const override;
};

}  // namespace porthole::admin
