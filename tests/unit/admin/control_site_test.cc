// What the control socket answers: the API, and what concerns the program as a whole.
#include "admin/control_site.h"

#include <gmock/gmock.h>

#include "support/api_rig.h"

namespace porthole::admin {
namespace {

using control::Reloaded;
using testing::HasSubstr;

struct FakeOperations final : control::Operations {
  Reloaded reload() override { return next; }
  void stop() override { ++stops; }
  Reloaded next;
  int stops = 0;
};

class ControlSiteTest : public test::ApiRig {
 protected:
  Answer visit(std::string_view method, std::string_view target) {
    http::RequestHead head;
    head.method = http::method_of(method);
    head.method_text = method;
    head.target_text = target;
    head.target.form = target.starts_with('/') ? http::TargetForm::origin : http::TargetForm::absolute;
    auto early = site_.screen(head);
    return early ? std::move(*early) : site_.answer(head, "{}");
  }
  FakeOperations operations_;
  ControlSite site_{*api_, operations_};
};

TEST_F(ControlSiteTest, AnswersTheApiWithoutASecret) {
  EXPECT_EQ(visit("GET", "/api/status").status, 200);
  EXPECT_THAT(visit("GET", "/api/session").body, HasSubstr("\"version\""));
  EXPECT_EQ(visit("GET", "/api/nonsense").status, 404);
  EXPECT_EQ(visit("GET", "http://shop.test/").status, 400);
}

TEST_F(ControlSiteTest, StopsWhenItIsPosted) {
  EXPECT_EQ(visit("GET", "/api/stop").status, 405);
  EXPECT_EQ(operations_.stops, 0);
  EXPECT_EQ(visit("POST", "/api/stop").status, 204);
  EXPECT_EQ(operations_.stops, 1);
}

TEST_F(ControlSiteTest, TellsHowAReloadEnded) {
  EXPECT_EQ(field(visit("GET", "/api/reload"), "Allow"), "POST");
  EXPECT_EQ(visit("POST", "/api/reload").status, 204);
  operations_.next = {Reloaded::End::bad_config, "a.toml:2:1: no such key"};
  Answer bad = visit("POST", "/api/reload");
  EXPECT_EQ(bad.status, 422);
  EXPECT_THAT(bad.body, HasSubstr(R"("code":"bad_config","message":"a.toml:2:1: no such key")"));
  operations_.next = {Reloaded::End::failed, "it is draining"};
  EXPECT_EQ(visit("POST", "/api/reload").status, 503);
}

}  // namespace
}  // namespace porthole::admin
