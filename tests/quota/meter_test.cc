#include "agora_exporter/quota/meter.h"

#include <gtest/gtest.h>

#include <climits>

namespace agora_exporter::quota {
namespace {

constexpr std::int64_t kDayNumber = 19'676;
constexpr std::int64_t kMidnight = kDayNumber * 86'400;  // 2023-11-15T00:00:00Z

// Local time `ms` after (or before) the midnight that begins kDayNumber.
WallTime at(std::int64_t ms) { return wall_time(kMidnight) + Millis{ms}; }
constexpr std::int64_t kNoon = 12 * 3'600'000;

agora::Limits limits(int per_second, int per_minute, int per_day) {
  agora::Limits l;
  l.per_second = per_second;
  l.per_minute = per_minute;
  l.per_day = per_day;
  return l;
}

// Server and local clock agree, known to half a second: guard 1 s.
ServerClock exact() {
  ServerClock clock;
  clock.learn(at(0), at(0), kMidnight);
  clock.learn(at(999), at(999), kMidnight);
  return clock;
}

TEST(Meter, Names_of_windows) {
  EXPECT_EQ(name_of(Window::second), "second");
  EXPECT_EQ(name_of(Window::minute), "minute");
  EXPECT_EQ(name_of(Window::day), "day");
}

TEST(Meter, A_second_is_free_one_second_after_the_answer) {
  Meter meter(limits(1, 0, 0));
  const ServerClock clock = exact();
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), at(kNoon));
  const agora::Ticket ticket = meter.book(clock, at(kNoon));
  EXPECT_EQ(ticket, (agora::Ticket{kDayNumber, 1}));
  EXPECT_EQ(meter.when_free(clock, at(kNoon + 900)), kAfterAnAnswer);
  meter.answered(ticket, at(kNoon + 300));
  // Readings are cut to milliseconds: one more, so that the distance is a whole second.
  EXPECT_EQ(meter.when_free(clock, at(kNoon + 300)), at(kNoon + 1'301));
  EXPECT_EQ(meter.used(clock, at(kNoon + 1'300), Window::second), 1);
  EXPECT_EQ(meter.used(clock, at(kNoon + 1'301), Window::second), 0);
}

TEST(Meter, A_minute_is_free_sixty_seconds_after_the_answer) {
  Meter meter(limits(0, 2, 0));
  const ServerClock clock = exact();
  meter.answered(meter.book(clock, at(kNoon)), at(kNoon + 100));
  meter.answered(meter.book(clock, at(kNoon + 5'000)), at(kNoon + 5'100));
  EXPECT_EQ(meter.when_free(clock, at(kNoon + 6'000)), at(kNoon + 60'101));
  EXPECT_EQ(meter.used(clock, at(kNoon + 60'100), Window::minute), 2);
  EXPECT_EQ(meter.used(clock, at(kNoon + 60'101), Window::minute), 1);
}

TEST(Meter, Answers_in_another_order_free_their_own_places) {
  Meter meter(limits(2, 0, 0));
  const ServerClock clock = exact();
  const auto first = meter.book(clock, at(kNoon));
  const auto second = meter.book(clock, at(kNoon));
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), kAfterAnAnswer);
  meter.answered(second, at(kNoon + 50));
  EXPECT_EQ(meter.when_free(clock, at(kNoon + 100)), at(kNoon + 1'051));
  meter.answered(first, at(kNoon + 9'000));
  EXPECT_EQ(meter.when_free(clock, at(kNoon + 9'000)), at(kNoon + 9'000));
}

TEST(Meter, A_full_day_waits_for_the_next_one_and_its_guard) {
  Meter meter(limits(0, 0, 2));
  const ServerClock clock = exact();
  meter.book(clock, at(kNoon));
  meter.book(clock, at(kNoon));
  EXPECT_EQ(meter.left_today(clock, at(kNoon)), 0);
  EXPECT_EQ(meter.used(clock, at(kNoon), Window::day), 2);
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), clock.when_surely(ServerTime{Seconds{kMidnight + 86'400}}));
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), at(86'400'000 - clock.skew().count() + 1'000));
  const agora::Ticket next = meter.book(clock, at(86'400'000 + 2'000));
  EXPECT_EQ(next, (agora::Ticket{kDayNumber + 1, 1}));
}

TEST(Meter, Nothing_is_sent_while_the_day_is_in_doubt) {
  const Meter meter(limits(0, 0, 10));
  const ServerClock unknown;  // guard 5 s, skew 0
  EXPECT_EQ(meter.when_free(unknown, at(-5'001)), at(-5'001));
  EXPECT_EQ(meter.when_free(unknown, at(-5'000)), at(5'000));
  EXPECT_EQ(meter.when_free(unknown, at(-1)), at(5'000));
  EXPECT_EQ(meter.when_free(unknown, at(4'999)), at(5'000));
  EXPECT_EQ(meter.when_free(unknown, at(5'000)), at(5'000));
}

TEST(Meter, Without_a_limit_on_days_midnight_does_not_matter) {
  const Meter meter(limits(1, 0, 0));
  EXPECT_EQ(meter.when_free(ServerClock{}, at(-1)), at(-1));
  EXPECT_EQ(meter.left_today(ServerClock{}, at(-1)), INT_MAX);
}

TEST(Meter, The_last_minute_of_a_day_counts_in_both) {
  Meter meter(limits(0, 0, 1));
  const ServerClock clock;  // latest = local + 5 s
  const agora::Ticket ticket = meter.book(clock, at(-65'000));
  EXPECT_EQ(ticket, (agora::Ticket{kDayNumber - 1, 1}));
  EXPECT_EQ(meter.used(clock, at(6'000), Window::day), 1);
  EXPECT_EQ(meter.when_free(clock, at(6'000)), at(86'400'000 + 5'000))
      << "it may have arrived after midnight";

  Meter earlier(limits(0, 0, 1));
  earlier.book(clock, at(-65'001));
  EXPECT_EQ(earlier.used(clock, at(6'000), Window::day), 0);
}

TEST(Meter, An_answer_before_midnight_takes_it_out_of_the_new_day) {
  const ServerClock clock;
  Meter meter(limits(0, 0, 1));
  meter.answered(meter.book(clock, at(-30'000)), at(-5'001));
  EXPECT_EQ(meter.used(clock, at(6'000), Window::day), 0);

  Meter late(limits(0, 0, 1));
  late.answered(late.book(clock, at(-30'000)), at(-5'000));
  EXPECT_EQ(late.used(clock, at(6'000), Window::day), 1) << "the server may already have been in the new day";
}

TEST(Meter, A_straddling_request_needs_room_in_both_days) {
  Meter meter(limits(0, 0, 2));
  const ServerClock clock;
  meter.at_least(kDayNumber, 2);
  EXPECT_EQ(meter.when_free(clock, at(-65'001)), at(-65'001));
  EXPECT_EQ(meter.when_free(clock, at(-65'000)), at(86'400'000 + 5'000));
}

TEST(Meter, The_servers_day_is_what_counts) {
  ServerClock ahead;  // the server is two hours ahead: its midnight is at 22:00 local
  ahead.learn(at(0), at(0), kMidnight + 7'200);
  Meter meter(limits(0, 0, 1));
  EXPECT_EQ(meter.book(ahead, at(-7'200'000 + 3'000)), (agora::Ticket{kDayNumber, 1}));
}

TEST(Meter, A_refused_second_is_believed_for_a_second_or_what_retry_after_says) {
  Meter meter(limits(5, 0, 0));
  const ServerClock clock = exact();
  meter.refused(clock, at(kNoon), Window::second, std::nullopt);
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), at(kNoon + 1'001));
  meter.refused(clock, at(kNoon), Window::second, Seconds{7});
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), at(kNoon + 7'001));
  meter.refused(clock, at(kNoon), Window::minute, Seconds{0});
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), at(kNoon + 60'001));
  meter.refused(clock, at(kNoon), Window::second, std::nullopt);
  EXPECT_EQ(meter.refused_until(), at(kNoon + 60'001)) << "a shorter refusal shortens nothing";
  meter.refused(clock, at(kNoon), Window::second, Seconds{1'000'000'000});
  EXPECT_EQ(meter.refused_until(), at(kNoon + 86'400'001));
}

TEST(Meter, A_refused_day_is_believed_until_it_ends) {
  Meter meter(limits(1, 0, 1'000));
  const ServerClock clock = exact();
  const agora::Ticket ticket = meter.book(clock, at(kNoon));
  meter.answered(ticket, at(kNoon + 100));
  meter.refused(clock, at(kNoon + 100), Window::day, Seconds{1});
  EXPECT_EQ(meter.left_today(clock, at(kNoon + 200)), 0);
  const WallTime next = clock.when_surely(ServerTime{Seconds{kMidnight + 86'400}});
  EXPECT_EQ(meter.when_free(clock, at(kNoon + 200)), next);
  EXPECT_EQ(meter.left_today(clock, next), 1'000);
}

TEST(Meter, A_refusal_just_after_midnight_may_mean_the_old_day) {
  const ServerClock clock = exact();
  const auto refused_at = [&](std::int64_t sent, std::int64_t received) {
    Meter meter(limits(1, 0, 1'000));
    const agora::Ticket ticket = meter.book(clock, at(sent));
    meter.refused(clock, at(received), Window::day, std::nullopt);
    meter.answered(ticket, at(received));
    return *meter.refused_until();
  };
  EXPECT_LT(refused_at(-2'000, 20'000), at(62'000));
  EXPECT_GT(refused_at(5'000, 20'000), at(86'400'000));
}

TEST(Meter, Restored_bookings_count_and_occupy) {
  Meter meter(limits(1, 1, 10));
  const ServerClock clock = exact();
  meter.restore({kDayNumber, 4}, at(kNoon - 500), at(kNoon));
  meter.restore({kDayNumber, 3}, at(kNoon - 900), at(kNoon));
  EXPECT_EQ(meter.used(clock, at(kNoon), Window::day), 4);
  EXPECT_EQ(meter.when_free(clock, at(kNoon)), at(kNoon + 69'501)) << "it may be under way for 10 s";
  EXPECT_EQ(meter.book(clock, at(kNoon + 69'501)).ordinal, 5U);
}

TEST(Meter, A_request_of_a_dead_process_may_still_arrive) {
  const ServerClock clock = exact();
  const auto free_again = [&](std::int64_t booked) {
    Meter meter(limits(1, 0, 10));
    meter.restore({kDayNumber, 1}, at(booked), at(kNoon));
    return meter.when_free(clock, at(kNoon));
  };
  EXPECT_EQ(free_again(kNoon - 20), at(kNoon + 10'981));
  EXPECT_EQ(free_again(kNoon - 9'000), at(kNoon + 2'001));
  EXPECT_EQ(free_again(kNoon - 3'600'000), at(kNoon + 1'001)) << "long arrived; the clock may have stepped";
  EXPECT_EQ(free_again(kNoon + 5'000), at(kNoon + 11'001)) << "the clock was set back";
}

TEST(Meter, A_restored_booking_of_the_last_minute_counts_in_both_days) {
  Meter meter(limits(0, 0, 10));
  meter.restore({kDayNumber - 1, 7}, at(-30'000), at(10'000));
  EXPECT_EQ(meter.used(ServerClock{}, at(10'000), Window::day), 1);
  EXPECT_EQ(meter.book(ServerClock{}, at(10'000)), (agora::Ticket{kDayNumber, 2}));
}

TEST(Meter, A_restored_refusal_holds) {
  Meter meter(limits(1, 0, 10));
  meter.restore_refusal(at(kNoon + 5'000));
  EXPECT_EQ(meter.when_free(exact(), at(kNoon)), at(kNoon + 5'000));
}

TEST(Meter, At_least_raises_and_never_lowers) {
  Meter meter(limits(0, 0, 10));
  meter.at_least(kDayNumber, 6);
  meter.at_least(kDayNumber, 3);
  EXPECT_EQ(meter.left_today(ServerClock{}, at(kNoon)), 4);
}

TEST(Meter, New_limits_apply_to_what_is_booked) {
  Meter meter(limits(0, 0, 10));
  for (int i = 0; i < 4; ++i) meter.book(ServerClock{}, at(kNoon));
  meter.set_limits(limits(0, 0, 3));
  EXPECT_EQ(meter.left_today(ServerClock{}, at(kNoon)), 0);
  EXPECT_GT(meter.when_free(ServerClock{}, at(kNoon)), at(86'400'000));
}

TEST(Meter, A_clock_set_back_by_hours_does_not_block_for_hours) {
  Meter meter(limits(1, 1, 0));
  meter.answered(meter.book(exact(), at(kNoon)), at(kNoon + 100));
  EXPECT_EQ(meter.when_free(exact(), at(kNoon - 3'600'000)), at(kNoon - 3'600'000));
}

TEST(Elapsed_share, Is_rounded_up) {
  const auto server = [](std::int64_t seconds) { return ServerTime{Seconds{kMidnight + seconds}}; };
  EXPECT_EQ(elapsed_share(1'000, server(0)), 0);
  EXPECT_EQ(elapsed_share(1'000, server(1)), 1);
  EXPECT_EQ(elapsed_share(1'000, server(43'200)), 500);
  EXPECT_EQ(elapsed_share(1'000, server(43'201)), 501);
  EXPECT_EQ(elapsed_share(1'000, server(86'399)), 1'000);
  EXPECT_EQ(elapsed_share(10, server(86'399)), 10);
  EXPECT_EQ(elapsed_share(0, server(50'000)), 0);
}

}  // namespace
}  // namespace agora_exporter::quota
