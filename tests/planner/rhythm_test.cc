#include "agora_exporter/planner/rhythm.h"

#include <gtest/gtest.h>

#include <sstream>

namespace agora_exporter::planner {
namespace {

constexpr std::int64_t kMidnight = 1772409600;  // 2026-03-02 00:00 UTC
constexpr std::int64_t kHour = 3'600;

// `calls(hour)` begin evenly in each hour of [from, to), counted from midnight.
template <class Calls>
void live_through(Rhythm& rhythm, std::int64_t from, std::int64_t to, Calls calls) {
  for (std::int64_t hour = from; hour < to; ++hour) {
    const int count = calls(hour % 24);
    for (int i = 0; i < count; ++i) rhythm.add(world_time(kMidnight + hour * kHour + i * kHour / count));
    rhythm.complete_to(world_time(kMidnight + (hour + 1) * kHour));
  }
}
double expected(const Rhythm& rhythm, std::int64_t from, std::int64_t to, double rate = 0) {
  return rhythm.expected(world_time(kMidnight + from * kHour), world_time(kMidnight + to * kHour), rate);
}

TEST(Rhythm, GoesByTheRateBeforeAnHourWasSeen) { EXPECT_DOUBLE_EQ(expected(Rhythm(), 0, 2, 0.01), 72); }

TEST(Rhythm, TakesHoursThatWereNeverSeenToBeAsThoseThatWere) {
  Rhythm rhythm;
  live_through(rhythm, 8, 12, [](std::int64_t) { return 30; });
  EXPECT_NEAR(expected(rhythm, 12, 24), 360, 1);
}

TEST(Rhythm, KnowsTheMorningOfTheDayBefore) {
  Rhythm rhythm;
  const auto calls = [](std::int64_t hour) { return hour == 8 ? 500 : 10; };
  live_through(rhythm, 0, 31, calls);
  EXPECT_NEAR(expected(rhythm, 31, 32), 10, 1);
  EXPECT_NEAR(expected(rhythm, 32, 33), 500, 25);
  EXPECT_NEAR(expected(rhythm, 32, 32) + expected(rhythm, 32, 34), 510, 26);
}

TEST(Rhythm, SeesThatTodayIsAnotherDay) {
  Rhythm rhythm;
  live_through(rhythm, 0, 24, [](std::int64_t) { return 100; });
  live_through(rhythm, 24, 36, [](std::int64_t) { return 50; });
  EXPECT_NEAR(expected(rhythm, 36, 48), 600, 40) << "half as much as yesterday";
}

TEST(Rhythm, CountsACallThatWasToldOfLate) {
  Rhythm rhythm;
  live_through(rhythm, 0, 30, [](std::int64_t) { return 100; });
  const double before = expected(rhythm, 48, 72);
  for (int i = 0; i < 10; ++i) rhythm.add(world_time(kMidnight + 29 * kHour));
  EXPECT_GT(expected(rhythm, 48, 72), before);
}

TEST(Rhythm, ComesBackFromACheckpoint) {
  Rhythm rhythm;
  live_through(rhythm, 3, 40, [](std::int64_t hour) { return static_cast<int>(hour) * 3 + 1; });
  rhythm.add(world_time(kMidnight + 40 * kHour + 5));
  std::stringstream text;
  text.precision(17);
  rhythm.write(text);
  Rhythm again;
  again.read(text);
  EXPECT_DOUBLE_EQ(expected(again, 40, 70), expected(rhythm, 40, 70));
  for (Rhythm* each : {&rhythm, &again}) each->complete_to(world_time(kMidnight + 41 * kHour));
  EXPECT_DOUBLE_EQ(expected(again, 41, 70), expected(rhythm, 41, 70));
}

}  // namespace
}  // namespace agora_exporter::planner
