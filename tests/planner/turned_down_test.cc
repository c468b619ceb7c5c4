// Calls that were not worth a request when they were due (objective: coverage).
#include <gtest/gtest.h>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

constexpr std::int64_t kCreated = kNoon - 1'800;
constexpr std::int64_t kDestroyed = kNoon + 3'600;

// A call of one user, which goes on, was let go when R came to its beginning; from then on there are requests
// enough.
class TurnedDownCalls : public testing::Test {
 protected:
  TurnedDownCalls() {
    desk_.policy.objective = Objective::coverage;
    desk_.listed({Desk::call("c", kCreated, std::nullopt)}, kNoon - 86'400, kNoon - 62, kNoon);
    desk_.in_flight = {"lists app"};
    desk_.progress->turn_down({{"app", "c", false, true, world_time(kCreated)}}, wall_time(kNoon));
  }
  // Goes through [from, to), and answers what is asked.
  void live(std::int64_t from, std::int64_t to) {
    for (std::int64_t now = from; now < to; ++now) {
      const auto ask = desk_.ask_at(now);
      if (!ask) continue;
      const agora::Frame frame = agora::frame_of(ask->request);
      const bool over = now > kDestroyed + 300;
      if (agora::endpoint_of(ask->request) == agora::Endpoint::call_sessions) {
        ++asked_who_;
        const auto left = over ? std::optional(kDestroyed) : std::nullopt;
        desk_.answer(ask->request, Desk::page({Desk::session("s", 1, kCreated, left)}), now);
      } else {
        points_to_ = std::max(points_to_, frame.end);
        const std::int64_t newest = std::min(unix_seconds(frame.end), kDestroyed - 1);
        desk_.answer(ask->request, Desk::points({"s"}, unix_seconds(frame.start), newest), now);
      }
    }
  }
  void list_its_end(std::int64_t now) {
    desk_.listed({Desk::call("c", kCreated, kDestroyed)}, kCreated - 1, kCreated + 1, now);
  }

  Desk desk_;
  int asked_who_ = 0;
  WorldTime points_to_{};
};

TEST_F(TurnedDownCalls, AreAskedAboutLaterIfTheyAreWorthItThen) {
  live(kNoon, kNoon + 500);
  EXPECT_EQ(asked_who_, 0) << "not before 10 minutes";
  live(kNoon + 500, kNoon + 700);
  EXPECT_EQ(asked_who_, 1);
}

TEST_F(TurnedDownCalls, ThatWereAskedAboutAfterAllAreFollowedToTheirEnd) {
  live(kNoon, kNoon + 1'200);
  ASSERT_GE(asked_who_, 1);
  ASSERT_LT(points_to_, world_time(kDestroyed));
  live(kNoon + 1'200, kDestroyed + 310);
  list_its_end(kDestroyed + 310);
  EXPECT_TRUE(desk_.state().open.contains("c"));
  live(kDestroyed + 310, kDestroyed + 1'800);
  EXPECT_GE(points_to_, world_time(kDestroyed));
  EXPECT_FALSE(desk_.state().open.contains("c"));
}

// Else each of them stays open until its end is R's.
TEST_F(TurnedDownCalls, ThatEndAreLetGoAtOnce) {
  list_its_end(kDestroyed + 310);
  EXPECT_FALSE(desk_.state().open.contains("c"));
}

// A list may tell of the end while it is on its way who was there.
TEST_F(TurnedDownCalls, ThatEndWhileTheyAreAskedAboutAreSeenAllTheSame) {
  constexpr std::int64_t kEnd = kNoon + 200;
  std::int64_t now = kNoon + 500;
  std::optional<Ask> who;
  while (!(who = desk_.ask_at(now))) ++now;
  ASSERT_EQ(agora::endpoint_of(who->request), agora::Endpoint::call_sessions);
  desk_.listed({Desk::call("c", kCreated, kEnd)}, kCreated - 1, kCreated + 1, now);
  desk_.answer(who->request, Desk::page({Desk::session("s", 1, kCreated, kEnd)}), now);
  const auto points = desk_.ask_at(now + 1);
  ASSERT_TRUE(points);
  EXPECT_EQ(agora::endpoint_of(points->request), agora::Endpoint::call_metrics);
}

}  // namespace
}  // namespace agora_exporter::planner
