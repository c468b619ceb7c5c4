#include "agora_exporter/base/clock.h"

#include <gtest/gtest.h>

#include <thread>

#include "agora_exporter/base/replay_clock.h"

namespace agora_exporter {
namespace {

TEST(SystemClock, ReadsUtcAndWaitsInRealTime) {
  const auto clock = make_system_clock();
  const auto real = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_LT(std::chrono::abs(clock->now().time_since_epoch() - real), Seconds{5});
  const Millis wait = clock->real_wait(clock->now() + Seconds{10});
  EXPECT_GT(wait, Millis{5'000});
  EXPECT_LE(wait, Millis{10'001});
  EXPECT_EQ(clock->real_wait(clock->now() - Seconds{10}), Millis{0});
  const SteadyTime before = clock->steady();
  EXPECT_GE(clock->steady(), before);
}

// V + (real now - R) x S
TEST(VirtualClock, StartsAtItsStartAndRunsAtItsSpeed) {
  const auto real = make_system_clock();
  const WallTime start = wall_time(1'000'000);
  constexpr int kSpeed = 100;
  const WallTime epoch = real->now() - Seconds{10};
  const WallTime before = real->now();
  const auto clock = make_virtual_clock({start, epoch, kSpeed});
  const WallTime read = clock->now();
  const WallTime after = real->now();
  EXPECT_GE(read, start + (before - epoch) * kSpeed - Millis{kSpeed});
  EXPECT_LE(read, start + (after - epoch) * kSpeed + Millis{kSpeed});
  const Millis wait = clock->real_wait(clock->now() + Seconds{1'000});
  EXPECT_GT(wait, Millis{9'000});
  EXPECT_LE(wait, Millis{10'001});
}

TEST(ManualClock, MovesOnlyWhenTold) {
  ManualClock clock(wall_time(10));
  const SteadyTime steady = clock.steady();
  EXPECT_EQ(clock.now(), wall_time(10));
  clock.advance(Millis{1'500});
  EXPECT_EQ(clock.now(), wall_time(10) + Millis{1'500});
  EXPECT_EQ(clock.steady() - steady, Millis{1'500});
  clock.set(wall_time(3));
  EXPECT_EQ(clock.now(), wall_time(3));
  EXPECT_EQ(clock.real_wait(wall_time(1'000)), Millis{0});
}

TEST(ReplayClock, RunsALagBehindInWholeSeconds) {
  ReplayClock replay(Seconds{100}, world_time(0));
  EXPECT_EQ(replay.at(WallTime{Millis{1'000'999}}), world_time(900));
  EXPECT_EQ(replay.at(WallTime{Millis{1'001'000}}), world_time(901));
  EXPECT_EQ(replay.last(), world_time(901));
  EXPECT_EQ(replay.lag(), Seconds{100});
}

TEST(ReplayClock, StandsStillOnALongerLagOrAClockSetBack) {
  ReplayClock replay(Seconds{100}, world_time(950));  // shown before the restart
  EXPECT_EQ(replay.at(wall_time(1'000)), world_time(950));
  EXPECT_EQ(replay.at(wall_time(1'050)), world_time(950));
  EXPECT_EQ(replay.at(wall_time(1'051)), world_time(951));
  EXPECT_EQ(replay.at(wall_time(500)), world_time(951));
  EXPECT_EQ(replay.at(wall_time(1'052)), world_time(952));
}

}  // namespace
}  // namespace agora_exporter
