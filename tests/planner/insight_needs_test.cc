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

// So many rows of quality; standard has ten requests a day.
class Rows {
 public:
  Rows(int rows, Granularity granularity, Seconds lag, const std::string& plan = "standard") : desk(plan) {
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
  void answer_hours(const RowKey& key, std::int64_t start, int hours, std::int64_t now) {
    agora::InsightRow row;
    for (int i = 0; i < hours; ++i) row.buckets.push_back({world_time(start + i * kHourSeconds), 0.5});
    const agora::Frame frame{world_time(start), world_time(start) + kDay};
    desk.answer({"app", agora::QualityQuery{frame, key.metric, key.granularity, key.product}}, row, now);
  }
  void refuse(const RowKey& key, std::int64_t start, std::int64_t now) {
    const agora::Frame frame{world_time(start), world_time(start) + kDay};
    desk.answer({"app", agora::QualityQuery{frame, key.metric, key.granularity, key.product}},
                agora::Refusal{agora::ApiError::server_error, 500, "", {}}, now);
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
  explicit DailyRows(int rows, const std::string& plan = "standard")
      : Rows(rows, Granularity::day, Seconds{54 * kHourSeconds}, plan) {}
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

// An account that is new: the next bucket is due, and the one before it is shown for some hours more.
// (Standard cannot look back so far.)
TEST(DailyRows, AtAColdStartInTheirSlotAreAskedForBoth) {
  DailyRows rows(4, "premium");
  const std::int64_t slot = kMidnight + 16 * kHourSeconds + 600;
  rows.answer(rows.desk.app().rows[0].key, kFriday, slot);  // teaches when the days begin
  EXPECT_EQ(rows.asked_at(slot + 60), kSaturday);
  rows.answer_all(kSaturday, slot + 60);
  EXPECT_EQ(rows.asked_at(slot + 120), kFriday);
  for (std::size_t i = 1; i < 4; ++i) rows.answer(rows.desk.app().rows[i].key, kFriday, slot + 120);
  EXPECT_EQ(rows.asked_at(slot + 180), 0);
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

// A day at 1h is answered with both ends by some servers: then a row is asked for every 25 hours, when all of
// them are surely over.
TEST(HourlyRows, UseThe25thPoint) {
  HourlyRows rows(10);
  const RowKey& key = rows.desk.app().rows[0].key;
  const std::int64_t start = kMidnight - 2 * kDaySeconds;
  rows.answer_hours(key, start, 25, kMidnight + 60);
  const std::int64_t next = start + 25 * kHourSeconds;
  EXPECT_EQ(unix_seconds(*rows.desk.state().rows.at(key).covered_to), next);
  rows.desk.policy.accounts[0].apps[0].rows.resize(1);
  // Out 12 h after the last hour's end, and surely out an hour later.
  const std::int64_t all_out = next + (25 + 12 + 1) * kHourSeconds;
  EXPECT_EQ(rows.asked_at(all_out - 60), 0);
  EXPECT_EQ(rows.asked_at(all_out + 60), next);
}

// Told too early, the 25th hour may still be filling: it is asked for again.
TEST(HourlyRows, DoNotTakeA25thPointThatIsNotOver) {
  HourlyRows rows(10);
  const RowKey& key = rows.desk.app().rows[0].key;
  const std::int64_t start = kMidnight - 2 * kDaySeconds;
  rows.answer_hours(key, start, 25, start + (24 + 12) * kHourSeconds + 60);
  EXPECT_EQ(unix_seconds(*rows.desk.state().rows.at(key).covered_to), start + kDaySeconds);
}

TEST(HourlyRows, AreAskedForWhenTheirLastHourIsOutAndNotBefore) {
  HourlyRows rows(1);
  const std::int64_t start = kMidnight - 2 * kDaySeconds;
  rows.answer_hours(rows.desk.app().rows[0].key, start, 24, kMidnight + 60);
  const std::int64_t all_out = start + (24 + 24 + 12) * kHourSeconds;
  EXPECT_EQ(rows.asked_at(all_out), 0) << "by the clock's guard the server may not have it";
  EXPECT_EQ(rows.asked_at(all_out + 10), start + kDaySeconds) << "and none of the 24 is asked for twice";
}

// Retried once where slack is.
TEST(HourlyRows, ThatWereRefusedAreRetriedOnceIfARequestCanBeSpared) {
  for (const int rows_asked_for : {9, 10}) {
    HourlyRows rows(rows_asked_for);
    const std::int64_t now = kMidnight + 9 * kHourSeconds;
    for (int i = 1; i < rows_asked_for; ++i)
      rows.answer_hours(rows.desk.app().rows[static_cast<std::size_t>(i)].key, kMidnight - 35 * kHourSeconds,
                        24, now);
    rows.spend(rows_asked_for, now);
    const auto retry_at = [&](std::int64_t at) {
      rows.refuse(rows.desk.app().rows[0].key, kMidnight - 2 * kDaySeconds, at);
      EXPECT_EQ(rows.asked_at(at + 540), 0) << "not at once";
      return rows.asked_at(at + 660);
    };
    if (rows_asked_for == 10) {
      EXPECT_EQ(retry_at(now), 0) << "none is left";
      continue;
    }
    EXPECT_NE(retry_at(now), 0);
    EXPECT_EQ(retry_at(now + 3'600), 0) << "once";
    EXPECT_NE(rows.asked_at(kTuesday + 60), 0) << "and on the next day";
  }
}

// The row that was refused does not take the request of one that has not been asked for yet.
TEST(HourlyRows, ThatWereRefusedDoNotStarveAnother) {
  HourlyRows rows(10);
  const std::int64_t now = kMidnight + 9 * kHourSeconds;
  for (int i = 1; i < 9; ++i)
    rows.answer_hours(rows.desk.app().rows[static_cast<std::size_t>(i)].key, kMidnight - kDaySeconds, 24,
                      now);
  // The tenth falls due at 18:00; nine requests of ten are spent.
  rows.answer_hours(rows.desk.app().rows[9].key, kMidnight - 2 * kDaySeconds + 6 * kHourSeconds, 24, now);
  rows.spend(9, now);
  rows.refuse(rows.desk.app().rows[0].key, kMidnight - 2 * kDaySeconds, now);
  EXPECT_EQ(rows.asked_at(now + 660), 0);
  EXPECT_EQ(rows.asked_at(kMidnight + 18 * kHourSeconds + 60), kMidnight - kDaySeconds + 6 * kHourSeconds);
}

TEST(DailyRows, ThatWereRefusedAreRetriedOnceIfARequestCanBeSpared) {
  DailyRows rows(8);
  rows.answer_all(kFriday, kMidnight + 9 * kHourSeconds);
  const std::int64_t slot = kMidnight + 16 * kHourSeconds + 60;
  for (int i = 1; i < 8; ++i)
    rows.answer(rows.desk.app().rows[static_cast<std::size_t>(i)].key, kSaturday, slot);
  rows.spend(8, slot);
  rows.refuse(rows.desk.app().rows[0].key, kSaturday, slot);
  EXPECT_EQ(rows.asked_at(slot + 540), 0);
  EXPECT_EQ(rows.asked_at(slot + 660), kSaturday);
  rows.refuse(rows.desk.app().rows[0].key, kSaturday, slot + 660);
  EXPECT_EQ(rows.asked_at(slot + 1'800), 0);
}

}  // namespace
}  // namespace agora_exporter::planner
