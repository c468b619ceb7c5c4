// What an answer teaches that is counted on the page: calls that the lists left out, and calls that cannot be
// had.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

agora::Request list_of(std::int64_t from, std::int64_t to) {
  return {"app", agora::CallListQuery{{world_time(from), world_time(to)}, {}, {}, {}}};
}

std::vector<agora::CallEntry> hundred_of_one_second(std::int64_t created) {
  std::vector<agora::CallEntry> calls;
  calls.reserve(100);
  for (int i = 0; i < 100; ++i) calls.push_back(Desk::call("c" + std::to_string(i), created, std::nullopt));
  return calls;
}

TEST(Learned, AnAnswerThatLeavesCallsOfASingleSecondOutIsTruncated) {
  Desk desk;
  // Cut off at the oldest call listed, the rest is asked for: nothing is lost.
  Learned learned =
      desk.answer(list_of(kNoon - 600, kNoon - 300),
                  agora::CallList{true, std::nullopt, hundred_of_one_second(kNoon - 400)}, kNoon);
  EXPECT_FALSE(learned.list_truncated);
  // All that a frame of two seconds can list is of its last instant: the others cannot be had.
  learned = desk.answer(list_of(kNoon - 402, kNoon - 400),
                        agora::CallList{true, std::nullopt, hundred_of_one_second(kNoon - 400)}, kNoon + 1);
  EXPECT_TRUE(learned.list_truncated);
}

TEST(Learned, ACallOfOurOwnTimeThatCameAndWentUnseenHasFailed) {
  Desk desk;
  desk.listed({}, kNoon - 7'200, kNoon - 3'600, kNoon);
  const std::int64_t r = kNoon + 600 - desk.policy.lag.count();
  Learned learned = desk.answer(list_of(kNoon - 3'600, kNoon + 300),
                                agora::CallList{false,
                                                std::nullopt,
                                                {Desk::call("unseen", kNoon - 3'000, r - 100),
                                                 Desk::call("seen", kNoon - 2'000, r + 100)}},
                                kNoon + 600);
  EXPECT_THAT(learned.failed, ElementsAre("unseen"));
  EXPECT_THAT(learned.followed, ElementsAre("seen"));
  // What was over before the first list is history, of which nothing was promised.
  learned = desk.answer(
      list_of(kNoon - 90'000, kNoon - 7'200),
      agora::CallList{false, std::nullopt, {Desk::call("old", kNoon - 80'000, kNoon - 79'000)}}, kNoon + 700);
  EXPECT_THAT(learned.failed, IsEmpty());
}

TEST(Learned, ACallThatIsTooOldToBeAskedAboutHasFailedOnce) {
  Desk desk;
  desk.listed({Desk::call("long", kNoon - 80'000, std::nullopt)}, kNoon - 86'000, kNoon - 300, kNoon);
  const agora::Request asked{
      "app",
      agora::CallSessionsQuery{{world_time(kNoon - 600), world_time(kNoon - 300)}, "long", {}, {}, {}, true}};
  const agora::Refusal too_old{agora::ApiError::too_old, 200, "", {}};
  EXPECT_THAT(desk.answer(asked, too_old, kNoon + 1).failed, ElementsAre("long"));
  EXPECT_THAT(desk.answer(asked, too_old, kNoon + 2).failed, IsEmpty());
}

}  // namespace
}  // namespace agora_exporter::planner
