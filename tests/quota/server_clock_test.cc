#include "agora_exporter/quota/server_clock.h"

#include <gtest/gtest.h>

#include <random>

namespace agora_exporter::quota {
namespace {

constexpr std::int64_t kNoon = 1'700'049'600 + 12 * 3'600;

WallTime at(std::int64_t ms) { return wall_time(kNoon) + Millis{ms}; }

// The Date header that a server `skew` ahead of the local clock writes at local time `t`.
std::int64_t date_at(WallTime t, Millis skew) {
  return std::chrono::floor<Seconds>((t + skew).time_since_epoch()).count();
}

TEST(ServerClock, Allows_five_seconds_until_a_date_is_seen) {
  const ServerClock clock;
  EXPECT_FALSE(clock.known());
  EXPECT_EQ(clock.guard(), Millis{5'000});
  EXPECT_EQ(clock.earliest(at(0)), ServerTime{at(-5'000).time_since_epoch()});
  EXPECT_EQ(clock.latest(at(0)), ServerTime{at(5'000).time_since_epoch()});
  EXPECT_EQ(clock.when_surely(ServerTime{at(0).time_since_epoch()}), at(5'000));
}

TEST(ServerClock, One_quick_answer_bounds_the_skew_to_a_second) {
  ServerClock clock;
  clock.learn(at(0), at(100), date_at(at(50), Millis{7'300}));
  EXPECT_TRUE(clock.known());
  EXPECT_EQ(clock.guard(), Millis{1'000});
  EXPECT_LE(clock.earliest(at(0)) - ServerTime{at(0).time_since_epoch()}, Millis{7'300});
  EXPECT_GE(clock.latest(at(0)) - ServerTime{at(0).time_since_epoch()}, Millis{7'300});
}

TEST(ServerClock, A_slow_first_answer_keeps_a_wide_guard) {
  ServerClock clock;
  clock.learn(at(0), at(6'000), date_at(at(5'999), Millis{0}));
  EXPECT_GT(clock.guard(), Millis{3'000});
  EXPECT_LE(clock.earliest(at(0)), ServerTime{at(0).time_since_epoch()});
  EXPECT_GE(clock.latest(at(0)), ServerTime{at(0).time_since_epoch()});
  clock.learn(at(10'000), at(10'050), date_at(at(10'020), Millis{0}));
  EXPECT_EQ(clock.guard(), Millis{1'000});
}

TEST(ServerClock, A_slow_answer_does_not_worsen_a_good_estimate) {
  ServerClock clock;
  for (int i = 0; i < 20; ++i)
    clock.learn(at(i * 777), at(i * 777 + 40), date_at(at(i * 777 + 20), Millis{-2'000}));
  const Millis before = clock.skew();
  clock.learn(at(20'000), at(50'000), date_at(at(49'990), Millis{-2'000}));
  EXPECT_LE(std::chrono::abs(clock.skew() - before), Millis{10});
  EXPECT_LE(std::chrono::abs(clock.skew() - Millis{-2'000}), Millis{60});
}

TEST(ServerClock, Follows_a_stepped_clock_at_once) {
  ServerClock clock;
  clock.learn(at(0), at(50), date_at(at(20), Millis{0}));
  clock.learn(at(10'000), at(10'050), date_at(at(10'020), Millis{-3'600'000}));
  EXPECT_LE(std::chrono::abs(clock.skew() - Millis{-3'600'000}), Millis{1'000});
}

TEST(ServerClock, Ignores_an_answer_during_which_the_local_clock_was_set_back) {
  ServerClock clock;
  clock.learn(at(5'000), at(1'000), kNoon);
  EXPECT_FALSE(clock.known());
}

// Whatever latencies, skew and drift: the server's true reading is always within [earliest, latest], and some
// quick answers bring the guard to a second.
TEST(ServerClock, The_truth_is_always_inside_its_bounds) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto pick = [&](int low, int high) {
      return std::uniform_int_distribution<int>(low, high)(random);
    };
    ServerClock clock;
    double skew = pick(-20'000, 20'000);
    const double drift = pick(-50, 50) * 1e-6;  // parts of a second a second
    std::int64_t now = 0;
    for (int i = 0; i < 300; ++i) {
      const int wait = pick(0, 120'000);
      now += wait;
      skew += wait * drift;
      const int latency = pick(0, 4) == 0 ? pick(0, 8'000) : pick(1, 300);
      const int handled = pick(0, latency);
      const auto true_skew = Millis{static_cast<std::int64_t>(skew)};
      clock.learn(at(now), at(now + latency), date_at(at(now + handled), true_skew));
      now += latency;
      const ServerTime truth{(at(now) + true_skew).time_since_epoch()};
      // 2 ms: the test itself works in whole milliseconds.
      ASSERT_LE(clock.earliest(at(now)), truth + Millis{2}) << "answer " << i;
      ASSERT_GE(clock.latest(at(now)), truth - Millis{2}) << "answer " << i;
    }
    EXPECT_EQ(clock.guard(), Millis{1'000});
  }
}

TEST(ServerClock, Frames_stay_clear_of_delay_and_look_back) {
  ServerClock clock;
  clock.learn(at(0), at(0), kNoon);  // skew in [0, 1 s]: estimate 0.5 s, guard 1 s
  // The server reads at least noon - 0.5 s, so at least 11:59:59 in whole seconds.
  EXPECT_EQ(latest_end(clock, at(0), Seconds{300}), world_time(kNoon - 1 - 300 - 1));
  // And at most noon + 1.5 s.
  EXPECT_EQ(earliest_start(clock, at(0), Seconds{86'400}), world_time(kNoon + 1 - 86'400 + 1));
}

}  // namespace
}  // namespace agora_exporter::quota
