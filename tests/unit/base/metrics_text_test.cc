// The Prometheus text exposition format 0.0.4, line by line.
#include "base/metrics_text.h"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace porthole {
namespace {

using ::testing::HasSubstr;

TEST(MetricsText, WritesHelpTypeAndSamples) {
  MetricsText text;
  text.family("porthole_requests_total", MetricType::counter, "Requests that arrived.");
  text.sample({{"protocol", "http/1.1"}, {"method", "GET"}}, 12U);
  text.sample({{"protocol", "http/2"}, {"method", "GET"}}, std::numeric_limits<std::uint64_t>::max());
  text.family("porthole_clients", MetricType::gauge, "Clients connected now.");
  text.sample({}, -3);
  text.sample({}, 0.25);
  EXPECT_EQ(text.take(),
            "# HELP porthole_requests_total Requests that arrived.\n"
            "# TYPE porthole_requests_total counter\n"
            "porthole_requests_total{protocol=\"http/1.1\",method=\"GET\"} 12\n"
            "porthole_requests_total{protocol=\"http/2\",method=\"GET\"} 18446744073709551615\n"
            "# HELP porthole_clients Clients connected now.\n"
            "# TYPE porthole_clients gauge\n"
            "porthole_clients -3\n"
            "porthole_clients 0.25\n");
}

TEST(MetricsText, EscapesLabelsAndHelp) {
  MetricsText text;
  text.family("porthole_users", MetricType::gauge, "one\\two\nthree \"four\"");
  text.sample({{"user", "a\"b\\c\nd"}}, 1);
  EXPECT_EQ(text.take(),
            "# HELP porthole_users one\\\\two\\nthree \"four\"\n"
            "# TYPE porthole_users gauge\n"
            "porthole_users{user=\"a\\\"b\\\\c\\nd\"} 1\n");
}

TEST(MetricsText, SpellsWhatIsNoNumber) {
  MetricsText text;
  text.family("porthole_ratio", MetricType::gauge, "x");
  text.sample({}, std::numeric_limits<double>::infinity());
  text.sample({}, -std::numeric_limits<double>::infinity());
  text.sample({}, std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(text.take(), HasSubstr("porthole_ratio +Inf\nporthole_ratio -Inf\nporthole_ratio NaN\n"));
}

TEST(MetricsText, WritesHistogramsCumulatively) {
  Histogram histogram;
  histogram.observe(std::chrono::microseconds(400));
  histogram.observe(std::chrono::milliseconds(2));
  histogram.observe(std::chrono::minutes(5));
  HistogramTotal total;
  total += histogram;
  MetricsText text;
  text.family("porthole_dial_seconds", MetricType::histogram, "x");
  text.histogram({{"group", "a"}}, total);
  EXPECT_EQ(text.take(),
            "# HELP porthole_dial_seconds x\n"
            "# TYPE porthole_dial_seconds histogram\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.0005\"} 1\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.001\"} 1\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.0025\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.005\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.01\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.025\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.05\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.1\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.25\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"0.5\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"1\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"2.5\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"5\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"10\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"30\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"60\"} 2\n"
            "porthole_dial_seconds_bucket{group=\"a\",le=\"+Inf\"} 3\n"
            "porthole_dial_seconds_sum{group=\"a\"} 300.0024\n"
            "porthole_dial_seconds_count{group=\"a\"} 3\n");
}

TEST(MetricsTextDeathTest, RefusesNamesThatPrometheusWould) {
  MetricsText text;
  EXPECT_DEATH(text.family("9lives", MetricType::gauge, "x"), "our bug");
  EXPECT_DEATH(text.family("porthole-clients", MetricType::gauge, "x"), "our bug");
  EXPECT_DEATH(text.family("porthole_requests", MetricType::counter, "x"), "our bug");
}

}  // namespace
}  // namespace porthole
