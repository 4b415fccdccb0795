// See metrics_text.h. https://github.com/prometheus/docs/blob/main/content/docs/instrumenting/exposition_formats.md
#include "base/metrics_text.h"

#include <array>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/ascii.h"
#include "base/assert.h"

namespace porthole {
namespace {

constexpr std::array<std::string_view, 3> kTypes = {"counter", "gauge", "histogram"};

// [a-zA-Z_][a-zA-Z0-9_]*; colons are for recording rules, not for programs.
bool good_name(std::string_view name) {
  if (name.empty() || ascii::digit(name[0])) return false;
  for (char c : name) {
    if (!ascii::alpha(c) && !ascii::digit(c) && c != '_') return false;
  }
  return true;
}

// Help escapes \ and line feed, label values also the quote.
void append_escaped(std::string& text, std::string_view raw, bool quoted) {
  for (char c : raw) {
    if (c == '\\') text += "\\\\";
    else if (c == '\n') text += "\\n";
    else if (c == '"' && quoted) text += "\\\"";
    else text += c;
  }
}

void append_label(std::string& text, std::string_view name, std::string_view value) {
  text += text.back() == '{' ? "" : ",";
  text += name;
  text += "=\"";
  append_escaped(text, value, true);
  text += '"';
}

}  // namespace

void MetricsText::family(std::string_view name, MetricType type, std::string_view help) {
  PH_ASSERT(good_name(name));
  if (type == MetricType::counter) PH_ASSERT(name.ends_with("_total"));
  family_ = name;
  type_ = type;
  text_ += "# HELP ";
  text_ += name;
  text_ += ' ';
  append_escaped(text_, help, false);
  text_ += "\n# TYPE ";
  text_ += name;
  text_ += ' ';
  text_ += kTypes[static_cast<std::size_t>(type)];
  text_ += '\n';
}

void MetricsText::begin_sample(std::string_view suffix, Labels labels, std::string_view bound) {
  PH_ASSERT(!family_.empty());
  text_ += family_;
  text_ += suffix;
  if (labels.size() > 0 || !bound.empty()) {
    text_ += '{';
    for (const MetricLabel& label : labels) {
      PH_DASSERT(good_name(label.name));
      append_label(text_, label.name, label.value);
    }
    if (!bound.empty()) append_label(text_, "le", bound);
    text_ += '}';
  }
  text_ += ' ';
}

void MetricsText::sample_unsigned(Labels labels, std::uint64_t value) {
  PH_ASSERT(type_ != MetricType::histogram);
  begin_sample("", labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void MetricsText::sample_signed(Labels labels, std::int64_t value) {
  PH_ASSERT(type_ != MetricType::histogram);
  begin_sample("", labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void MetricsText::sample(Labels labels, double value) {
  PH_ASSERT(type_ != MetricType::histogram);
  begin_sample("", labels);
  if (std::isnan(value)) text_ += "NaN\n";
  else if (std::isinf(value)) text_ += value > 0 ? "+Inf\n" : "-Inf\n";
  else fmt::format_to(std::back_inserter(text_), "{}\n", value);
}

void MetricsText::histogram(Labels labels, const HistogramTotal& total) {
  PH_ASSERT(type_ == MetricType::histogram);
  std::uint64_t so_far = 0;
  for (std::size_t i = 0; i < Histogram::kBuckets; ++i) {
    so_far += total.buckets[i];
    std::string bound = "+Inf";
    if (i < Histogram::kBounds.size()) bound = fmt::format("{}", static_cast<double>(Histogram::kBounds[i]) / 1e6);
    begin_sample("_bucket", labels, bound);
    fmt::format_to(std::back_inserter(text_), "{}\n", so_far);
  }
  begin_sample("_sum", labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", static_cast<double>(total.nanoseconds) / 1e9);
  begin_sample("_count", labels);
  fmt::format_to(std::back_inserter(text_), "{}\n", so_far);
}

}  // namespace porthole
