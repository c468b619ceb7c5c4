#include "agora_exporter/base/time.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace agora_exporter {
namespace {

// One kind of time cannot be handed in for another.
static_assert(!std::is_convertible_v<WallTime, ServerTime>);
static_assert(!std::is_convertible_v<WallTime, WorldTime>);
static_assert(!std::is_convertible_v<WorldTime, ServerTime>);
static_assert(!std::is_convertible_v<SteadyTime, WallTime>);
static_assert(!std::is_convertible_v<Seconds, WorldTime>);

TEST(Time, WorldInstantsAreRoundedDown) {
  EXPECT_EQ(to_world(WallTime{Millis{1'999}}), world_time(1));
  EXPECT_EQ(to_world(WallTime{Millis{2'000}}), world_time(2));
  EXPECT_EQ(to_world(WallTime{Millis{-1}}), world_time(-1));
  EXPECT_EQ(to_wall(world_time(7)), wall_time(7));
  EXPECT_DOUBLE_EQ(unix_seconds(WallTime{Millis{1'500}}), 1.5);
}

TEST(Time, UtcDaysChangeAtMidnight) {
  EXPECT_EQ(utc_day(world_time(86'399)), 0);
  EXPECT_EQ(utc_day(world_time(86'400)), 1);
  EXPECT_EQ(utc_day(world_time(-1)), -1);
  EXPECT_EQ(utc_day(WallTime{Millis{86'399'999}}), 0);
  EXPECT_EQ(utc_day(ServerTime{Millis{86'400'000}}), 1);
}

TEST(Time, Iso) {
  EXPECT_EQ(to_iso(world_time(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso(world_time(1'795'541'991)), "2026-11-24T17:39:51Z");
  EXPECT_EQ(to_iso(world_time(951'782'399)), "2000-02-28T23:59:59Z");
  EXPECT_EQ(to_iso(world_time(951'782'400)), "2000-02-29T00:00:00Z");
  EXPECT_EQ(to_iso(WallTime{Millis{1'795'541'991'999}}), "2026-11-24T17:39:51Z");
  EXPECT_EQ(day_to_iso(20'781), "2026-11-24");
}

TEST(Time, DurationsAsTheConfigReadsThem) {
  EXPECT_EQ(to_text(Seconds{1'800}), "30m");
  EXPECT_EQ(to_text(std::chrono::hours{48}), "48h");
  EXPECT_EQ(to_text(Seconds{90}), "1m30s");
  EXPECT_EQ(to_text(Millis{250}), "250ms");
  EXPECT_EQ(to_text(Millis{0}), "0s");
  EXPECT_EQ(to_text(Millis{-61'001}), "-1m1s1ms");
}

}  // namespace
}  // namespace agora_exporter
