// The variables by which programs find the proxy.
#include "app/proxy_variables.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

const Endpoint kProxy = *Endpoint::parse("127.0.0.1:4711");
using Environment = std::map<std::string, std::string>;

TEST(ProxyVariables, LeaveNoExceptionToAProgramThatIsRun) {
  Environment all =
      proxied({{"PATH", "/bin"}, {"no_proxy", "shop.test"}, {"NO_PROXY", "*"}, {"http_proxy", "http://old:1"}}, kProxy);
  std::string url = "http://127.0.0.1:4711";
  EXPECT_EQ(all, (Environment{{"PATH", "/bin"},
                              {"http_proxy", url},
                              {"https_proxy", url},
                              {"all_proxy", url},
                              {"HTTP_PROXY", url},
                              {"HTTPS_PROXY", url},
                              {"ALL_PROXY", url}}));
}

TEST(ProxyVariables, LeaveNoHttpProxyToACgiProgram) {
  Environment all = proxied({{"REQUEST_METHOD", "GET"}, {"HTTP_PROXY", "http://evil.test:1"}}, kProxy);
  EXPECT_FALSE(all.contains("HTTP_PROXY"));
  EXPECT_EQ(all["http_proxy"], "http://127.0.0.1:4711");
}

}  // namespace
}  // namespace porthole::app
