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

}  // namespace
}  // namespace agora_exporter::planner
