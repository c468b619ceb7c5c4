#include "agora_exporter/planner/forecast.h"

#include <gtest/gtest.h>

#include <cmath>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

agora::Plan plan(const char* name) { return *agora::find_plan(name); }
Volume volume(double calls, double seconds, double users) { return {calls, {{seconds, users}}}; }
std::optional<double> advise(const char* name, const Volume& calls) {
  return advised_lag(plan(name), {{calls}});
}

TEST(RequestsFor, ACallTakesOneForEachWindowAndGroupOfTwenty) {
  // Standard at 30 minutes: w = 1,800 - 300 - 60 = 1,440 s.
  const auto cost = [](double seconds, double users) {
    return requests_for(plan("standard"), volume(10, seconds, users), Seconds{1'800});
  };
  EXPECT_EQ(cost(60, 2).metrics, 10);
  EXPECT_EQ(cost(1'440, 20).metrics, 10);
  EXPECT_EQ(cost(1'441, 20).metrics, 20);
  EXPECT_EQ(cost(1'441, 21).metrics, 40);
  EXPECT_EQ(cost(1'441, 21).sessions, 20) << "one page tells of a window's joins";
  EXPECT_EQ(cost(0, 0).sessions, 10) << "at least one";
}

TEST(RequestsFor, CallsAreOfAllKindsSeen) {
  const Volume mixed{100, {{60, 2}, {2'000, 50}}};
  EXPECT_EQ(requests_for(plan("standard"), mixed, Seconds{1'800}).metrics, 50 * 1 + 50 * 2 * 3);
}

// 600 calls of 20 minutes: two requests each would be 1,200 of the 800 that count. One is enough from w =
// 1,200 s on, which is a lag of 1,200 + 300 + 60 s.
TEST(AdvisedLag, IsTheSmallestAtWhichAllFitsWithAReserve) {
  EXPECT_EQ(advise("standard", volume(600, 1'200, 3)), 1'560);
  // At 400 calls two each fit: w = 600 s.
  EXPECT_EQ(advise("standard", volume(400, 1'200, 3)), 960);
  EXPECT_EQ(advise("standard", volume(401, 1'200, 3)), 1'560) << "802 are more than 80 % of 1,000";
  // In whole minutes: w = 1,201 s is not enough of 1,260 s.
  EXPECT_EQ(advise("standard", volume(600, 1'201, 3)), 1'620);
}

TEST(AdvisedLag, OfFewCallsIsTheLeastThatThePlanAllows) {
  EXPECT_EQ(advise("standard", volume(1, 30, 2)), 420);
  EXPECT_EQ(advise("enterprise", volume(1, 30, 2)), 240);
}

TEST(AdvisedLag, IsInfiniteWhereNoneSuffices) {
  EXPECT_EQ(advise("standard", volume(801, 30, 2)), INFINITY) << "each takes one request to call/sessions";
  EXPECT_EQ(advise("standard", volume(800, 30, 2)), 420);
  EXPECT_EQ(advise("standard", volume(10, 3'600, 2'000)), INFINITY) << "a window is an hour at most";
  EXPECT_EQ(advise("standard", volume(8, 3'600, 2'000)), 3'960);
}

TEST(Volume, OfCallsWhoseSizeIsNotToldGoesByThoseThatWereAskedAbout) {
  Desk desk;
  AppProgress& app = desk.state();
  app.calls_per_second = 100.0 / 86'400;
  for (int i = 0; i < 16; ++i) app.offers[app.next_offer++] = {60, false, 0, {}, 1};
  for (int i = 0; i < 8; ++i) app.sizes.note("channel-" + std::to_string(i), i % 2 == 0 ? 2 : 30);
  const Volume volume = volume_of(app, world_time(kNoon));
  EXPECT_EQ(volume.shapes.size(), 16u);
  EXPECT_NEAR(requests_for(plan("standard"), volume, Seconds{1'800}).metrics, 50 * 1 + 50 * 2, 1e-9);
}

TEST(AdvisedLag, IsUnknownWithoutCalls) {
  EXPECT_EQ(advise("standard", Volume{}), std::nullopt);
  EXPECT_EQ(advise("standard", volume(0, 100, 2)), std::nullopt);
}

TEST(AdvisedLag, CountsWhatAppsOfAQuotaTakeTogether) {
  Desk desk;
  AccountPolicy& account = desk.policy.accounts[0];
  AppPolicy other = account.apps[0];
  other.app_id = other.name = "other";
  account.apps.push_back(other);
  desk.progress.emplace(desk.policy);
  for (const char* id : {"app", "other"}) {
    AppProgress& app = desk.progress->apps.at(id);
    app.calls_per_second = 300.0 / 86'400;
    app.offers[app.next_offer++] = {1'200, false, 3, {}, 1};
  }
  const WallTime now = wall_time(kNoon);
  EXPECT_EQ(advised_lag(desk.policy, account, *desk.progress, now), 1'560);
  account.quota_per_app = true;
  EXPECT_EQ(advised_lag(desk.policy, account, *desk.progress, now), 960) << "each has requests of its own";
}

class Pace : public testing::Test {
 protected:
  // Calls in one hour of the day alone, for two days; R has come to noon.
  void live_through(std::int64_t busy_hour) {
    Rhythm& rhythm = desk_.state().calls_offered;
    const std::int64_t first = kNoon - 2 * 86'400 - 43'200;
    for (std::int64_t hour = 0; hour < 60; ++hour) {
      const WorldTime begin = world_time(first + hour * 3'600);
      rhythm.complete_to(begin);
      for (int i = 0; i < (hour % 24 == busy_hour ? 400 : 0); ++i) rhythm.add(begin + Seconds{i});
    }
    rhythm.complete_to(world_time(kNoon));
  }
  void use(Endpoint endpoint, int count) {
    desk_.quotas.meters.at({quota::ScopeKey{"acc", ""}, endpoint}).at_least(utc_day(wall_time(kNoon)), count);
  }
  std::optional<double> pace_at(Endpoint endpoint, std::int64_t at) {
    return pace(desk_.policy, desk_.policy.accounts[0], endpoint, *desk_.progress, desk_.quotas,
                wall_time(at));
  }
  Desk desk_;
};

TEST_F(Pace, GoesByElapsedTimeWhileNothingElseIsKnown) {
  for (const Endpoint endpoint : {Endpoint::call_lists, Endpoint::call_metrics}) {
    use(endpoint, 250);
    EXPECT_NEAR(*pace_at(endpoint, kNoon), 0.5, 1e-9);
  }
  EXPECT_NEAR(*pace_at(Endpoint::call_metrics, kNoon - 21'600), 1, 1e-9);
}

TEST_F(Pace, IsUnknownInTheFirstMinutesAndWithoutALimit) {
  use(Endpoint::call_metrics, 5);
  EXPECT_EQ(pace_at(Endpoint::call_metrics, kNoon - 43'200 + 600), std::nullopt);
  EXPECT_TRUE(pace_at(Endpoint::call_metrics, kNoon - 43'200 + 900));
  desk_.quotas.meters.at({quota::ScopeKey{"acc", ""}, Endpoint::call_metrics}).set_limits({});
  EXPECT_EQ(pace_at(Endpoint::call_metrics, kNoon), std::nullopt);
}

TEST_F(Pace, GoesByWhatTheDaysBeforeWereLike) {
  live_through(9);
  use(Endpoint::call_metrics, 900);
  use(Endpoint::call_lists, 500);
  // All of the day's calls have come: 90 % of the requests for all of the demand.
  EXPECT_NEAR(*pace_at(Endpoint::call_metrics, kNoon), 0.9, 0.01);
  EXPECT_NEAR(*pace_at(Endpoint::call_lists, kNoon), 1, 1e-9) << "lists go on all day";
}

TEST_F(Pace, SaysThatTheEveningIsStillToCome) {
  live_through(18);
  use(Endpoint::call_metrics, 100);
  EXPECT_EQ(pace_at(Endpoint::call_metrics, kNoon), std::nullopt) << "next to nothing of the demand has come";
  EXPECT_NEAR(*pace_at(Endpoint::call_metrics, kNoon + 25'200), 0.2, 0.01)
      << "half of the busy hour, at a lag of half an hour";
}

TEST(Expected, FollowsTheHours) {
  Desk desk;
  desk.state().calls_per_second = 36.0 / 3'600;
  desk.state().offers[desk.state().next_offer++] = {2'000, false, 30, {}, 1};
  const AccountPolicy& account = desk.policy.accounts[0];
  const auto in_an_hour = [&](Endpoint endpoint) {
    return expected_requests(desk.policy, account, desk.app(), endpoint, *desk.progress, wall_time(kNoon),
                             wall_time(kNoon + 3'600));
  };
  EXPECT_NEAR(in_an_hour(Endpoint::call_sessions), 36 * 2, 1e-9);
  EXPECT_NEAR(in_an_hour(Endpoint::call_metrics), 36 * 2 * 2, 1e-9);
  EXPECT_NEAR(in_an_hour(Endpoint::call_lists), 3'600 / 1'680.0, 1e-9) << "one for each w of 28 minutes";
  desk.state().calls_per_second = 1;
  EXPECT_NEAR(in_an_hour(Endpoint::call_lists), 60, 1e-9) << "one for each 60 new calls";
  EXPECT_EQ(in_an_hour(Endpoint::insight_usage), 0);
}

}  // namespace
}  // namespace agora_exporter::planner
