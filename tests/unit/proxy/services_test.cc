// What the exchanges of a worker share.
#include "proxy/services.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "proxy/relay.h"
#include "support/proxy_rig.h"

namespace porthole::proxy {
namespace {

using namespace std::chrono_literals;

// RFC 9110 §6.6.1: a response without Date gets one, of this second.
TEST(Services, GiveResponsesTheDateOfTheSecond) {
  test::ProxyRig rig;
  auto client = rig.client();
  auto date_of_answer = [&] {
    client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
    rig.server().send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    std::string seen = client->take();
    std::size_t date = seen.find("Date: ");
    return date == std::string::npos ? std::string("none") : seen.substr(date, 35);
  };
  EXPECT_EQ(date_of_answer(), "Date: Fri, 15 Jan 2027 08:00:00 GMT");
  rig.advance(1s);
  EXPECT_EQ(date_of_answer(), "Date: Fri, 15 Jan 2027 08:00:01 GMT");
}

// A suspended laptop, a clock set right, a bad NTP server: dates follow, deadlines do not.
TEST(Services, AJumpOfTheWallClockMovesDatesAndNothingElse) {
  test::ProxyRig rig;
  auto client = rig.client();
  auto waiting = rig.client();
  waiting->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
  auto date_of_answer = [&] {
    client->send("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n");
    rig.server(1).send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    std::string seen = client->take();
    std::size_t date = seen.find("Date: ");
    return date == std::string::npos ? std::string("none") : seen.substr(date + 6, 16);
  };
  EXPECT_EQ(date_of_answer(), "Fri, 15 Jan 2027");
  rig.clock.jump_wall(24h * 365);
  EXPECT_EQ(date_of_answer(), "Sat, 15 Jan 2028");
  rig.clock.jump_wall(-24h * 365 * 10);
  EXPECT_EQ(date_of_answer(), "Wed, 17 Jan 2018");
  rig.advance(58s);
  EXPECT_FALSE(client->saw_end());
  EXPECT_FALSE(waiting->saw_end());
  rig.advance(3s);
  rig.advance(3s);
  EXPECT_TRUE(client->saw_end()) << "idle for a minute";
  EXPECT_THAT(waiting->take(), testing::StartsWith("HTTP/1.1 504 "));
  EXPECT_LT(rig.worker->metrics().request_seconds.nanoseconds(), 100'000'000'000U)
      << "durations are not of the wall clock";
}

}  // namespace
}  // namespace porthole::proxy
