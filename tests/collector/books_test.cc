// Meters over changes of the configuration.
#include "collector/books.h"

#include <gtest/gtest.h>

namespace agora_exporter::collector {
namespace {

using agora::Endpoint;

constexpr WallTime kNow = wall_time(1772409600 + 43'200);

planner::Policy policy(bool per_app, const std::vector<std::string>& apps, const char* plan = "standard") {
  planner::Policy made;
  planner::AccountPolicy& account = made.accounts.emplace_back();
  account.name = "a";
  account.plan = *agora::find_plan(plan);
  account.quota_per_app = per_app;
  for (const std::string& app : apps) {
    planner::AppPolicy& to = account.apps.emplace_back();
    to.app_id = to.name = app;
  }
  return made;
}

class BooksTest : public testing::Test {
 protected:
  void spend(const std::string& app_id, int requests) {
    quota::Meter& meter = books_.quotas.meter({"a", app_id}, Endpoint::call_lists);
    for (int i = 0; i < requests; ++i) meter.book(books_.quotas.clock("a"), kNow);
  }
  int used(const std::string& app_id) const {
    return books_.quotas.meter({"a", app_id}, Endpoint::call_lists)
        .used(books_.quotas.clock("a"), kNow, quota::Window::day);
  }

  Books books_;
};

TEST_F(BooksTest, WhatIsCountedStaysUnderNewLimits) {
  books_.set(policy(false, {"x"}), kNow);
  spend("", 7);
  books_.set(policy(false, {"x", "y"}, "premium"), kNow);
  EXPECT_EQ(used(""), 7);
  EXPECT_EQ(books_.quotas.meter({"a", ""}, Endpoint::call_lists).limits(),
            agora::find_plan("premium")->of(Endpoint::call_lists));
}

TEST_F(BooksTest, AScopeThatComesBackHasItsCount) {
  books_.set(policy(true, {"x", "y"}), kNow);
  spend("x", 7);
  books_.set(policy(true, {"y"}), kNow);
  EXPECT_EQ(books_.quotas.meters.count({{"a", "x"}, Endpoint::call_lists}), 0u);
  EXPECT_EQ(used("y"), 0) << "of nobody else";
  books_.set(policy(true, {"x", "y"}), kNow);
  EXPECT_EQ(used("x"), 7);
}

TEST_F(BooksTest, CountedByAppInsteadEachMayHaveSpentAll) {
  books_.set(policy(false, {"x", "y"}), kNow);
  spend("", 7);
  books_.set(policy(true, {"x", "y"}), kNow);
  EXPECT_EQ(used("x"), 7);
  EXPECT_EQ(used("y"), 7);
  const quota::Meter& meter = books_.quotas.meter({"a", "x"}, Endpoint::call_lists);
  EXPECT_GE(meter.when_free(books_.quotas.clock("a"), kNow), kNow + Millis{60'000})
      << "what was sent just before counts in their minute too";
}

TEST_F(BooksTest, CountedByAccountInsteadItIsTheSum) {
  books_.set(policy(true, {"x", "y"}), kNow);
  spend("x", 7);
  spend("y", 5);
  books_.set(policy(false, {"x", "y"}), kNow);
  EXPECT_EQ(used(""), 12);
}

TEST_F(BooksTest, WhatWasSpentTheOtherWayCountsAfterAReturnToo) {
  books_.set(policy(false, {"x"}), kNow);
  spend("", 500);
  books_.set(policy(true, {"x"}), kNow);
  spend("x", 300);
  EXPECT_EQ(used("x"), 800);
  books_.set(policy(false, {"x"}), kNow);
  EXPECT_EQ(used(""), 800);
  books_.set(policy(true, {"x"}), kNow);
  EXPECT_EQ(used("x"), 800);
}

TEST_F(BooksTest, TheLedgerTellsOfScopesThatAreConfiguredLater) {
  storage::LedgerState ledger;
  for (std::uint32_t i = 1; i <= 9; ++i)
    ledger.bookings.push_back(
        {{"a", "x"}, Endpoint::call_lists, {utc_day(ServerTime{kNow.time_since_epoch()}), i}, kNow});
  books_.read(ledger, kNow);
  EXPECT_TRUE(books_.knows("a"));
  EXPECT_FALSE(books_.knows("b"));
  books_.set(policy(true, {"y"}), kNow);
  EXPECT_EQ(used("y"), 0);
  books_.set(policy(true, {"x", "y"}), kNow);
  EXPECT_EQ(used("x"), 9);
}

}  // namespace
}  // namespace agora_exporter::collector
