// What is known besides the messages: told, kept, read back, shown.
#include "flow/facts.h"

#include <gmock/gmock.h>

#include "flow/as_json.h"
#include "support/flow_rig.h"

namespace porthole::flow {
namespace {

using testing::HasSubstr;
using testing::Not;

class FactsTest : public test::FlowRig {
 protected:
  std::string json() {
    std::string out;
    Json writer(out);
    append_flow(writer, *newest());
    return out;
  }
};

TEST_F(FactsTest, AreReadBackAndShownAsTheyWereTold) {
  request(1, ":method: GET\r\n:scheme: https\r\n:authority: shop.test\r\n:path: /a?b\r\naccept: */*\r\n\r\n");
  sink_->part_of({1}, {.parent = {7}, .stream = 5}, clock_.now());
  sink_->tls({1}, TlsStage::offered, {.sni = "shop.test", .alpn = "h2,http/1.1", .version = "1.3,1.2"}, clock_.now());
  sink_->tls({1}, TlsStage::upstream,
             {.sni = "shop.test", .alpn = "h2", .version = "1.3", .cipher = "TLS_AES_128_GCM_SHA256"}, clock_.now());
  PathFacts client{.rtt_us = 40, .rtt_min_us = 30, .rtt_var_us = 8, .retransmits = 0};
  PathFacts server{
      .rtt_us = 12'000, .rtt_min_us = 9'000, .rtt_var_us = 800, .retransmits = 3, .delivery_rate = 1 << 20};
  sink_->path({1}, Direction::request, client, clock_.now());
  sink_->path({1}, Direction::response, server, clock_.now());
  end(1);
  step();
  auto flow = newest();
  EXPECT_EQ(flow->facts.part_of, (PartOf{.parent = {7}, .stream = 5}));
  EXPECT_EQ(flow->facts.tls[0]->alpn, "h2,http/1.1");
  EXPECT_EQ(flow->facts.tls[0]->cipher, "");
  EXPECT_FALSE(flow->facts.tls[1]);
  EXPECT_EQ(flow->facts.tls[2]->cipher, "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(flow->facts.path[0], client);
  EXPECT_EQ(flow->facts.path[1], server);
  EXPECT_THAT(json(),
              HasSubstr(R"("parent":{"id":"0000000000007","stream":5},)"
                        R"("tls":{"offered":{"sni":"shop.test","alpn":["h2","http/1.1"],"version":["1.3","1.2"]},)"
                        R"("upstream":{"sni":"shop.test","alpn":["h2"],"version":["1.3"],)"
                        R"("cipher":"TLS_AES_128_GCM_SHA256"}},)"
                        R"("path":{"client":{"rtt":40,"rtt_min":30,"rtt_var":8,"retransmits":0},)"
                        R"("upstream":{"rtt":12000,"rtt_min":9000,"rtt_var":800,"retransmits":3,)"
                        R"("delivery_rate":1048576}})"));
}

TEST_F(FactsTest, OfThePathThatAreNotKnownAreLeftOut) {
  RecordedFacts facts;
  facts.path[1] = {.rtt_us = 40, .rtt_var_us = 8};
  std::string out;
  Json json(out);
  json.object();
  facts.append(json);
  json.end_object();
  EXPECT_EQ(out, R"({"path":{"upstream":{"rtt":40,"rtt_var":8,"retransmits":0}}})");
}

TEST_F(FactsTest, OfATunnelAreThereWhileItLives) {
  request(1, "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
  step();
  sink_->tls({1}, TlsStage::offered, {.sni = "h", .alpn = {}, .version = {}, .cipher = {}}, clock_.now());
  step();
  EXPECT_FALSE(newest()->ended);
  EXPECT_EQ(newest()->facts.tls[0]->sni, "h");
}

TEST_F(FactsTest, OfAFlowThatHasNoneAreLeftOut) {
  request(1, "GET http://h/ HTTP/1.1\r\n\r\n");
  end(1);
  step();
  for (std::string_view name : {"\"parent\":{", "\"tls\":{", "\"path\":{"}) EXPECT_THAT(json(), Not(HasSubstr(name)));
}

TEST(Facts, CannotBeReadFromLess) {
  for (EventKind kind : {EventKind::part_of, EventKind::tls, EventKind::path}) {
    RecordedFacts facts;
    std::string most(17, '\0');
    for (std::size_t size = 0; size < (kind == EventKind::part_of ? 12 : 17); ++size)
      facts.take({.kind = kind}, EventReader(std::string_view(most).substr(0, size)));
    EXPECT_FALSE(facts.part_of || facts.tls[0] || facts.path[0]) << static_cast<int>(kind);
  }
  RecordedFacts facts;
  facts.take({.kind = EventKind::tls}, EventReader(std::string_view("\x03\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 17)));
  EXPECT_FALSE(facts.tls[0] || facts.tls[1] || facts.tls[2]) << "a stage that there is not";
}

}  // namespace
}  // namespace porthole::flow
