#include "exposition/own.h"

#include <prometheus/metric_family.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// The exporter has no summaries.
std::string_view type_word(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Summary:
    case MetricType::Untyped:
      break;
  }
  return "untyped";
}

std::string labels_of(const ClientMetric& metric) {
  std::string labels;
  for (const auto& label : metric.label) append_labels(labels, {{label.name, label.value}});
  return labels;
}

void write_histogram(const std::string& name, const ClientMetric& metric, Writer& writer) {
  std::vector<double> bounds;
  std::vector<std::uint64_t> cumulative;
  for (const auto& bucket : metric.histogram.bucket) {
    if (std::isinf(bucket.upper_bound)) continue;
    bounds.push_back(bucket.upper_bound);
    cumulative.push_back(bucket.cumulative_count);
  }
  cumulative.push_back(metric.histogram.sample_count);
  writer.histogram(name, labels_of(metric), bounds, cumulative, metric.histogram.sample_sum);
}

void write_simple(const MetricFamily& family, const ClientMetric& metric, Writer& writer) {
  const double value = family.type == MetricType::Counter ? metric.counter.value
                       : family.type == MetricType::Gauge ? metric.gauge.value
                                                          : metric.untyped.value;
  if (std::isnan(value)) return;
  const std::string labels = labels_of(metric);
  writer.line(family.name, labels.empty() ? labels : "{" + labels + "}", value);
}

}  // namespace

void write_own(const report::Report& report, Writer& writer) {
  for (const MetricFamily& family : report.families) {
    if (family.type == MetricType::Summary) continue;
    writer.head(family.name, type_word(family.type), family.help);
    for (const ClientMetric& metric : family.metric) {
      if (family.type == MetricType::Histogram) {
        write_histogram(family.name, metric, writer);
      } else {
        write_simple(family, metric, writer);
      }
    }
  }
}

}  // namespace agora_exporter::exposition
