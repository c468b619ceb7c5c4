// Another program spends insight's quota: in whatever words the API says no, a row is left alone until the
// next UTC day, the own count is kept, and the page is whole again when the day has turned.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

#include "system/rig.h"

namespace agora_exporter::system_tests {
namespace {

using agora::Endpoint;

std::size_t hourly_rows(const timeline::World& world) {
  return static_cast<std::size_t>(
      std::count_if(world.apps[0].insight.begin(), world.apps[0].insight.end(),
                    [](const auto& series) { return series.granularity == agora::Granularity::hour; }));
}

double failed_requests(const report::Report& report) {
  double failed = 0;
  for (const prometheus::MetricFamily& family : report.families) {
    if (family.name != "agora_exporter_api_requests_total") continue;
    for (const prometheus::ClientMetric& metric : family.metric)
      for (const auto& label : metric.label)
        if (label.name == "result" && label.value != "success") failed += metric.counter.value;
  }
  return failed;
}

class InsightSpent : public testing::TestWithParam<simulator::OverLimit> {};

TEST_P(InsightSpent, IsTriedAgainOnTheNextDay) {
  RigOptions options;
  options.calls = false;
  options.readings.insight_over_limit = GetParam();
  options.start = wall_time(kMonday + 1'800);
  Rig rig(options);
  rig.simulator().plan().of(Endpoint::insight_quality).per_day = 4;
  rig.run_until(wall_time(kMonday + 86'000));
  EXPECT_EQ(hourly_rows(*rig.world()), 4u);
  const simulator::Usage& usage = rig.simulator().counters().usage.at({"", Endpoint::insight_quality});
  EXPECT_LE(usage.requests, 10u);
  const double failed = failed_requests(*rig.report());
  EXPECT_GE(failed, 1) << "agora_exporter_api_requests_total{result} tells";

  rig.simulator().plan().of(Endpoint::insight_quality).per_day = 10;
  std::int64_t whole = 0;
  for (std::int64_t minute = 1; minute <= 60 && whole == 0; ++minute) {
    rig.run_until(wall_time(kMonday + 86'400 + 60 * minute));
    if (hourly_rows(*rig.world()) == 10) whole = minute;
  }
  EXPECT_GT(whole, 0) << "not whole an hour after midnight: " << hourly_rows(*rig.world()) << " rows";
  std::cout << failed << " refusals; whole " << whole << " min after midnight\n";
}

INSTANTIATE_TEST_SUITE_P(Codes, InsightSpent,
                         testing::Values(simulator::OverLimit::code_300, simulator::OverLimit::code_400,
                                         simulator::OverLimit::code_403, simulator::OverLimit::code_429,
                                         simulator::OverLimit::code_500));

}  // namespace
}  // namespace agora_exporter::system_tests
