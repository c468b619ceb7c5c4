// The exporter's own metrics of a Report, without rendering a page.
#pragma once

#include <algorithm>
#include <map>
#include <string>

#include "agora_exporter/report/report.h"

namespace agora_exporter::system_tests {

// The sum of a counter's or gauge's samples that have all of `labels`.
inline double own_metric(const report::Report& report, const std::string& name,
                         const std::map<std::string, std::string>& labels) {
  double sum = 0;
  for (const prometheus::MetricFamily& family : report.families) {
    if (family.name != name) continue;
    for (const prometheus::ClientMetric& metric : family.metric) {
      const auto has = [&](const auto& wanted) {
        return std::any_of(metric.label.begin(), metric.label.end(), [&](const auto& label) {
          return label.name == wanted.first && label.value == wanted.second;
        });
      };
      if (std::all_of(labels.begin(), labels.end(), has)) sum += metric.counter.value + metric.gauge.value;
    }
  }
  return sum;
}

}  // namespace agora_exporter::system_tests
