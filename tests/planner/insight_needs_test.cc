// Insight rows where the day's requests only just suffice: what is late must not make all that follows late.
#include <gtest/gtest.h>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;
using agora::Granularity;

constexpr std::int64_t kHourSeconds = 3'600;
constexpr std::int64_t kMidnight = kNoon - 43'200;  // Monday
constexpr std::int64_t kDaySeconds = 86'400;
// The vendor's days begin at 16:00; a bucket is shown 54 h after that, at 22:00, and its slot is from 16:00
// on.
constexpr std::int64_t kFriday = kMidnight - 3 * kDaySeconds + 16 * kHourSeconds;
constexpr std::int64_t kSaturday = kFriday + kDaySeconds;
constexpr std::int64_t kSunday = kSaturday + kDaySeconds;
constexpr std::int64_t kTuesday = kMidnight + kDaySeconds;

// Standard, ten requests a day, with so many rows of quality.
class Rows {
 public:
  Rows(int rows, Granularity granularity, Seconds lag) {
    AppPolicy& app = desk.policy.accounts[0].apps[0];
    app.calls = false;
    for (int i = 0; i < rows; ++i)
      app.rows.push_back(
          {{Endpoint::insight_quality, granularity, "metric" + std::to_string(i), "Native"}, lag});
    desk.progress.emplace(desk.policy);
  }

  // Every row was asked for this bucket at `now`, and given it.
  void answer_all(std::int64_t bucket, std::int64_t now) {
    for (const RowPolicy& row : desk.app().rows) answer(row.key, bucket, now);
  }
  void answer(const RowKey& key, std::int64_t bucket, std::int64_t now) {
    const agora::Frame frame{world_time(bucket), world_time(bucket) + kDay - Seconds{1}};
    desk.answer({"app", agora::QualityQuery{frame, key.metric, key.granularity, key.product}},
                agora::InsightRow{{{world_time(bucket), 0.5}}}, now);
  }
  // The bucket that is asked for at `now`; 0 = nothing is asked.
  std::int64_t asked_at(std::int64_t now) {
    const auto ask = desk.ask_at(now);
    return ask ? unix_seconds(agora::frame_of(ask->request).start) : 0;
  }
  void spend(int requests, std::int64_t now) {
    desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, Endpoint::insight_quality})
        .at_least(utc_day(wall_time(now)), requests);
  }

  Desk desk;
};

class DailyRows : public Rows {
 public:
  explicit DailyRows(int rows) : Rows(rows, Granularity::day, Seconds{54 * kHourSeconds}) {}
};
class HourlyRows : public Rows {
 public:
  explicit HourlyRows(int rows) : Rows(rows, Granularity::hour, Seconds{48 * kHourSeconds}) {}
};

TEST(DailyRows, AreAskedAtOnceAtAColdStartAndThenInTheirSlot) {
  DailyRows rows(10);
  const std::int64_t monday = kMidnight + 9 * kHourSeconds;
  rows.answer(rows.desk.app().rows[0].key, kFriday, monday);  // teaches when the days begin
  EXPECT_EQ(rows.asked_at(monday + 60), kFriday);
  rows.answer_all(kFriday, monday);
  EXPECT_EQ(rows.asked_at(kMidnight + 16 * kHourSeconds - 60), 0);
  EXPECT_EQ(rows.asked_at(kMidnight + 16 * kHourSeconds + 60), kSaturday);
}

// Else each day's budget is gone before the day's own bucket may be asked for, for ever.
TEST(DailyRows, LateOnesDoNotTakeTheRequestsOfThoseThatAreNot) {
  DailyRows rows(10);
  rows.answer_all(kFriday, kMidnight + 9 * kHourSeconds);
  EXPECT_EQ(rows.asked_at(kTuesday + 600), 0) << "Saturday's is late, but ten are needed for Sunday's";
  EXPECT_EQ(rows.asked_at(kTuesday + 16 * kHourSeconds + 60), kSunday);
}

TEST(DailyRows, LateOnesAreAskedWhereTheDayCanSpareIt) {
  DailyRows rows(9);
  rows.answer_all(kFriday, kMidnight + 9 * kHourSeconds);
  EXPECT_EQ(rows.asked_at(kTuesday + 600), kSaturday);
  rows.spend(1, kTuesday + 600);
  EXPECT_EQ(rows.asked_at(kTuesday + 1'200), 0);
}

// A row that asks for what is over stays behind for ever where it has one request a day.
TEST(HourlyRows, DoNotAskForWhatThePageHasPassed) {
  HourlyRows rows(10);
  rows.answer_all(kMidnight - 5 * kDaySeconds, kMidnight - 3 * kDaySeconds);
  const std::int64_t noon = kMidnight + 12 * kHourSeconds;
  EXPECT_EQ(rows.asked_at(noon + 60), noon - 2 * kDaySeconds);
}

TEST(HourlyRows, DoNotFallDueAtMidnightWhenTheirRequestsOnlyComeFree) {
  HourlyRows rows(10);
  EXPECT_EQ(rows.asked_at(kTuesday + 60), kTuesday - 2 * kDaySeconds + kHourSeconds);
  rows.answer_all(kTuesday - 3 * kDaySeconds, kMidnight);
  EXPECT_EQ(rows.asked_at(kTuesday + 60), kTuesday - 2 * kDaySeconds + kHourSeconds);
  HourlyRows few(5);
  EXPECT_EQ(few.asked_at(kTuesday + 60), kTuesday - 2 * kDaySeconds) << "twice as many requests as rows";
}

}  // namespace
}  // namespace agora_exporter::planner
