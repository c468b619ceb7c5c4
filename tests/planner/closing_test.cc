// When nothing more is needed of a call: it is closed, and the journal need not keep its facts.
#include <gtest/gtest.h>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

constexpr std::int64_t kR = kNoon - 900;

class Closing : public testing::Test {
 protected:
  void list(std::int64_t now) {
    desk_.listed({Desk::call("c", kR - 300, kR + 60)}, now - 3'600, now - 62, now);
  }
  void points(const std::string& sid, std::int64_t now) {
    const agora::Frame frame{world_time(kR), world_time(now - 65)};
    desk_.answer({"app", agora::CallMetricsQuery{frame, "c", {sid}}}, Desk::points({sid}, kR, kR + 60), now);
  }
  bool open() { return desk_.state().open.contains("c"); }

  Desk desk_{"enterprise", Seconds{900}};
};

// R came by the end of one session before anything could be asked about its points: so it is after an outage,
// and sometimes at a start.
TEST_F(Closing, WhatRHasPassedIsNotWaitedFor) {
  list(kNoon);
  const agora::Frame frame{world_time(kR - 301), world_time(kNoon - 70)};
  desk_.answer({"app", agora::CallSessionsQuery{frame, "c", {}, {}, {}, true}},
               Desk::page({Desk::session("stays", 1, kR - 300, kR + 60),
                           Desk::session("leaves", 2, kR - 200, kR + 10)}),
               kNoon);
  points("stays", kNoon + 1);
  EXPECT_TRUE(open());
  list(kNoon + 9);
  desk_.progress->advance(wall_time(kNoon + 9));
  EXPECT_TRUE(open()) << "R is a second before its leaving";
  list(kNoon + 11);
  desk_.progress->advance(wall_time(kNoon + 21));
  EXPECT_FALSE(open());
  EXPECT_EQ(desk_.progress->needed_since(), WallTime::max());
}

// A call ends when its last user leaves.
TEST_F(Closing, WhoIsSaidToGoOnAfterTheEndOfACallLeftWithIt) {
  list(kNoon);
  const agora::Frame frame{world_time(kR - 301), world_time(kNoon - 70)};
  desk_.answer({"app", agora::CallSessionsQuery{frame, "c", {}, {}, {}, true}},
               Desk::page({Desk::session("stays", 1, kR - 300, std::nullopt)}), kNoon);
  EXPECT_TRUE(open()) << "its points are not in hand";
  points("stays", kNoon + 1);
  EXPECT_FALSE(open());
}

// Else each call that a list never tells the end of costs requests on and on.
TEST(Deserted, CallsAreAskedAboutMoreAndMoreRarely) {
  Desk desk;
  const std::int64_t created = kNoon - 1'200, left = kNoon - 600;
  std::vector<std::int64_t> asked;
  for (std::int64_t now = kNoon; now < kNoon + 43'200; now += 20) {
    if ((now - kNoon) % 1'200 == 0)
      desk.listed({Desk::call("c", created, std::nullopt)}, now - 3 * 86'400, now - 62, now);
    desk.in_flight = {"lists app"};
    const auto ask = desk.ask_at(now);
    if (!ask || agora::endpoint_of(ask->request) == agora::Endpoint::call_metrics) {
      if (ask) desk.answer(ask->request, Desk::points({"s"}, left - 600, left - 1), now);
      continue;
    }
    asked.push_back(now);
    const agora::Frame frame = agora::frame_of(ask->request);
    if (now > kNoon + 6'000) {
      EXPECT_GE(frame.end - frame.start, Seconds{3'590}) << "for who joined since and is there";
    }
    const bool around = frame.start < world_time(created);
    desk.answer(ask->request, around ? Desk::page({Desk::session("s", 1, created, left)}) : Desk::page({}),
                now);
  }
  ASSERT_GE(asked.size(), 4u);
  EXPECT_LE(asked.size(), 7u);
  for (std::size_t i = 2; i < asked.size(); ++i)
    EXPECT_GE(asked[i] - asked[i - 1], (asked[i - 1] - asked[i - 2]) * 18 / 10) << i;
  const Covered now = covered(desk.policy, desk.policy.accounts[0], desk.app(), *desk.progress, desk.quotas,
                              wall_time(kNoon + 43'200));
  EXPECT_GE(now.sessions, now.lists) << "nothing of it is overdue";
}

}  // namespace
}  // namespace agora_exporter::planner
