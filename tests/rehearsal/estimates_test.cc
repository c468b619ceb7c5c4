// Estimates of days of which a sample is followed, against the known world. scripts/verify estimates holds
// 2,000 days of each world against tighter bounds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "planner/estimate.h"

namespace agora_exporter::rehearsal {
namespace {

constexpr std::uint64_t kFirstSeed = 1;

std::vector<DayEstimate> days_of(Sampled world, std::uint64_t count) {
  std::cout << count << " days, seeds from " << kFirstSeed << "\n";
  std::vector<DayEstimate> days;
  for (std::uint64_t i = 0; i < count; ++i) days.push_back(estimate_day(sampled_day(world, kFirstSeed + i)));
  return days;
}

// Of one day the estimates are off by some 5 %, so their mean by 5 % / sqrt(days). A weight that were always
// rounded down would take 15 %.
void expect_unbiased(const std::vector<DayEstimate>& days) {
  const auto lines = summary(days);
  for (std::size_t i = 0; i < kEstimates.size(); ++i)
    EXPECT_NEAR(lines[i].bias, 0, 3 * lines[i].exact / std::sqrt(static_cast<double>(days.size())))
        << kEstimates[i];
}

// What the page says of its error is what sampling such a world with such probabilities makes; and the truth
// lies within.
void expect_errors_as_stated(const std::vector<DayEstimate>& days) {
  const auto lines = summary(days);
  for (std::size_t i = 0; i < kWithError; ++i) {
    EXPECT_NEAR(lines[i].stated / lines[i].exact, 1, 0.05) << kEstimates[i];
    EXPECT_NEAR(lines[i].off_by / lines[i].exact, 1, 0.25) << kEstimates[i];
    EXPECT_GE(lines[i].covered, 0.87) << kEstimates[i];
  }
}

// A sample stands for the whole only if it is followed whole.
void expect_followed_whole(const std::vector<DayEstimate>& days) {
  for (const DayEstimate& day : days) {
    EXPECT_EQ(day.refused, 0);
    EXPECT_LT(day.followed.untold, 1e-4 * day.truth[0]);
    EXPECT_NEAR(day.followed.known, day.followed.sampled, 1e-3 * day.followed.sampled);
    EXPECT_LT(day.followed.missing, 1e-3 * day.followed.sampled);
    // And the page says what the sample says, no more and no less.
    EXPECT_NEAR(day.estimate[0], day.followed.stood_for, 5e-4 * day.truth[0]);
  }
}

TEST(Estimates, OfADayThreeTimesOverTheBudget) {
  const std::vector<DayEstimate> days = days_of(Sampled::plain, 60);
  expect_unbiased(days);
  expect_errors_as_stated(days);
  expect_followed_whole(days);
}

TEST(Estimates, OfADayWithACallOfTwoThousand) {
  const std::vector<DayEstimate> days = days_of(Sampled::huge, 40);
  expect_unbiased(days);
  expect_errors_as_stated(days);
  expect_followed_whole(days);
  for (const DayEstimate& day : days)
    EXPECT_NEAR(static_cast<double>(day.sids_of_huge), 200, 60);  // 4 standard deviations
}

// Chance must not make much of the few requests that are left towards midnight: a call that stood for a
// hundred would spoil the day.
TEST(Estimates, FollowNotMuchFewerTowardsMidnight) {
  double least = 1;
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + 12; ++seed) {
    Scenario scenario = sampled_day(Sampled::plain, seed);
    scenario.ride.heard = [&](const agora::Facts& facts) {
      if (!std::holds_alternative<agora::CallList>(facts.body) ||
          facts.asked.replayed < scenario.ride.measured.begin)
        return;
      least = std::min(least, facts.asked.inclusion);
    };
    ride(scenario.world, scenario.api, scenario.ride);
  }
  EXPECT_GT(least, 0.15);
}

}  // namespace
}  // namespace agora_exporter::rehearsal
