// MetricsText writes the Prometheus text exposition format 0.0.4, which Prometheus, VictoriaMetrics, Grafana's agent and
// people with curl read. It knows the format only; what there is to tell, and its sums, come from metrics.h.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/metrics.h"

namespace porthole {

enum class MetricType : std::uint8_t { counter, gauge, histogram };

// Lives only until the call it is an argument of returns. Any value: it is escaped.
struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

class MetricsText {
 public:
  using Labels = std::initializer_list<MetricLabel>;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

  // Begins a family; its samples follow, then the next family. Each name once. A counter's name ends in _total.
  void family(std::string_view name, MetricType type, std::string_view help);
  // One value of the present family, which is no histogram.
  template <std::unsigned_integral T>
  void sample(Labels labels, T value) {
    sample_unsigned(labels, value);
  }
  template <std::signed_integral T>
  void sample(Labels labels, T value) {
    sample_signed(labels, value);
  }
  void sample(Labels labels, double value);
  // The buckets, sum (in seconds) and count of the present family, which is a histogram.
  void histogram(Labels labels, const HistogramTotal& total);

  std::string take() { return std::move(text_); }

 private:
  void sample_unsigned(Labels labels, std::uint64_t value);
  void sample_signed(Labels labels, std::int64_t value);
  void begin_sample(std::string_view suffix, Labels labels, std::string_view bound = {});

  std::string text_;
  std::string family_;
  MetricType type_ = MetricType::counter;
};

}  // namespace porthole
