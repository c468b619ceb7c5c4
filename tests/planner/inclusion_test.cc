#include <gtest/gtest.h>

#include "agora_exporter/base/hash.h"
#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

double inclusion_of(Desk& desk, const agora::CallList& arriving, std::int64_t now) {
  return inclusion(desk.policy, desk.policy.accounts[0], desk.app(), *desk.progress, desk.quotas,
                   wall_time(now), &arriving);
}

agora::CallList list_of(int calls, std::int64_t now) {
  agora::CallList list;
  for (int i = 0; i < calls; ++i)
    list.calls.push_back(Desk::call("call " + std::to_string(i), now - 70 - i, std::nullopt));
  return list;
}

TEST(Inclusion, IsOneWhereTheBudgetCarriesAll) {
  Desk desk;
  EXPECT_EQ(inclusion_of(desk, list_of(20, kNoon), kNoon), 1);
}

TEST(Inclusion, FallsWithTheDemand) {
  Desk desk;
  desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, agora::Endpoint::call_metrics})
      .at_least(utc_day(wall_time(kNoon)), 520);
  const double some = inclusion_of(desk, list_of(800, kNoon), kNoon);
  const double fewer = inclusion_of(desk, list_of(3'200, kNoon), kNoon);
  EXPECT_LT(some, 1);
  EXPECT_GT(some, 0);
  EXPECT_NEAR(fewer, some / 4, 0.02);
}

TEST(Inclusion, IsNoneWhereTheDayIsSpent) {
  Desk desk;
  desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, agora::Endpoint::call_sessions})
      .at_least(utc_day(wall_time(kNoon)), 1'000);
  EXPECT_EQ(inclusion_of(desk, list_of(3, kNoon), kNoon), 0);
}

// Who was chosen then with p = 0.01 would stand for a hundred.
TEST(Inclusion, TowardsMidnightCountsWithTheFirstHourOfTomorrow) {
  Desk desk;
  desk.progress->apps.at("app").calls_per_second = 2'100 / 86'400.0;
  const std::int64_t late = kNoon + 42'000;  // 23:40
  const auto spend = [&](int requests) {
    desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, agora::Endpoint::call_metrics})
        .at_least(utc_day(wall_time(late)), requests);
    return inclusion_of(desk, list_of(5, late), late);
  };
  const double on_pace = spend(985), little_left = spend(999);
  EXPECT_NEAR(on_pace, 0.45, 0.1);  // 1,000 requests for 2,100 calls
  EXPECT_GT(little_left, 0.15);
  EXPECT_LT(little_left, on_pace);
}

// Calls that last longer than foreseen, as on the first day of all, may take all that is left: then p is
// small, but calls go on to be chosen, so that the estimate knows of them.
TEST(Inclusion, IsNotNoneWhileRequestsAreLeft) {
  Desk desk;
  desk.answer({"app", agora::CallListQuery{{world_time(kNoon - 600), world_time(kNoon - 65)}, {}, {}, {}}},
              list_of(400, kNoon), kNoon, 1);
  desk.progress->apps.at("app").calls_per_second = 2'000 / 86'400.0;
  desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, agora::Endpoint::call_sessions})
      .at_least(utc_day(wall_time(kNoon)), 900);
  agora::CallList more = list_of(3, kNoon + 60);
  for (agora::CallEntry& entry : more.calls) entry.call_id += " later";
  const double p = inclusion_of(desk, more, kNoon + 60);
  EXPECT_GT(p, 0.05);
  EXPECT_LT(p, 0.25) << "an even share would be 0.5 or less";
}

// Calls are chosen whole, by a hash of their id, and the choice is the same whoever folds the fact.
TEST(Inclusion, ChoosesByTheHashOfTheCallId) {
  Desk desk;
  const agora::CallList list = list_of(60, kNoon);
  const Learned learned = desk.answer(
      {"app", agora::CallListQuery{{world_time(kNoon - 600), world_time(kNoon - 65)}, {}, {}, {}}}, list,
      kNoon, 0.4);
  EXPECT_EQ(learned.followed.size() + learned.sampled_out.size(), 60u);
  for (const std::string& id : learned.followed) EXPECT_LT(unit_interval(stable_hash(id)), 0.4);
  for (const std::string& id : learned.sampled_out) EXPECT_GE(unit_interval(stable_hash(id)), 0.4);
  EXPECT_GT(learned.followed.size(), 10u);
}

}  // namespace
}  // namespace agora_exporter::planner
