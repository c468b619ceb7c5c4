// The table of docs/planning.md in short: one day of each scenario, held against the bound and the rival.
#include <gtest/gtest.h>

#include "planner/bound.h"
#include "planner/rival.h"
#include "rehearsal/worlds.h"

namespace agora_exporter::rehearsal {
namespace {

constexpr std::uint64_t kSeed = 7;

struct Promise {
  const char* scenario;
  double of_the_bound;
  double times_the_rival;  // 1.5 where the day is three times over budget or more and calls are shorter than
                           // half a window
  bool today = true;       // a server of today, which tells how many users a call has
  std::uint64_t first_seed = kSeed;
  int days = 1;  // the sum of so many: where there are few calls, chance tells days apart
};

class Coverage : public testing::TestWithParam<Promise> {};

// Enterprise takes minutes: planner_bench has it.
INSTANTIATE_TEST_SUITE_P(
    , Coverage,
    testing::Values(Promise{"quiet", 0.99, 1}, Promise{"near-budget", 0.99, 1}, Promise{"at-budget", 0.95, 1},
                    Promise{"three-times-over", 0.9, 1.5}, Promise{"twenty-times-over", 0.9, 1.5},
                    Promise{"few-huge", 0.9, 1}, Promise{"more-huge", 0.89, 1, true, 1, 3},
                    Promise{"many-pairs", 0.9, 1.5}, Promise{"all-day", 0.9, 1},
                    Promise{"morning-spike", 0.9, 1.5}, Promise{"three-apps", 0.9, 1},
                    Promise{"plan-change", 0.9, 1.5}, Promise{"restart", 0.95, 1},
                    Promise{"failing", 0.95, 1}, Promise{"premium", 0.9, 1},
                    Promise{"at-budget", 0.95, 1, false}, Promise{"three-times-over", 0.9, 1.5, false},
                    Promise{"few-huge", 0.9, 1, false}, Promise{"all-day", 0.9, 1, false}),
    [](const auto& tested) {
      std::string name = tested.param.scenario;
      std::replace(name.begin(), name.end(), '-', '_');
      return tested.param.today ? name : name + "_2021";
    });

TEST_P(Coverage, IsNearTheBestThatCouldBeHad) {
  double in_hand = 0, of_rival = 0, best = 0;
  for (int day = 0; day < GetParam().days; ++day) {
    const std::uint64_t seed = GetParam().first_seed + static_cast<std::uint64_t>(day);
    SCOPED_TRACE("seed " + std::to_string(seed));
    Scenario scenario = make_scenario(GetParam().scenario, seed);
    scenario.api.today = GetParam().today;
    scenario.ride.policy.objective = planner::Objective::coverage;
    const RideResult planner = ride(scenario.world, scenario.api, scenario.ride);
    const RideResult other = rival(scenario.world, scenario.api, scenario.ride);
    const double bound = fair_bound(scenario.world, scenario.api, scenario.ride).in_hand;
    EXPECT_LE(planner.in_hand, bound * 1.0001);
    EXPECT_EQ(refused(planner), 0);
    EXPECT_EQ(refused(other), 0);
    in_hand += planner.in_hand;
    of_rival += other.in_hand;
    best += bound;
  }
  RecordProperty("of_the_bound", std::to_string(in_hand / best));
  EXPECT_GE(in_hand, best * GetParam().of_the_bound) << "first seed " << GetParam().first_seed;
  EXPECT_GE(in_hand, of_rival * GetParam().times_the_rival) << "first seed " << GetParam().first_seed;
}

// No deadline that a request could have met is missed on a day that ends with more than 5 % of the requests
// unspent.
class Deadlines : public testing::TestWithParam<std::tuple<const char*, planner::Objective>> {};

INSTANTIATE_TEST_SUITE_P(
    , Deadlines,
    testing::Combine(testing::Values("quiet", "near-budget", "restart", "failing", "few-huge"),
                     testing::Values(planner::Objective::representative, planner::Objective::coverage)),
    [](const auto& tested) {
      std::string name = std::get<0>(tested.param);
      std::replace(name.begin(), name.end(), '-', '_');
      const bool coverage = std::get<1>(tested.param) == planner::Objective::coverage;
      return name + (coverage ? "_coverage" : "_representative");
    });

TEST_P(Deadlines, AreMissedForAReasonOnly) {
  Scenario scenario = make_scenario(std::get<0>(GetParam()), 1);
  scenario.api.today = true;
  scenario.ride.policy.objective = std::get<1>(GetParam());
  scenario.ride.keep_log = true;
  const RideResult day = ride(scenario.world, scenario.api, scenario.ride);
  for (const agora::Endpoint endpoint : {agora::Endpoint::call_sessions, agora::Endpoint::call_metrics}) {
    const int per_day = scenario.api.plan.of(endpoint).per_day;
    ASSERT_LE(requests(day, endpoint), 0.95 * per_day) << "else this shows nothing";
  }
  std::string found;
  for (const Miss& miss : day.misses) {
    if (miss.cause != Cause::could_be_had) continue;
    found += miss.sid + " from " + to_iso(to_wall(miss.span.begin)) + " to " +
             to_iso(to_wall(miss.span.end)) + "\n";
    for (const LogEntry& entry : day.log)
      if (entry.call_id == miss.call_id) found += "  " + text_of(entry) + "\n";
  }
  EXPECT_EQ(found, "");
  EXPECT_EQ(refused(day), 0);
}

}  // namespace
}  // namespace agora_exporter::rehearsal
