// Insight rows stand on the page at their constant lag, all of them, with the API's values.
#include <gtest/gtest.h>

#include <iostream>
#include <map>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/decode.h"
#include "agora_exporter/quota/arithmetic.h"
#include "system/rig.h"
#include "system/size.h"

namespace agora_exporter::system_tests {
namespace {

// Another server over the same world, without limits of frequency: what the API would say of a bucket now.
class Oracle {
 public:
  explicit Oracle(const simulator::SimulatorOptions& like) : simulator_(unlimited(like)) {}

  std::optional<double> value(const timeline::InsightSeries& series, const std::string& app_id,
                              WallTime now) {
    // A day that is out already, with the bucket in it.
    const bool hourly = series.granularity == agora::Granularity::hour;
    const WorldTime start = series.bucket - Seconds{hourly ? 43'200 : 0};
    const agora::Frame frame{start, start + kDay - Seconds{1}};
    agora::Request request{app_id, agora::UsageQuery{frame, series.metric, series.granularity}};
    if (!series.product.empty())
      request.query = agora::QualityQuery{frame, series.metric, series.granularity, series.product};
    const simulator::ApiAnswer said =
        simulator_.handle({"GET", agora::target_of(request), simulator_.options().credentials}, now);
    agora::HttpAnswer answer;
    answer.status = said.status;
    answer.body = said.body;
    const agora::Decoded decoded = agora::decode(request, answer);
    const auto* row = std::get_if<agora::InsightRow>(&decoded.body);
    if (!row) return std::nullopt;
    for (const agora::Bucket& bucket : row->buckets)
      if (bucket.ts == series.bucket) return bucket.value;
    return std::nullopt;
  }

 private:
  static simulator::SimulatorOptions unlimited(simulator::SimulatorOptions options) {
    for (const agora::Endpoint endpoint :
         {agora::Endpoint::insight_usage, agora::Endpoint::insight_quality}) {
      agora::Limits& limits = options.plan.of(endpoint);
      limits.per_second = limits.per_minute = limits.per_day = 0;
      limits.look_back = 30 * kDay;
    }
    return options;
  }
  simulator::Simulator simulator_;
};

struct Scenario {
  std::string name;
  std::string plan;
  simulator::DayStart day_start = simulator::DayStart::utc_0;
  simulator::LongestWindow window = simulator::LongestWindow::inclusive;
};

// The series that the page must show at `now`: the bucket with ts <= T - L < ts + length, where the API has a
// value.
std::vector<timeline::InsightSeries> due(const agora::Plan& plan, simulator::DayStart day_start,
                                         WorldTime now) {
  std::vector<timeline::InsightSeries> series;
  const auto bucket = [&](agora::Endpoint source, agora::Granularity granularity, quota::InsightRows rows) {
    const WorldTime at = now - quota::insight_lag(plan.of(source), granularity, rows);
    const Seconds length = granularity == agora::Granularity::hour ? Seconds{3'600} : kDay;
    const Seconds phase{
        granularity == agora::Granularity::day && day_start == simulator::DayStart::utc_16 ? 57'600 : 0};
    return at - (at.time_since_epoch() - phase) % length;
  };
  using agora::Endpoint;
  using agora::Granularity;
  for (const agora::InsightMetric& metric : agora::usage_metrics())
    series.push_back({Endpoint::insight_usage, Granularity::day, std::string(metric.word), "",
                      bucket(Endpoint::insight_usage, Granularity::day, {8, 0}), metric.duration ? 60. : 1.});
  for (const agora::InsightMetric& metric : agora::quality_metrics())
    for (const std::string_view product : agora::kProducts)
      series.push_back({Endpoint::insight_quality, Granularity::hour, std::string(metric.word),
                        std::string(product), bucket(Endpoint::insight_quality, Granularity::hour, {0, 10}),
                        1.});
  return series;
}

class Insight : public testing::TestWithParam<Scenario> {};

TEST_P(Insight, StandsOnThePageAtItsLag) {
  RigOptions options;
  options.plan = GetParam().plan;
  options.readings.day_start = GetParam().day_start;
  options.readings.insight_window = GetParam().window;
  options.calls = false;
  options.world.unused_hours = true;
  Rig rig(options);
  Oracle oracle(rig.simulator().options());
  int rows = 0;
  for (int hour = 80; hour <= 24 * (full_size() ? 14 : 6); ++hour) {
    rig.run_until(rig.options().start + Seconds{3'600 * hour + 17});
    const auto world = rig.world();
    std::map<std::pair<std::string, std::string>, timeline::InsightSeries> shown;
    for (const timeline::InsightSeries& series : world->apps[0].insight)
      shown[{series.metric, series.product}] = series;
    for (const timeline::InsightSeries& expected :
         due(rig.simulator().options().plan, GetParam().day_start, world->at + rig.lag())) {
      SCOPED_TRACE(expected.metric + " " + expected.product + " of " + to_iso(expected.bucket) + " at " +
                   to_iso(rig.clock().now()));
      const auto said = oracle.value(expected, options.world.apps[0].app_id, rig.clock().now());
      const auto found = shown.find({expected.metric, expected.product});
      ASSERT_EQ(found != shown.end(), said.has_value());
      if (!said) continue;
      EXPECT_EQ(found->second.bucket, expected.bucket);
      EXPECT_NEAR(found->second.value, *said * expected.value, 1e-9 * std::max(1.0, *said * expected.value));
      ++rows;
    }
  }
  EXPECT_GT(rows, 500);
  EXPECT_EQ(rig.simulator().counters().above_limits(), std::vector<std::string>{});
  std::cout << GetParam().name << ": " << rows << " rows compared\n";
}

INSTANTIATE_TEST_SUITE_P(
    Plans, Insight,
    testing::Values(Scenario{"standard", "standard"},
                    Scenario{"standard_at_16_utc", "standard", simulator::DayStart::utc_16},
                    Scenario{"standard_less_than_a_day", "standard", simulator::DayStart::utc_0,
                             simulator::LongestWindow::exclusive},
                    Scenario{"enterprise", "enterprise"}),
    [](const testing::TestParamInfo<Scenario>& scenario) { return scenario.param.name; });

}  // namespace
}  // namespace agora_exporter::system_tests
