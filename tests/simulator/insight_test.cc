#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kMidnight = kNoon - 43'200;
constexpr std::int64_t kDaySeconds = 86'400;

SimulatorOptions premium() { return plain_options("premium"); }

TEST(Insight, UsageIsWhatTheWorldCameTo) {
  Questions q(premium());
  const std::int64_t day = kMidnight - 2 * kDaySeconds;
  const auto value = [&](const std::string& metric) {
    q.pass(Millis{60'000});
    const Asked asked = q.usage(metric, day, day + kDaySeconds - 1);
    EXPECT_EQ(asked.row().buckets.size(), 1U) << asked.answer.body;
    EXPECT_EQ(asked.row().buckets.at(0).ts, world_time(day));
    return *asked.row().buckets.at(0).value;
  };
  // 480 calls a day, one each 3 minutes, of 3 users and 20 minutes; some cross midnight.
  EXPECT_NEAR(value("channelCount"), 487, 8);
  EXPECT_EQ(value("sessionCount"), 480 * 3);
  EXPECT_NEAR(value("userCount"), 487 * 3, 24);
  EXPECT_NEAR(value("totalDuration"), 480 * 3 * 20, 100);
  EXPECT_NEAR(value("totalVideoDuration") + value("totalAudioDuration"), value("totalDuration"), 1);
  EXPECT_GE(value("peakCurrentChannels"), 6);
  EXPECT_LE(value("peakCurrentChannels"), 13);
  EXPECT_EQ(value("peakCurrentUsers"), value("peakCurrentChannels") * 3);
}

TEST(Insight, DurationsAreInMinutesOrSecondsByTheReading) {
  SimulatorOptions options = premium();
  Questions minutes(options);
  options.readings.duration = DurationIn::seconds;
  Questions seconds(options);
  const std::int64_t day = kMidnight - 2 * kDaySeconds;
  const auto of = [&](Questions& q) {
    return *q.usage("totalDuration", day, day + kDaySeconds - 1).row().buckets.at(0).value;
  };
  EXPECT_NEAR(of(seconds), of(minutes) * 60, 60);
}

TEST(Insight, HourlyRowsHaveBothEndsOrNot) {
  for (const auto reading : {HourlyEnds::both, HourlyEnds::first}) {
    SimulatorOptions options = premium();
    options.readings.hourly_ends = reading;
    Questions q(options);
    const std::int64_t day = kMidnight - 2 * kDaySeconds;
    const Asked asked = q.quality("joinSuccessRate", day, day + kDaySeconds, agora::Granularity::hour);
    ASSERT_EQ(asked.row().buckets.size(), reading == HourlyEnds::both ? 25U : 24U);
    EXPECT_EQ(asked.row().buckets.front().ts, world_time(day));
    for (const auto& b : asked.row().buckets) {
      if (!b.value) continue;
      EXPECT_GT(*b.value, 0.9);
      EXPECT_LE(*b.value, 1.0);
    }
  }
}

TEST(Insight, QualityDiffersByMetricProductHourAndAppAndIsNullAtTimes) {
  SimulatorOptions options = premium();
  options.world.unused_hours = true;
  Questions q(options);
  std::set<double> values;
  std::size_t given = 0;
  std::size_t nulls = 0;
  for (const char* metric : {"audioFreezeRate", "videoFreezeRate", "networkDelay"}) {
    for (const char* product : {"Native", "WebRTC"}) {
      q.pass(Millis{60'000});
      const std::int64_t day = kMidnight - 2 * kDaySeconds;
      const Asked asked = q.quality(metric, day, day + kDaySeconds, agora::Granularity::hour, product);
      for (const auto& b : asked.row().buckets) {
        if (b.value) values.insert(*b.value);
        ++(b.value ? given : nulls);
      }
    }
  }
  EXPECT_GT(values.size(), given - 3);
  EXPECT_GT(nulls, 0U);
}

TEST(Insight, DaysBeginAtMidnightOrAtFourInTheAfternoon) {
  for (const auto reading : {DayStart::utc_0, DayStart::utc_16}) {
    SimulatorOptions options = premium();
    options.readings.day_start = reading;
    Questions q(options);
    const std::int64_t day = kMidnight - 3 * kDaySeconds + 8 * 3'600;  // as in the specification's example
    const Asked asked = q.usage("userCount", day, day + kDaySeconds);
    ASSERT_EQ(asked.row().buckets.size(), 1U);
    const std::int64_t expected = reading == DayStart::utc_16 ? day + 8 * 3'600 : day + 16 * 3'600;
    EXPECT_EQ(asked.row().buckets[0].ts, world_time(expected));
  }
}

TEST(Insight, TheLongestFrameIsByTheReading) {
  for (const auto reading : {LongestWindow::inclusive, LongestWindow::exclusive}) {
    SimulatorOptions options = plain_options();
    options.readings.insight_window = reading;
    Questions q(options);
    const std::int64_t start = kMidnight - 2 * kDaySeconds;
    const std::string too_long = "300 Service package limit check error, query time length limit error";
    EXPECT_EQ(q.usage("userCount", start, start + kDaySeconds).said(),
              reading == LongestWindow::inclusive ? "200 " : too_long);
    q.pass(Millis{60'000});
    EXPECT_EQ(q.usage("userCount", start, start + kDaySeconds - 1).said(), "200 ");
    q.pass(Millis{60'000});
    EXPECT_EQ(q.usage("userCount", start, start + kDaySeconds + 1).said(), too_long);
  }
}

TEST(Insight, AShortFrameIsEmptyByTheReading) {
  for (const auto reading : {YesNo::no, YesNo::yes}) {
    SimulatorOptions options = premium();
    options.readings.short_insight_frame_empty = reading;
    Questions q(options);
    const std::int64_t day = kMidnight - 2 * kDaySeconds;
    EXPECT_EQ(q.usage("userCount", day, day + kDaySeconds - 2).row().buckets.empty(), reading == YesNo::yes);
    q.pass(Millis{60'000});
    EXPECT_FALSE(q.usage("userCount", day, day + kDaySeconds - 1).row().buckets.empty());
  }
}

TEST(Insight, ADayIsCountedAgainTwoDaysLaterByTheReading) {
  for (const auto reading : {YesNo::no, YesNo::yes}) {
    SimulatorOptions options = premium();
    options.readings.recalculated = reading;
    Questions q(options);
    const std::int64_t day = kMidnight - kDaySeconds;
    const auto value_at = [&](std::int64_t now) {
      q.now = wall_time(now);
      return *q.usage("sessionCount", day, day + kDaySeconds - 1).row().buckets.at(0).value;
    };
    const double before = value_at(day + 2 * kDaySeconds - 1);
    const double after = value_at(day + 2 * kDaySeconds + 60);
    EXPECT_EQ(before != after, reading == YesNo::yes);
    EXPECT_EQ(after, 480 * 3);
  }
}

TEST(Insight, ABucketThatIsNotCompleteIsLeftOutOrPartByTheReading) {
  for (const auto reading : {YesNo::no, YesNo::yes}) {
    SimulatorOptions options = premium();
    options.readings.incomplete_buckets = reading;
    Questions q(options);
    q.now = wall_time(kMidnight + 13 * 3'600);  // delay 12 h: known up to 01:00
    const Asked asked = q.usage("sessionCount", kMidnight - kDaySeconds, kMidnight);
    EXPECT_EQ(asked.row().buckets.size(), reading == YesNo::yes ? 2U : 1U);
    EXPECT_EQ(asked.row().buckets.front().ts, world_time(kMidnight - kDaySeconds));
  }
}

TEST(Insight, GranularityMetricAndProductAreChecked) {
  Questions standard(plain_options());
  const std::int64_t day = kMidnight - 2 * kDaySeconds;
  EXPECT_EQ(standard.usage("userCount", day, day + 86'399, agora::Granularity::hour).said(),
            "400 Bad request, parameter : aggregateGranularity is invalid");
  EXPECT_EQ(standard.quality("networkDelay", day, day + 86'399, agora::Granularity::hour).said(), "200 ");
  standard.pass(Millis{60'000});
  EXPECT_EQ(standard.usage("networkDelay", day, day + 86'399).said(),
            "400 Bad request, parameter : metric is invalid");
  standard.pass(Millis{60'000});
  EXPECT_EQ(standard.quality("networkDelay", day, day + 86'399, agora::Granularity::day, "Flash").said(),
            "400 Bad request, parameter : productType is invalid");
  Questions q(premium());
  EXPECT_EQ(q.usage("userCount", day, day + 86'399, agora::Granularity::hour).row().buckets.size(), 24U);
}

TEST(Insight, DelayAndLookBackAreThoseOfThePlan) {
  Questions q(plain_options());  // 24 h for usage, 12 h for quality, 3 days back
  const std::string early = "300 Service package limit check error, query latency limit error";
  const std::string old = "300 Service package limit check error, query time range limit error";
  EXPECT_EQ(q.usage("userCount", kNoon - 170'000, kNoon - 86'400).said(), early);
  EXPECT_EQ(q.quality("networkDelay", kNoon - 100'000, kNoon - 43'201, agora::Granularity::hour).said(),
            "200 ");
  q.pass(Millis{60'000});
  EXPECT_EQ(q.usage("userCount", kNoon - 259'200, kNoon - 180'000).said(), old);
}

}  // namespace
}  // namespace agora_exporter::simulator
