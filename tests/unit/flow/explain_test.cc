// Heads as received beside heads as sent.
#include "flow/explain.h"

#include <gtest/gtest.h>

namespace porthole::flow {
namespace {

using http::ChangeKind;

RecordedHead head(std::string text, std::vector<RecordedChange> changes = {}) {
  return {.at = 0, .text = std::move(text), .changes = std::move(changes)};
}

// "kind received -> sent (reasons)", a line each.
std::string picture(const std::vector<ExplainedLine>& lines) {
  std::string all;
  for (const ExplainedLine& line : lines) {
    all.append(kind_text(line.kind)).append(" ").append(line.received).append(" -> ").append(line.sent);
    for (ChangeKind kind : line.reasons) all.append(" (").append(http::facts_of(kind).name).append(")");
    all += "\n";
  }
  return all;
}

TEST(Explain, PutsWhatWentOutBesideWhatCameIn) {
  RecordedHead received = head(
      "GET http://h/a HTTP/1.1\r\nHost: other\r\nAccept:*/*\r\nProxy-Connection: keep-alive\r\nMax-Forwards: "
      "3\r\n\r\n");
  RecordedHead sent = head("GET /a HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nMax-Forwards: 2\r\nVia: 1.1 porthole\r\n\r\n",
                           {{ChangeKind::target_to_origin_form, "http://h/a", "/a"},
                            {ChangeKind::host_from_target, "Host: other", "Host: h"},
                            {ChangeKind::hop_by_hop_removed, "Proxy-Connection: keep-alive", ""},
                            {ChangeKind::max_forwards_decremented, "Max-Forwards: 3", "Max-Forwards: 2"},
                            {ChangeKind::via_added, "", "Via: 1.1 porthole"}});
  EXPECT_EQ(picture(align(&received, &sent)),
            "changed GET http://h/a HTTP/1.1 -> GET /a HTTP/1.1 (target_to_origin_form)\n"
            "changed Host: other -> Host: h (host_from_target)\n"
            "same Accept:*/* -> Accept: */*\n"
            "removed Proxy-Connection: keep-alive ->  (hop_by_hop_removed)\n"
            "changed Max-Forwards: 3 -> Max-Forwards: 2 (max_forwards_decremented)\n"
            "added  -> Via: 1.1 porthole (via_added)\n");
}

TEST(Explain, SaysWhatWasPutUpWith) {
  RecordedHead received = head("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\tc\r\nY: z\r\n\r\n",
                               {{ChangeKind::tolerated_obs_fold, "X: a\r\n b\r\n\tc", "X: a b c"}});
  RecordedHead sent = head("HTTP/1.1 200 OK\r\nX: a b c\r\nY: z\r\n\r\n");
  EXPECT_EQ(picture(align(&received, &sent)),
            "same HTTP/1.1 200 OK -> HTTP/1.1 200 OK\n"
            "changed X: a -> X: a b c (tolerated_obs_fold)\n"
            "removed  b ->  (tolerated_obs_fold)\n"
            "removed \tc ->  (tolerated_obs_fold)\n"
            "same Y: z -> Y: z\n");
  RecordedHead bare = head("HTTP/1.1 200 OK\r\nX: a\nY: z\n\r\n", {{ChangeKind::tolerated_bare_lf, "X: a", "X: a"}});
  RecordedHead whole = head("HTTP/1.1 200 OK\r\nX: a\r\nY: z\r\n\r\n");
  EXPECT_EQ(picture(align(&bare, &whole)),
            "same HTTP/1.1 200 OK -> HTTP/1.1 200 OK\n"
            "changed X: a -> X: a (tolerated_bare_lf)\n"
            "same Y: z -> Y: z\n");
}

TEST(Explain, TakesNamesInAnyCaseForTheSame) {
  RecordedHead received{.at = 0, .text = "GET http://h/ HTTP/1.1\r\ncontent-length: 5\r\n\r\n", .changes = {}};
  RecordedHead sent{.at = 0, .text = "GET http://h/ HTTP/1.1\r\nContent-Length: 5\r\n\r\n", .changes = {}};
  auto lines = align(&received, &sent);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[1].kind, ExplainedLine::Kind::same);
}

TEST(Explain, ShowsADifferenceWithoutAReasonAsOne) {
  RecordedHead received = head("HTTP/1.1 200 OK\r\nA: 1\r\nB: 1\r\n\r\n");
  RecordedHead sent = head("HTTP/1.1 200 OK\r\na: 2\r\nC: 1\r\n\r\n");
  EXPECT_EQ(picture(align(&received, &sent)),
            "same HTTP/1.1 200 OK -> HTTP/1.1 200 OK\nchanged A: 1 -> a: 2\nremoved B: 1 -> \nadded  -> C: 1\n");
}

TEST(Explain, PairsEachLineOnceAndGivesEachReasonOnce) {
  RecordedHead received = head("GET / HTTP/1.1\r\nX: a\r\nX: a\r\nX: b\r\n\r\n");
  RecordedHead sent =
      head("GET / HTTP/1.1\r\nX: a\r\nX: b\r\n\r\n", {{ChangeKind::connection_named_removed, "X: a", ""}});
  EXPECT_EQ(picture(align(&received, &sent)),
            "same GET / HTTP/1.1 -> GET / HTTP/1.1\nsame X: a -> X: a\nremoved X: a ->  (connection_named_removed)\n"
            "same X: b -> X: b\n");
}

TEST(Explain, ShowsOneSideWhereThereIsNoOther) {
  RecordedHead ours = head("HTTP/1.1 502 Bad Gateway\r\nVia: x\r\n\r\n");
  EXPECT_EQ(picture(align(nullptr, &ours)), "same  -> HTTP/1.1 502 Bad Gateway\nsame  -> Via: x\n");
  EXPECT_TRUE(align(nullptr, nullptr).empty());
  RecordedHead empty = head("");
  EXPECT_EQ(align(&empty, &ours).size(), 2U);
}

}  // namespace
}  // namespace porthole::flow
