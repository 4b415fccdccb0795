// What the observe listener answers to each kind of request; server_test.cc has the connection around it.
#include "admin/observe_site.h"

#include <gtest/gtest.h>

#include "support/heads.h"

namespace porthole::admin {
namespace {

struct Life final : control::Lifecycle {
  bool ready() const override { return is_ready; }
  bool draining() const override { return is_draining; }
  control::Facts facts() const override { return {}; }
  std::string metrics() const override { return "porthole_up 1\n"; }
  bool is_ready = true, is_draining = false;
};

Answer ask(const Life& life, std::string_view line) {
  http::RequestHead head;
  test::read(std::string(line) + " HTTP/1.1\r\nHost: any\r\n", head);
  return *ObserveSite(life).screen(head);  // said from the head alone, whatever content follows
}

TEST(ObserveSite, KnowsThreePages) {
  Life life;
  EXPECT_EQ(ask(life, "GET /metrics").body, "porthole_up 1\n");
  EXPECT_EQ(ask(life, "GET /metrics?x").status, 200U);
  EXPECT_EQ(ask(life, "HEAD /livez").status, 200U);
  EXPECT_EQ(ask(life, "GET /readyz").body, "ready\n");
  EXPECT_EQ(ask(life, "GET /").status, 404U);
  EXPECT_EQ(ask(life, "GET http://other.test/metrics").status, 400U);
}

TEST(ObserveSite, ChangesNothing) {
  Answer answer = ask({}, "POST /metrics");
  EXPECT_EQ(answer.status, 405U);
  EXPECT_EQ(answer.fields, (std::vector<std::pair<std::string, std::string>>{{"Allow", "GET, HEAD"}}));
}

TEST(ObserveSite, SaysWhenWeAreNotReady) {
  Life life;
  life.is_ready = false;
  EXPECT_EQ(ask(life, "GET /readyz").status, 503U);
  EXPECT_EQ(ask(life, "GET /livez").status, 200U);
  life.is_ready = life.is_draining = true;
  EXPECT_EQ(ask(life, "GET /readyz").body, "draining\n");
}

}  // namespace
}  // namespace porthole::admin
