// The exporter's own metric families, as data: Metrics publishes exactly these, the documentation lists them.
#pragma once

#include <prometheus/metric_type.h>

#include <span>
#include <string_view>

namespace agora_exporter::report {

struct OwnFamily {
  std::string_view name;
  prometheus::MetricType type;
  std::string_view labels;  // comma-separated
  std::string_view help;
};

// In the order of the page. A new one is a row in families.cc and a method of Metrics.
std::span<const OwnFamily> own_families();
// `name` must be one of them.
const OwnFamily& own_family(std::string_view name);

}  // namespace agora_exporter::report
