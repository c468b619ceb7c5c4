#include "agora_exporter/simulator/virtual_time.h"

#include <gtest/gtest.h>

namespace agora_exporter::simulator {
namespace {

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
