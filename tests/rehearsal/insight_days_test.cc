// Ten days of insight with a failure on each, of one app and of more than the requests carry.
#include "planner/insight_days.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;

using Case = std::tuple<std::string, int, bool>;

class InsightDaysTest : public testing::TestWithParam<Case> {};

// Over budget the rows that are followed come of each app alike: three apps have four, three and three.
void expect_fair(const InsightResult& result, int apps) {
  EXPECT_EQ(result.of_app.size(), static_cast<std::size_t>(apps));
  const auto [least, most] =
      std::minmax_element(result.of_app.begin(), result.of_app.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; });
  EXPECT_GT(least->second, 0) << least->first;
  EXPECT_LE(most->second - least->second, 1.5 * result.wanted / result.rows)
      << most->first << ", " << least->first;
  EXPECT_GE(result.least_of_a_row, 0.6) << "no row starves for the failures of others";
}

// Together over three seeds: within ten days what rows have in hand ahead of the page rises and falls by a
// hundredth.
TEST_P(InsightDaysTest, ObtainWhatADaysRequestsLeaveAfterItsFailure) {
  const auto& [plan, apps, both_ends] = GetParam();
  std::map<Endpoint, InsightResult> sum;
  for (const std::uint64_t seed : {1, 2, 3}) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    for (const auto& [endpoint, result] : insight_days({plan, apps, both_ends, true, 10, seed})) {
      SCOPED_TRACE(agora::name_of(endpoint));
      EXPECT_GE(result.share(), result.obtainable_share() - 0.02);
      EXPECT_EQ(result.refused, 0);
      EXPECT_LE(result.most_per_day, agora::find_plan(plan)->of(endpoint).per_day);
      EXPECT_GE(result.failed, plan == "standard" ? 9 : 6) << "one on each day that has so many requests";
      expect_fair(result, apps);
      sum[endpoint].wanted += result.wanted;
      sum[endpoint].obtained += result.obtained;
      sum[endpoint].obtainable += result.obtainable;
    }
  }
  for (const auto& [endpoint, result] : sum) {
    SCOPED_TRACE(agora::name_of(endpoint));
    EXPECT_GE(result.share(), result.obtainable_share() - 0.01);
    EXPECT_LE(result.share(), result.obtainable_share() + 0.01) << "the bound is none";
  }
}

std::string name_of_case(const testing::TestParamInfo<Case>& of) {
  const auto& [plan, apps, both_ends] = of.param;
  return plan + "_" + std::to_string(apps) + "_apps_" + (both_ends ? "25" : "24") + "_points";
}

INSTANTIATE_TEST_SUITE_P(PlansAndApps, InsightDaysTest,
                         testing::Combine(testing::Values("standard", "premium"), testing::Values(1, 3, 10),
                                          testing::Bool()),
                         name_of_case);

// Without failures too, and then nothing is lost that the requests carry.
TEST(InsightDaysWithoutFailures, OfOneAppAreWhole) {
  InsightDays options;
  options.failing = false;
  for (const bool both_ends : {false, true}) {
    options.both_ends = both_ends;
    for (const auto& [endpoint, result] : insight_days(options)) EXPECT_EQ(result.share(), 1) << both_ends;
  }
}

// A day of a 1h row returns 25 points where the server includes both ends: 9 requests bring 225 buckets
// instead of 216.
TEST(InsightDaysWith25Points, BringTheExtraHour) {
  InsightDays options;
  options.both_ends = false;
  const double without = insight_days(options).at(Endpoint::insight_quality).share();
  options.both_ends = true;
  EXPECT_GE(insight_days(options).at(Endpoint::insight_quality).share(), without + 0.02);
}

}  // namespace
}  // namespace agora_exporter::rehearsal
