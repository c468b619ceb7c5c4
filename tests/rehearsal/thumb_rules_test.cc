// What requests can do for each other, one rule a test: each counts what a day costs that follows the rule.
#include <gtest/gtest.h>

#include "rehearsal/worlds.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;
using planner::Objective;

constexpr Seconds kHour{3'600};

struct DayOf {
  explicit DayOf(World world, bool today = true, const std::string& plan = "standard")
      : scenario(make_day(std::move(world), plan)) {
    scenario.api.today = today;
  }
  RideResult ride() const { return rehearsal::ride(scenario.world, scenario.api, scenario.ride); }
  planner::AppPolicy& app() { return scenario.ride.policy.accounts.front().apps.front(); }
  Scenario scenario;
};

// w is 24 minutes on standard: four hours are ten windows.
TEST(ThumbRule, ALateRequestCoversAWholeWindowAndTheDeadlineSaysHowLate) {
  const RideResult day = DayOf(world_of({plain_call(0, 6 * kHour, 4 * kHour, 20)})).ride();
  EXPECT_GE(day.share(), 0.9999);
  EXPECT_LE(requests(day, Endpoint::call_metrics), 11);
}

// Its newest points trail behind the data delay: asked for as soon as they may be, they would be asked for
// again.
TEST(ThumbRule, AWindowAskedJustAfterTheDelayIsAskedTwice) {
  std::vector<Call> calls;
  calls.reserve(20);
  for (int i = 0; i < 20; ++i) calls.push_back(plain_call(i, Seconds{i * 3'000}, Seconds{40 * 60}, 4));
  const RideResult day = DayOf(world_of(std::move(calls))).ride();
  EXPECT_GE(day.share(), 0.9999);
  EXPECT_EQ(requests(day, Endpoint::call_metrics), 2 * 20);
}

TEST(ThumbRule, OneRequestAsksAboutTwentySessions) {
  const RideResult day = DayOf(world_of({plain_call(0, 6 * kHour, Seconds{1'200}, 60)})).ride();
  EXPECT_GE(day.share(), 0.9999);
  EXPECT_EQ(requests(day, Endpoint::call_metrics), 3);
}

TEST(ThumbRule, AShortCallThatIsOverTakesOneOfEach) {
  std::vector<Call> calls;
  calls.reserve(100);
  for (int i = 0; i < 100; ++i) calls.push_back(plain_call(i, Seconds{i * 800}, Seconds{180}, 3));
  const RideResult day = DayOf(world_of(std::move(calls))).ride();
  EXPECT_GE(day.share(), 0.9999);
  EXPECT_EQ(requests(day, Endpoint::call_sessions), 100);
  EXPECT_EQ(requests(day, Endpoint::call_metrics), 100);
}

// Pages of 20: five tell of the 100 who were there from the beginning; later one page a window, since the
// newest joiner stands first on it.
TEST(ThumbRule, OnePageTellsWhetherAnybodyJoined) {
  const RideResult day = DayOf(world_of({plain_call(0, 6 * kHour, 4 * kHour, 100)}), false).ride();
  EXPECT_GE(day.share(), 0.9999);
  EXPECT_GE(requests(day, Endpoint::call_sessions), 5 + 9);
  EXPECT_LE(requests(day, Endpoint::call_sessions), 5 + 5 + 16)
      << "and once more all pages, to hear that all have left";
}

TEST(ThumbRule, PagesOf100WhereTheServerHonoursThem) {
  const World world = world_of({plain_call(0, 6 * kHour, Seconds{1'200}, 100)});
  EXPECT_EQ(requests(DayOf(world, true).ride(), Endpoint::call_sessions), 1);
  EXPECT_EQ(requests(DayOf(world, false).ride(), Endpoint::call_sessions), 5);
}

Volume volume(double calls) {
  Volume v;
  v.calls_per_day = calls;
  return v;
}
World busy_world(double calls) {
  const Span span{measured_day().begin - kDay - 2 * kHour, measured_day().end + kHour};
  return {{make_app("app", volume(calls), span, 1)}};
}

TEST(ThumbRule, ListsOverlapLittleAndFollowTheRateOfNewCalls) {
  const RideResult quiet = DayOf(busy_world(100)).ride();
  EXPECT_LE(requests(quiet, Endpoint::call_lists), 70);
  EXPECT_EQ(quiet.calls_told_in_time, quiet.calls_told);
  // 140 answers of 100 calls at least.
  const RideResult busy = DayOf(busy_world(14'000)).ride();
  EXPECT_GE(busy.calls_told_in_time, 0.999 * 14'000);
  EXPECT_GE(requests(busy, Endpoint::call_lists), 140);
  EXPECT_GE(busy.ends_told_in_time, 0.95 * 14'000) << "an answer has room for calls that go on";
  EXPECT_EQ(refused(busy), 0);
}

// Of 2,100 calls a third is followed.
TEST(ThumbRule, SpareListsTellTheEndsOfCallsThatAreNotFollowed) {
  const RideResult day = DayOf(busy_world(2'100)).ride();
  EXPECT_LT(requests(day, Endpoint::call_sessions), 1'001);
  EXPECT_GE(day.ends_told_in_time, 0.99 * day.calls_told);
  EXPECT_LE(requests(day, Endpoint::call_lists), 170) << "one tells the ends of many";
}

// With so few lists many calls are never heard of, but for those that are asked for by name; and these are
// followed though they bring little.
TEST(ThumbRule, PinnedChannelsAreFoundByName) {
  World world = busy_world(5'000);
  std::vector<Call>& calls = world.apps.front().calls;
  for (int i = 0; i < 12; ++i)
    calls.push_back(plain_call(i, i * 2 * kHour + Seconds{600}, Seconds{120}, 2, "town-hall"));
  std::sort(calls.begin(), calls.end(), [](const Call& a, const Call& b) { return a.created < b.created; });
  for (const Objective objective : {Objective::representative, Objective::coverage}) {
    DayOf day(world);
    for (agora::Plan* plan : {&day.scenario.api.plan, &day.scenario.ride.policy.accounts.front().plan})
      for (const Endpoint endpoint : {Endpoint::call_lists, Endpoint::call_sessions, Endpoint::call_metrics})
        plan->of(endpoint).per_day = 100;
    day.scenario.ride.policy.objective = objective;
    day.app().certain.channels = {"town-hall"};
    day.scenario.ride.keep_log = true;
    const RideResult result = day.ride();
    double missing = 0;
    for (const Miss& miss : result.misses)
      if (miss.call_id.starts_with("call-"))
        missing += static_cast<double>((miss.span.end - miss.span.begin).count());
    EXPECT_LE(missing, 0.01 * 12 * 2 * 120) << static_cast<int>(objective);
    EXPECT_LE(result.calls_told, 0.9 * 5'000) << "else all calls were found without";
    EXPECT_EQ(refused(result), 0);
  }
}

}  // namespace
}  // namespace agora_exporter::rehearsal
