// Insight rows stand on the page at their constant lag, all of them, with the API's values: every source at
// every granularity, and under every reading of the specification.
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "system/insight_check.h"
#include "system/rig.h"
#include "system/size.h"

namespace agora_exporter::system_tests {
namespace {

using agora::Granularity;
using Granularities = std::vector<Granularity>;

struct Scenario {
  std::string name;
  std::string plan;
  simulator::Readings readings{};
  Granularities usage{Granularity::day};
  Granularities quality{Granularity::hour};
};

// What a cold start cannot have is over by then: the daily buckets that lay beyond the look-back, and
// standard's row for which the refusal for length left no request of the first day.
constexpr int kFirstHour = 80;

void check(const Scenario& scenario) {
  RigOptions options;
  options.plan = scenario.plan;
  options.readings = scenario.readings;
  options.usage = scenario.usage;
  options.quality = scenario.quality;
  options.calls = false;
  options.world.unused_hours = true;
  Rig rig(options);
  InsightOracle oracle(rig.simulator().options());
  std::size_t rows = 0;
  for (int hour = kFirstHour; hour <= 24 * (full_size() ? 14 : 6); ++hour) {
    rig.run_until(rig.options().start + Seconds{3'600 * hour + 17});
    rows += expect_insight_at_its_lag(rig, oracle);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(rows, 500u);
  EXPECT_EQ(rig.simulator().counters().above_limits(), std::vector<std::string>{});
  std::cout << scenario.name << ": " << rows << " rows compared\n";
}

class Insight : public testing::TestWithParam<Scenario> {};

TEST_P(Insight, StandsOnThePageAtItsLag) { check(GetParam()); }

simulator::Readings at_16_utc() {
  simulator::Readings readings;
  readings.day_start = simulator::DayStart::utc_16;
  return readings;
}

simulator::Readings less_than_a_day() {
  simulator::Readings readings;
  readings.insight_window = simulator::LongestWindow::exclusive;
  return readings;
}

const Granularities kBoth{Granularity::day, Granularity::hour};

INSTANTIATE_TEST_SUITE_P(
    Plans, Insight,
    testing::Values(Scenario{"standard", "standard"}, Scenario{"standard_at_16_utc", "standard", at_16_utc()},
                    Scenario{"standard_less_than_a_day", "standard", less_than_a_day()},
                    Scenario{
                        "standard_daily_quality", "standard", {}, {Granularity::day}, {Granularity::day}},
                    Scenario{"enterprise", "enterprise"},
                    Scenario{"enterprise_daily_and_hourly", "enterprise", {}, kBoth, kBoth}),
    [](const testing::TestParamInfo<Scenario>& scenario) { return scenario.param.name; });

// More rows than requests a day, on a plan whose window is longer than a day: two days at once, and nothing
// is missing.
TEST(InsightOverBudget, ThreeAppsStandOnThePageWholeByTwoDaysARequest) {
  RigOptions options;
  options.plan = "premium";
  options.usage = options.quality = kBoth;
  options.calls = false;
  options.readings = at_16_utc();
  for (const char* id : {"b1b2c3d4e5f60718293a4b5c6d7e8f91", "c1b2c3d4e5f60718293a4b5c6d7e8f92"})
    options.world.apps.push_back({id, 200});
  Rig rig(options);
  InsightOracle oracle(rig.simulator().options());
  std::size_t rows = 0;
  for (int hour = 150; hour <= 150 + 4 * 24; ++hour) {
    rig.run_until(rig.options().start + Seconds{3'600 * hour + 17});
    rows += expect_insight_at_its_lag(rig, oracle);
    if (HasFailure()) return;
  }
  EXPECT_EQ(rows, 97u * 36u) << "8 metrics of usage and 10 of quality, by the hour and by the day";
  EXPECT_EQ(rig.simulator().counters().above_limits(), std::vector<std::string>{});
}

// Standard has no request to spare for the buckets that the page passed in the meantime.
TEST(InsightOutage, RowsStandAgainThreeHoursAfterThreeDays) {
  RigOptions options;
  options.calls = false;
  Rig rig(options);
  InsightOracle oracle(rig.simulator().options());
  rig.run_until(options.start + Seconds{3'600 * kFirstHour});
  rig.clock().advance(Millis{3 * kDay});
  rig.restart();
  const WallTime back = rig.clock().now();
  std::size_t rows = 0;
  for (int hour = 3; hour <= 72; ++hour) {
    rig.run_until(back + Seconds{3'600 * hour + 17});
    rows += expect_insight_at_its_lag(rig, oracle);
    if (HasFailure()) return;
  }
  EXPECT_EQ(rows, 70u * 18u);
}

constexpr std::size_t kRuns = 24;
constexpr std::size_t kShortRuns = 6;

// The switches that show in insight's answers; the others are of calls.
bool shows_in_insight(std::string_view name) {
  static const std::set<std::string_view> kOthers{"http.status",          "success.code",
                                                  "success.message",      "server",
                                                  "window.last_second",   "server.unknown_parameters",
                                                  "quota.refused_counts", "message.prefix",
                                                  "json.trailing_commas"};
  return name.starts_with("insight.") || kOthers.contains(name);
}

// Every row that the plan's day carries. Standard's ten requests carry quality at one granularity.
Scenario run_of(std::size_t i) {
  static const std::vector<simulator::Readings> kArray = simulator::covering_array(1);
  const std::vector<std::string> plans{"standard", "premium", "enterprise"};
  Scenario run{"run " + std::to_string(i), plans[i % plans.size()], kArray[i % kArray.size()], kBoth, kBoth};
  if (run.plan == "standard") {
    run.usage = {Granularity::day};
    run.quality = {i % 2 == 0 ? Granularity::hour : Granularity::day};
  }
  return run;
}

class InsightTruth : public testing::TestWithParam<std::size_t> {};

TEST_P(InsightTruth, StandsOnThePageUnderEveryReading) {
  if (GetParam() >= (full_size() ? kRuns : kShortRuns))
    GTEST_SKIP() << "only at full size: scripts/verify truth";
  const Scenario run = run_of(GetParam());
  std::cout << "insight " << run.name << ", plan " << run.plan
            << ", of the readings those that insight meets:";
  for (const simulator::ReadingRow& row : simulator::readings())
    if (shows_in_insight(row.name)) std::cout << " " << row.name << "=" << row.values[row.get(run.readings)];
  std::cout << "\n";
  check(run);
}

INSTANTIATE_TEST_SUITE_P(CoveringArray, InsightTruth, testing::Range<std::size_t>(0, kRuns));

// The short form too meets each value; all pairs of values are met at full size.
TEST(InsightTruthRuns, MeetEveryValueOfEverySwitch) {
  for (const simulator::ReadingRow& row : simulator::readings()) {
    if (!shows_in_insight(row.name)) continue;
    std::set<std::size_t> values;
    for (std::size_t i = 0; i < kShortRuns; ++i) values.insert(row.get(run_of(i).readings));
    EXPECT_EQ(values.size(), row.values.size()) << row.name;
  }
}

}  // namespace
}  // namespace agora_exporter::system_tests
