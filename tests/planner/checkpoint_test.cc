// What is learned of a server and of its days comes back from a checkpoint: the facts behind it may be gone.
#include <gtest/gtest.h>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

constexpr std::int64_t kHourSeconds = 3'600;

class Checkpoint : public testing::Test {
 protected:
  Checkpoint() {
    desk_.policy.accounts[0].apps[0].rows.push_back({key_, Seconds{48 * kHourSeconds}});
    desk_.progress.emplace(desk_.policy);
  }
  AppProgress& restored() {
    again_.emplace(desk_.policy);
    EXPECT_TRUE(again_->restore(desk_.progress->checkpoint()));
    return again_->apps.at("app");
  }

  const RowKey key_{agora::Endpoint::insight_quality, agora::Granularity::hour, "metric", "Native"};
  Desk desk_;
  std::optional<Progress> again_;
};

TEST_F(Checkpoint, KnowsTodaysServer) {
  desk_.state().todays_server = desk_.state().sessions_overlap = true;
  EXPECT_TRUE(restored().todays_server);
  EXPECT_TRUE(again_->apps.at("app").sessions_overlap);
  EXPECT_FALSE(again_->apps.at("app").lists_overlap);
}

TEST_F(Checkpoint, KnowsHowManyCallsEachHourBrings) {
  Rhythm& rhythm = desk_.state().calls_offered;
  for (std::int64_t hour = 0; hour < 30; ++hour) {
    rhythm.complete_to(world_time(kNoon + hour * kHourSeconds));
    for (int i = 0; i < (hour == 8 ? 500 : 10); ++i) rhythm.add(world_time(kNoon + hour * kHourSeconds + i));
  }
  const auto at = [](std::int64_t hour) { return world_time(kNoon + hour * kHourSeconds); };
  ASSERT_GT(rhythm.expected(at(32), at(33), 0), 10 * rhythm.expected(at(33), at(34), 0));
  EXPECT_NEAR(restored().calls_offered.expected(at(32), at(33), 0), rhythm.expected(at(32), at(33), 0), 1);
}

TEST_F(Checkpoint, KnowsTheRowsAndThatADayAt1hHas25Points) {
  agora::InsightRow row;
  const std::int64_t start = kNoon - 60 * kHourSeconds;
  for (int i = 0; i < 25; ++i) row.buckets.push_back({world_time(start + i * kHourSeconds), 0.5});
  const agora::Frame day{world_time(start), world_time(start) + kDay};
  desk_.answer({"app", agora::QualityQuery{day, key_.metric, key_.granularity, key_.product}}, row, kNoon);
  EXPECT_EQ(restored().rows.at(key_).covered_to, world_time(start + 25 * kHourSeconds));
  EXPECT_TRUE(again_->endpoints.at({"acc", agora::Endpoint::insight_quality}).both_ends);
  EXPECT_FALSE(again_->endpoints.at({"acc", agora::Endpoint::insight_usage}).both_ends);
}

}  // namespace
}  // namespace agora_exporter::planner
