// What deciding costs. scripts/verify performance holds the times against their bounds in the release build;
// here decisions are only compared with a peer of the same run, on the same machine.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>

#include "agora_exporter/quota/arithmetic.h"
#include "planner/crowd.h"
#include "planner/scenarios.h"
#include "system/size.h"

namespace agora_exporter::rehearsal {
namespace {

using system_tests::full_size;

template <class Work>
double seconds_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

template <class Work>
double median_of(int times, Work work) {
  std::vector<double> seconds;
  seconds.reserve(static_cast<std::size_t>(times));
  for (int i = 0; i < times; ++i) seconds.push_back(seconds_of(work));
  std::nth_element(seconds.begin(), seconds.begin() + times / 2, seconds.end());
  return seconds[static_cast<std::size_t>(times / 2)];
}

struct Costs {
  double decision = 0, scan = 0;
};
Costs costs_of(const std::string& name, const CrowdOptions& options) {
  const Crowd crowd(options);
  std::size_t kept = 0;  // so that nothing is left out as unused
  Costs costs;
  costs.decision = median_of(51, [&] { kept += crowd.decide().index(); });
  costs.scan = median_of(9, [&] { kept += full_scan(crowd).points.call.size(); });
  std::cout << std::fixed << std::setprecision(3) << name << ": a decision takes " << 1e3 * costs.decision
            << " ms, a full scan " << 1e3 * costs.scan << " ms, " << std::setprecision(0)
            << costs.scan / costs.decision << " times as long\n";
  EXPECT_GT(kept, 0u);
  return costs;
}

// 10,000 calls, 100,000 sessions.
TEST(Speed, ADecision) {
  const std::map<std::string, Moment> moments{{"just asked", Moment::just_asked},
                                              {"steady", Moment::steady},
                                              {"all due", Moment::all_due},
                                              {"spent", Moment::spent}};
  for (const std::string plan : {"standard", "enterprise"}) {
    for (const auto objective : {planner::Objective::representative, planner::Objective::coverage}) {
      for (const auto& [name, moment] : moments) {
        const bool sample = objective == planner::Objective::representative;
        // The short form: what every account does all day long, and what it does after an outage.
        if (!full_size() && (!sample || plan != "standard")) continue;
        const std::string words = plan + ", " + (sample ? "representative, " : "coverage, ") + name;
        const Costs costs = costs_of(words, {plan, objective, moment});
        EXPECT_GT(costs.scan / costs.decision, sample ? 10 : 5) << words;
        if (full_size()) {
          EXPECT_LT(costs.decision, 1e-3) << words;
        }
      }
    }
  }
}

// The agenda finds what a look at each session finds.
TEST(Speed, IsNotAtTheCostOfWhatIsMostUrgent) {
  for (const Moment moment : {Moment::steady, Moment::all_due}) {
    const Crowd crowd({"enterprise", planner::Objective::representative, moment, 1'000});
    const planner::Decision decision = crowd.decide();
    const auto* ask = std::get_if<planner::Ask>(&decision);
    ASSERT_NE(ask, nullptr);
    const auto* query = std::get_if<agora::CallMetricsQuery>(&ask->request.query);
    ASSERT_NE(query, nullptr);
    const Scan::Urgent points = full_scan(crowd).points;
    EXPECT_EQ(ask->deadline - quota::kSlack, points.start_by);
    const auto& sessions = crowd.progress->apps.at("app").calls.at(query->call_id).sessions;
    const WorldTime replayed = to_world(crowd.now) - crowd.policy.lag;
    EXPECT_TRUE(std::any_of(sessions.begin(), sessions.end(), [&](const auto& item) {
      return std::max(item.second.covered_to, replayed) == points.oldest;
    })) << query->call_id;
  }
}

TEST(Speed, NorIsAnythingAskedForBeforeItIsDue) {
  const Crowd crowd({"enterprise", planner::Objective::representative, Moment::just_asked, 1'000});
  const planner::Decision decision = crowd.decide();
  const auto* wait = std::get_if<planner::Wait>(&decision);
  ASSERT_NE(wait, nullptr);
  EXPECT_GT(wait->until, crowd.now);
  EXPECT_LE(wait->until, full_scan(crowd).sessions.start_by);
}

// In memory, without points.
TEST(Speed, ASimulatedDayOfAThousandCalls) {
  for (const auto objective : {planner::Objective::representative, planner::Objective::coverage}) {
    Scenario scenario = make_scenario("near-budget", 1);
    Volume volume;
    volume.calls_per_day = 1'000;
    const Span& measured = scenario.ride.measured;
    scenario.world.apps = {make_app("app-1", volume, {measured.begin - 2 * kDay, measured.end}, 1)};
    scenario.ride.policy.objective = objective;
    scenario.api.today = true;
    RideResult result;
    const double days = static_cast<double>((scenario.ride.end - scenario.ride.begin).count()) / 86.4e6;
    const double seconds =
        seconds_of([&] { result = ride(scenario.world, scenario.api, scenario.ride); }) / days;
    std::cout << std::fixed << std::setprecision(2) << "a day of 1,000 calls, "
              << (objective == planner::Objective::coverage ? "coverage" : "representative") << ": "
              << seconds << " s, " << result.decisions << " decisions in " << days << " days\n";
    EXPECT_GT(result.share(), 0.5);
    if (full_size()) {
      EXPECT_LT(seconds, 5);
    }
  }
}

}  // namespace
}  // namespace agora_exporter::rehearsal
