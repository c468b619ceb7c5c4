// How a day's requests are spread: over its hours, and between the apps of an account.
#include <gtest/gtest.h>

#include <algorithm>

#include "rehearsal/worlds.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;
using planner::Objective;

constexpr Objective kBoth[] = {Objective::representative, Objective::coverage};

const char* words_of(Objective objective) {
  return objective == Objective::coverage ? "coverage" : "representative";
}

// Requests of a day for sessions, and as many for points. A sample's chance takes more to be small; prices
// take longer to work out.
int per_day(Objective objective) { return objective == Objective::coverage ? 200 : 1'000; }

// Calls of 4 users, so many times those that the requests of a day carry.
App app_of(const std::string& name, double times, Objective objective, bool spike = false) {
  Volume volume;
  volume.calls_per_day = times * per_day(objective);
  volume.users_vary = volume.churn = false;
  volume.spike = spike;
  return make_app(name, volume, {measured_day().begin - 2 * kDay, measured_day().end + Seconds{7'200}}, 1);
}

Scenario day_of(World world, Objective objective) {
  Scenario scenario = make_day(std::move(world), "standard");
  scenario.api.today = true;
  scenario.ride.policy.objective = objective;
  for (agora::Plan* plan : {&scenario.api.plan, &scenario.ride.policy.accounts.front().plan})
    for (const Endpoint endpoint : {Endpoint::call_sessions, Endpoint::call_metrics})
      plan->of(endpoint).per_day = per_day(objective);
  return scenario;
}
int spent(const RideResult& day) {
  return std::max(requests(day, Endpoint::call_sessions), requests(day, Endpoint::call_metrics));
}
RideResult ride(const Scenario& scenario) {
  return rehearsal::ride(scenario.world, scenario.api, scenario.ride);
}

// Of the session time in these hours of the measured day, what is in hand.
double share_of_hours(const RideResult& day, std::size_t from, std::size_t to) {
  double in_hand = 0, whole = 0;
  for (std::size_t hour = from; hour < to; ++hour) {
    in_hand += day.by_hour.at(hour).first;
    whole += day.by_hour.at(hour).second;
  }
  return in_hand / whole;
}

// Three times over: who spends as comes has nothing left at 08:00.
TEST(PacingRule, TheEveningIsSeenAsWellAsTheMorning) {
  for (const Objective objective : kBoth) {
    SCOPED_TRACE(words_of(objective));
    const RideResult day = ride(day_of({{app_of("app", 2.5, objective)}}, objective));
    for (std::size_t hour = 0; hour < 24; hour += 6)
      EXPECT_NEAR(share_of_hours(day, hour, hour + 6) / day.share(), 1, 0.3) << "from " << hour << ":00";
  }
}

// A price cannot tell calls apart that are all alike.
TEST(PacingRule, TheEveningIsSeenWhereAllCallsAreAlike) {
  Volume volume;
  volume.calls_per_day = 800;
  volume.users_vary = volume.churn = volume.duration_varies = false;
  const World world{
      {make_app("app", volume, {measured_day().begin - 2 * kDay, measured_day().end + Seconds{7'200}}, 1)}};
  const RideResult day = ride(day_of(world, Objective::coverage));
  for (std::size_t hour = 0; hour < 24; hour += 6)
    EXPECT_NEAR(share_of_hours(day, hour, hour + 6) / day.share(), 1, 0.3) << "from " << hour << ":00";
  EXPECT_GE(spent(day), 0.95 * per_day(Objective::coverage));
}

TEST(PacingRule, ASpikeIsForeseenByTheDayBefore) {
  for (const Objective objective : kBoth) {
    SCOPED_TRACE(words_of(objective));
    const RideResult day = ride(day_of({{app_of("app", 2.5, objective, true)}}, objective));
    EXPECT_NEAR(share_of_hours(day, 0, 8) / share_of_hours(day, 8, 24), 1, 0.4);
  }
}

TEST(PacingRule, WhatWasKeptIsUsedBeforeMidnight) {
  for (const Objective objective : kBoth) {
    SCOPED_TRACE(words_of(objective));
    const RideResult day = ride(day_of({{app_of("app", 2.5, objective)}}, objective));
    EXPECT_GE(spent(day), 0.95 * per_day(objective));
    EXPECT_EQ(refused(day), 0);
  }
}

// Full windows of large calls are all of the same worth: a price lets in too many of them or too few.
TEST(PacingRule, WhatAPriceLeavesOfEqualOffersIsUsedBeforeMidnight) {
  Scenario scenario = make_scenario("more-huge", 3);
  scenario.api.today = true;
  scenario.ride.policy.objective = Objective::coverage;
  EXPECT_GE(requests(ride(scenario), Endpoint::call_metrics), 950);
}

// Finding 14,000 calls takes 240 lists of a day's 1,000. For the ends of those that go on there are never
// enough: what they take must not be lacking before midnight.
// Of the calls that began on the measured day, those that a list told of before R had passed them.
double share_told(World world, int lists_per_day, RideResult* ridden = nullptr) {
  const std::vector<Call>& calls = world.apps.front().calls;
  const auto of_the_day = std::count_if(
      calls.begin(), calls.end(), [](const Call& call) { return measured_day().contains(call.created); });
  Scenario scenario = make_day(std::move(world), "standard");
  scenario.api.today = true;
  for (agora::Plan* plan : {&scenario.api.plan, &scenario.ride.policy.accounts.front().plan})
    plan->of(Endpoint::call_lists).per_day = lists_per_day;
  const RideResult day = ride(scenario);
  EXPECT_EQ(refused(day), 0);
  if (ridden) *ridden = day;
  return day.calls_told_in_time / static_cast<double>(of_the_day);
}
World evenly(double calls_per_day) {
  Volume volume;
  volume.calls_per_day = calls_per_day;
  return {{make_app("app", volume, {measured_day().begin - 2 * kDay, measured_day().end}, 1)}};
}

TEST(PacingRule, WhatFindingCallsTakesIsReserved) {
  RideResult day;
  EXPECT_GE(share_told(evenly(14'000), 1'000, &day), 0.999);
  EXPECT_GE(requests(day, Endpoint::call_lists), 990) << "else this shows nothing";
}

TEST(PacingRule, ListsThatJustSufficeFindAllCalls) { EXPECT_GE(share_told(evenly(14'000), 300), 0.99); }

// Calls of hours, whose ends take lists all day, and then as many in an hour of the evening as take 150
// lists.
TEST(PacingRule, WhatTheEveningTakesToFindIsReserved) {
  World world = evenly(9'000);
  Volume longer;
  longer.calls_per_day = 2'400;
  longer.duration = Seconds{10'800};
  const App others = make_app("others", longer, {measured_day().begin - 2 * kDay, measured_day().end}, 1);
  std::vector<Call>& calls = world.apps.front().calls;
  for (Call& call : calls) {
    const Seconds of_day{call.created.time_since_epoch() % kDay};
    const Seconds by = Seconds{72'000 + of_day.count() / 24} - of_day;
    call.created += by;
    call.destroyed += by;
    for (Session& session : call.sessions) {
      session.joined += by;
      session.left += by;
    }
  }
  calls.insert(calls.end(), others.calls.begin(), others.calls.end());
  std::stable_sort(calls.begin(), calls.end(),
                   [](const Call& a, const Call& b) { return a.created < b.created; });
  EXPECT_GE(share_told(std::move(world), 1'000), 0.75) << "not all: how fast the hour comes is seen late";
}

double whole_of(const Scenario& scenario, std::size_t app) {
  return session_seconds(scenario.world.apps[app], measured_day());
}

TEST(FairnessRule, ANoisyAppCannotStarveAQuietOneAndTakesWhatItLeaves) {
  for (const Objective objective : kBoth) {
    SCOPED_TRACE(words_of(objective));
    const Scenario scenario =
        day_of({{app_of("noisy", 3, objective), app_of("quiet", 0.15, objective)}}, objective);
    const RideResult day = ride(scenario);
    EXPECT_GE(day.of_app.at("quiet"), 0.95 * whole_of(scenario, 1));
    EXPECT_GE(spent(day), 0.95 * per_day(objective));
  }
}

// Two apps alike, each with more calls than the account's requests, one of three times the weight.
TEST(FairnessRule, AppsShareByWeight) {
  for (const Objective objective : kBoth) {
    SCOPED_TRACE(words_of(objective));
    Scenario scenario =
        day_of({{app_of("light", 1.5, objective), app_of("heavy", 1.5, objective)}}, objective);
    scenario.ride.policy.accounts.front().apps[1].weight = 3;
    const RideResult day = ride(scenario);
    EXPECT_NEAR(day.of_app.at("heavy") / day.of_app.at("light"), 3, 1);
  }
}

}  // namespace
}  // namespace agora_exporter::rehearsal
