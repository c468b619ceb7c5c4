#include "agora_exporter/simulator/virtual_time.h"

#include <gtest/gtest.h>

namespace agora_exporter::simulator {
namespace {

TEST(Instants, AreUnixSecondsOrRfc3339) {
  EXPECT_EQ(parse_instant("1795521600"), wall_time(1'795'521'600));
  EXPECT_EQ(parse_instant("1795521600.25"), wall_time(1'795'521'600) + Millis{250});
  EXPECT_EQ(parse_instant("2026-11-24T12:00:00Z"), wall_time(1'795'521'600));
  EXPECT_EQ(parse_instant("2026-11-24T12:00:00.5Z"), wall_time(1'795'521'600) + Millis{500});
  EXPECT_EQ(parse_instant("2026-11-24T14:30:00+02:30"), wall_time(1'795'521'600));
  EXPECT_EQ(parse_instant("2026-11-24T04:00:00-08:00"), wall_time(1'795'521'600));
  for (const char* bad : {"", "now", "2026-11-24", "2026-11-24T12:00:00", "2026-02-30T12:00:00Z",
                          "2026-11-24T25:00:00Z", "2026-11-24T12:00:00Zulu", "12x", "nan"}) {
    EXPECT_FALSE(parse_instant(bad)) << bad;
  }
}

TEST(ChosenClock, ReadsStartPlusElapsedTimesSpeed) {
  const auto real = make_system_clock();
  const WallTime before = real->now();
  const auto clock = choose_clock("2026-11-24T12:00:00Z", "", 100);
  ASSERT_TRUE(clock.has_value());
  const WallTime reading = (*clock)->now();
  const Millis elapsed = real->now() - before;
  EXPECT_GE(reading, wall_time(1'795'521'600));
  EXPECT_LE(reading - wall_time(1'795'521'600), (elapsed + Millis{2}) * 100);
  EXPECT_FALSE(choose_clock("yesterday", "", 1).has_value());
  EXPECT_FALSE(choose_clock("", "yesterday", 1).has_value());
}

}  // namespace
}  // namespace agora_exporter::simulator
