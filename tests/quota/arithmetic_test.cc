#include "agora_exporter/quota/arithmetic.h"

#include <gtest/gtest.h>

#include <vector>

namespace agora_exporter::quota {
namespace {

agora::Limits metrics_limits(int per_day, int hours, int delay) {
  agora::Limits limits;
  limits.per_day = per_day;
  limits.longest_window = std::chrono::hours{hours};
  limits.delay = Seconds{delay};
  return limits;
}
const agora::Limits kStandard = metrics_limits(1'000, 1, 300);
const agora::Limits kPremium = metrics_limits(2'000, 3, 150);
const agora::Limits kEnterprise = metrics_limits(10'000, 6, 100);

agora::Limits insight_limits(int per_day, int delay_hours) {
  agora::Limits limits;
  limits.per_day = per_day;
  limits.delay = std::chrono::hours{delay_hours};
  return limits;
}

std::vector<int> groups(const agora::Limits& limits) {
  std::vector<int> row;
  for (const int minutes : {15, 30, 70}) row.push_back(groups_at_once(limits, std::chrono::minutes{minutes}));
  return row;
}

TEST(Arithmetic, Groups_followed_at_once_by_plan_and_lag) {
  EXPECT_EQ(groups(kStandard), (std::vector<int>{6, 16, 41}));
  EXPECT_EQ(groups(kPremium), (std::vector<int>{15, 36, 92}));
  EXPECT_EQ(groups(kEnterprise), (std::vector<int>{85, 189, 467}));
}

TEST(Arithmetic, The_window_is_what_lag_delay_and_slack_leave_up_to_the_longest) {
  EXPECT_EQ(useful_window(kStandard, Seconds{900}), Seconds{540});
  EXPECT_EQ(useful_window(kStandard, Seconds{7'200}), Seconds{3'600});
  EXPECT_LE(useful_window(kStandard, Seconds{360}), Seconds{0});
  EXPECT_EQ(groups_at_once(kStandard, Seconds{300}), 0);
}

TEST(Arithmetic, Automatic_lag_goes_by_the_slowest_account) {
  agora::Plan standard{"standard", {}};
  standard.of(agora::Endpoint::call_metrics) = kStandard;
  agora::Plan enterprise{"enterprise", {}};
  enterprise.of(agora::Endpoint::call_metrics) = kEnterprise;
  EXPECT_EQ(automatic_lag(std::vector{enterprise}), Seconds{900});
  EXPECT_EQ(automatic_lag(std::vector{enterprise, standard}), Seconds{1'800});
}

TEST(Arithmetic, Rotation_is_the_time_in_which_the_budget_covers_every_row_that_is_followed) {
  EXPECT_EQ(rotation(insight_limits(10, 12), {0, 10}), Seconds{86'400});
  EXPECT_EQ(rotation(insight_limits(10, 12), {8, 10}), Seconds{86'400}) << "ten of them";
  EXPECT_EQ(rotation(insight_limits(60, 6), {0, 10}), Seconds{14'400});
  EXPECT_EQ(rotation(insight_limits(60, 6), {0, 1}), Seconds{3'600});
  EXPECT_EQ(rotation(insight_limits(0, 6), {0, 50}), Seconds{3'600});
  EXPECT_EQ(rotation(insight_limits(7, 6), {1, 0}), Seconds{12'343}) << "rounded up";
}

TEST(Arithmetic, Rows_over_budget_are_asked_for_by_several_days_where_the_window_has_them) {
  const agora::Limits standard = agora::find_plan("standard")->of(agora::Endpoint::insight_quality);
  const agora::Limits premium = agora::find_plan("premium")->of(agora::Endpoint::insight_quality);
  EXPECT_EQ(days_a_request(standard, {0, 100}), 1);
  EXPECT_EQ(rows_followed(standard, {0, 100}), 10);
  EXPECT_EQ(days_a_request(premium, {0, 39}), 1);
  EXPECT_EQ(days_a_request(premium, {0, 40}), 2) << "a failed request would cost a row its day";
  EXPECT_EQ(days_a_request(premium, {0, 100}), 3);
  EXPECT_EQ(rows_followed(premium, {0, 100}), 100);
  EXPECT_EQ(days_a_request(premium, {0, 1'000}), 3);
  EXPECT_EQ(rows_followed(premium, {0, 1'000}), 120);
  agora::Limits short_sighted = premium;
  short_sighted.look_back = std::chrono::hours{72};
  EXPECT_EQ(days_a_request(short_sighted, {0, 100}), 1) << "L stays within the look-back";
  EXPECT_EQ(rows_followed(insight_limits(0, 6), {0, 50}), 50);
}

TEST(Arithmetic, Insight_lag) {
  using std::chrono::hours;
  const auto hourly = agora::Granularity::hour;
  EXPECT_EQ(insight_lag(insight_limits(10, 12), hourly, {0, 10}), hours{48});
  EXPECT_EQ(insight_lag(insight_limits(10, 12), hourly, {0, 20}), hours{48}) << "of which ten are followed";
  EXPECT_EQ(insight_lag(insight_limits(60, 6), hourly, {0, 10}), hours{24});
  EXPECT_EQ(insight_lag(insight_limits(40, 6), hourly, {0, 10}), hours{24});
  const auto daily = agora::Granularity::day;
  EXPECT_EQ(insight_lag(insight_limits(10, 24), daily, {8, 0}), hours{54});
  EXPECT_EQ(insight_lag(insight_limits(60, 6), daily, {8, 0}), hours{54});
  EXPECT_EQ(insight_lag(insight_limits(60, 36), daily, {8, 0}), hours{66});
  const agora::Limits premium = agora::find_plan("premium")->of(agora::Endpoint::insight_quality);
  EXPECT_EQ(insight_lag(premium, hourly, {0, 100}), hours{72}) << "two days and a half for a rotation";
  EXPECT_EQ(insight_lag(premium, daily, {80, 0}), hours{102}) << "three days at once";
}

}  // namespace
}  // namespace agora_exporter::quota
