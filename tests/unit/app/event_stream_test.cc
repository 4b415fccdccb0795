// Server-sent events, however the stream is cut (WHATWG HTML §9.2.6).
#include "app/event_stream.h"

#include <gtest/gtest.h>

namespace porthole::app {
namespace {

using Events = std::vector<StreamEvent>;

// Whole, octet by octet, and in two pieces at each place.
void expect_events(const std::string& text, const Events& events) {
  EXPECT_EQ(EventStream().feed(text), events);
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    EventStream stream;
    Events heard = stream.feed(std::string_view(text).substr(0, cut));
    for (StreamEvent& event : stream.feed(std::string_view(text).substr(cut))) heard.push_back(std::move(event));
    EXPECT_EQ(heard, events) << "cut at " << cut;
  }
  EventStream stream;
  Events heard;
  for (char c : text) {
    for (StreamEvent& event : stream.feed({&c, 1})) heard.push_back(std::move(event));
  }
  EXPECT_EQ(heard, events);
}

TEST(EventStream, ReadsNameIdAndData) {
  expect_events("retry: 1000\n\nid: r-5\nevent: rows\ndata: {\"seq\":5}\n\n: ping\n\nevent:resync\ndata:{}\n\n",
                {{"rows", "r-5", "{\"seq\":5}"}, {"resync", "r-5", "{}"}});
}

TEST(EventStream, EveryEndOfALineCounts) {
  expect_events("data: a\r\ndata: b\rdata\n\r\ndata: c\r\r\ndata:  d\n\n",
                {{"message", "", "a\nb\n"}, {"message", "", "c"}, {"message", "", " d"}});
}

TEST(EventStream, AnEventWithoutDataOrEndIsNone) {
  expect_events("event: rows\n\ndata: later\n", {});
  expect_events("event: rows\n\ndata: x\n\n", {{"message", "", "x"}});
}

TEST(EventStream, GivesUpOnAnEventWithoutEnd) {
  EventStream stream;
  std::string much(8 << 20, 'x');
  EXPECT_TRUE(stream.feed("data: ").empty());
  for (int i = 0; i < 9 && !stream.broken(); ++i) EXPECT_TRUE(stream.feed(much).empty());
  EXPECT_TRUE(stream.broken());
  EXPECT_TRUE(stream.feed("\n\ndata: x\n\n").empty());
}

}  // namespace
}  // namespace porthole::app
