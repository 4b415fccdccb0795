// What the exchanges of a worker share.
#include "proxy/services.h"

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

}  // namespace
}  // namespace porthole::proxy
