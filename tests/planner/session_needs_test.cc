// What is asked of call/sessions: who joined, and who left.
#include <gtest/gtest.h>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

TEST(SessionNeeds, AreAskedForAsLateAsTheFirstPointsDeadlineAllows) {
  Desk desk;
  know_lists(desk, {Desk::call("c", kNoon - 600, kNoon - 100)}, kNoon);
  desk.in_flight.insert("lists app");
  const WallTime deadline = wall_time(kNoon - 600 + 1'800);
  EXPECT_FALSE(desk.ask_at(kNoon));
  const WallTime until = desk.wait_at(kNoon);
  EXPECT_GT(until, deadline - Seconds{90});
  EXPECT_LT(until, deadline - Seconds{60});
  const auto ask = desk.ask_at(kNoon - 600 + 1'800 - 80);
  ASSERT_TRUE(ask);
  const auto& query = std::get<agora::CallSessionsQuery>(ask->request.query);
  EXPECT_EQ(query.call_id, "c");
  EXPECT_LE(query.frame.start, world_time(kNoon - 600 - 1));
  EXPECT_TRUE(query.exclude_server_user);
}

TEST(SessionNeeds, ReadFurtherPagesOfTheSameFrame) {
  Desk desk;
  const std::int64_t created = kNoon - 1'740;
  know_lists(desk, {Desk::call("c", created, std::nullopt)}, kNoon);
  desk.in_flight.insert("lists app");
  const auto first = desk.ask_at(kNoon);
  ASSERT_TRUE(first);
  std::vector<agora::SessionEntry> sessions;
  for (std::uint32_t i = 0; i < 20; ++i)
    sessions.push_back(Desk::session("s" + std::to_string(i), i, created + 100 - i, std::nullopt));
  desk.answer(first->request, Desk::page(sessions, 23), kNoon);
  const auto second = desk.ask_at(kNoon + 2);
  ASSERT_TRUE(second);
  const auto& query = std::get<agora::CallSessionsQuery>(second->request.query);
  EXPECT_EQ(query.page_no, 2);
  EXPECT_EQ(query.frame, agora::frame_of(first->request));
}

// Where frames give all that overlap them, who joined before the frame comes last, and may yet have left.
TEST(SessionNeeds, ReadFurtherPagesForThoseWhoJoinedBeforeTheFrame) {
  Desk desk;
  const std::int64_t created = kNoon - 10'000, start = kNoon - 3'600;
  know_lists(desk, {Desk::call("c", created, std::nullopt)}, kNoon);
  desk.in_flight = {"lists app"};
  agora::CallSessionsQuery old_frame{{world_time(created - 1), world_time(start)}, "c", {}, {}, {}, true};
  desk.answer({"app", old_frame}, Desk::page({Desk::session("s", 77, created + 10, std::nullopt)}),
              start + 400);
  desk.state().sessions_overlap = true;
  std::vector<agora::SessionEntry> newest;
  for (std::uint32_t i = 0; i < 20; ++i)
    newest.push_back(Desk::session("s" + std::to_string(i), i, start + 18 - i, std::nullopt));
  const agora::CallSessionsQuery asked{{world_time(start), world_time(kNoon - 310)}, "c", {}, {}, {}, true};
  desk.answer({"app", asked}, Desk::page(newest, 21), kNoon);
  auto second = desk.ask_at(kNoon + 2);
  while (second && agora::endpoint_of(second->request) == agora::Endpoint::call_metrics) {
    desk.in_flight.insert(second->subjects.begin(), second->subjects.end());
    second = desk.ask_at(kNoon + 2);
  }
  ASSERT_TRUE(second);
  ASSERT_EQ(agora::endpoint_of(second->request), agora::Endpoint::call_sessions);
  EXPECT_EQ(std::get<agora::CallSessionsQuery>(second->request.query).page_no, 2);
  EXPECT_EQ(agora::frame_of(second->request), asked.frame);
}

// Under the reading that call/sessions gives who joined in the frame, a leave shows only around the join.
TEST(SessionNeeds, AskAboutWhoFellSilentAroundItsJoin) {
  Desk desk;
  const std::int64_t created = kNoon - 10'000;
  know_lists(desk, {Desk::call("c", created, std::nullopt)}, kNoon);
  desk.in_flight = {"lists app"};
  agora::CallSessionsQuery old_frame{
      {world_time(created - 1), world_time(created + 3'000)}, "c", {}, {}, {}, true};
  desk.answer({"app", old_frame}, Desk::page({Desk::session("s", 77, created + 10, std::nullopt)}),
              created + 3'400);
  agora::CallSessionsQuery recent{
      {world_time(created + 2'999), world_time(kNoon - 310)}, "c", {}, {}, {}, true};
  desk.answer({"app", recent}, Desk::page({}), kNoon);
  // Points up to 1,500 s ago; silence since.
  agora::CallMetricsQuery asked{{world_time(kNoon - 3'000), world_time(kNoon - 310)}, "c", {"s"}};
  desk.answer({"app", asked}, Desk::points({"s"}, kNoon - 3'000, kNoon - 1'500), kNoon);
  const std::int64_t due = kNoon - 1'500 + 1'800 - 35;
  const auto ask = desk.ask_at(due);
  ASSERT_TRUE(ask);
  const auto& query = std::get<agora::CallSessionsQuery>(ask->request.query);
  EXPECT_EQ(query.uids, std::vector<std::uint32_t>{77});
  EXPECT_EQ(query.frame, (agora::Frame{world_time(created + 9), world_time(created + 11)}));
}

constexpr std::int64_t kLongAgo = kNoon - 10'000;

// A long call is known whose users 1 to `joined` joined long ago, one each second, of whom the first `left`
// are known to have left. Nothing was heard of the others since.
void tell_of_silent_users(Desk& desk, std::uint32_t joined, std::uint32_t left) {
  know_lists(desk, {Desk::call("c", kLongAgo, std::nullopt)}, kNoon);
  desk.in_flight = {"lists app"};
  std::vector<agora::SessionEntry> sessions;
  for (std::uint32_t i = joined; i > 0; --i) {
    std::optional<std::int64_t> until;
    if (i <= left) until = kLongAgo + 2'000;
    sessions.push_back(Desk::session("s" + std::to_string(i), i, kLongAgo + i, until));
  }
  agora::SessionPage all = Desk::page(std::move(sessions));
  all.page_size = agora::kPageSizeToday;
  agora::CallSessionsQuery then{
      {world_time(kLongAgo - 1), world_time(kLongAgo + 3'000)}, "c", {}, {}, {}, true};
  desk.answer({"app", then}, std::move(all), kLongAgo + 3'400);
  agora::CallSessionsQuery recent{
      {world_time(kLongAgo + 2'999), world_time(kNoon - 310)}, "c", {}, {}, {}, true};
  desk.answer({"app", recent}, Desk::page({}), kNoon);
}

// What is asked about them, if points cannot be had.
std::optional<agora::CallSessionsQuery> question(Desk& desk, std::int64_t now) {
  desk.progress->endpoints.at({"acc", agora::Endpoint::call_metrics}).not_before = wall_time(now + 60);
  const auto ask = desk.ask_at(now);
  if (!ask) return std::nullopt;
  return std::get<agora::CallSessionsQuery>(ask->request.query);
}

struct Silent {
  bool todays_server;
  std::uint32_t joined, left;
};
agora::CallSessionsQuery question_about(const Silent& silent) {
  Desk desk;
  desk.state().todays_server = silent.todays_server;
  tell_of_silent_users(desk, silent.joined, silent.left);
  return question(desk, kNoon + 30).value_or(agora::CallSessionsQuery{});
}

TEST(SessionNeeds, AskWhoLeftByPageWhereThatTellsOfMoreThanTenNames) {
  const agora::CallSessionsQuery page = question_about({true, 60, 0});
  EXPECT_TRUE(page.uids.empty());
  EXPECT_EQ(page.page_size, agora::kPageSizeToday);
  EXPECT_EQ(page.frame, (agora::Frame{world_time(kLongAgo), world_time(kLongAgo + 61)}));
  EXPECT_TRUE(question_about({false, 60, 0}).uids.empty()) << "3 pages, or 6 times 10 names";
  EXPECT_TRUE(question_about({false, 12, 0}).uids.empty());
}

TEST(SessionNeeds, AskWhoLeftByNameWhereMostAreKnownToHaveLeft) {
  const agora::CallSessionsQuery names = question_about({true, 60, 51});
  EXPECT_EQ(names.uids.size(), 9u);
  EXPECT_EQ(names.frame, (agora::Frame{world_time(kLongAgo + 51), world_time(kLongAgo + 61)}));
}

TEST(SessionNeeds, AskWhoLeftOnlyOfThoseInTheFrame) {
  Desk desk;
  tell_of_silent_users(desk, 12, 0);
  const std::vector<std::string> heard_of{"s1", "s2", "s3"};
  agora::CallMetricsQuery asked{{world_time(kNoon - 3'000), world_time(kNoon - 310)}, "c", heard_of};
  desk.answer({"app", asked}, Desk::points(heard_of, kNoon - 3'000, kNoon - 400), kNoon);
  const auto names = question(desk, kNoon + 30);
  ASSERT_TRUE(names);
  EXPECT_EQ(names->frame, (agora::Frame{world_time(kLongAgo + 3), world_time(kLongAgo + 13)}));
  EXPECT_EQ(names->uids, (std::vector<std::uint32_t>{4, 5, 6, 7, 8, 9, 10, 11, 12}));
}

TEST(SessionNeeds, AskWhoLeftInAFrameThatIsNotTooLong) {
  Desk desk;
  desk.progress->endpoints.at({"acc", agora::Endpoint::call_sessions}).shorter = Seconds{3'560};
  tell_of_silent_users(desk, 60, 0);
  const auto page = question(desk, kNoon + 30);
  ASSERT_TRUE(page && page->uids.empty());
  EXPECT_EQ(page->frame, (agora::Frame{world_time(kLongAgo), world_time(kLongAgo + 39)}));
}

// The first page tells of the newest joiners; those who joined before them fell silent as long ago.
TEST(SessionNeeds, ReadOnUntilAllWhoAreDueWereLookedFor) {
  Desk desk;
  tell_of_silent_users(desk, 30, 0);
  const auto first = question(desk, kNoon + 30);
  ASSERT_TRUE(first && first->uids.empty());
  std::vector<agora::SessionEntry> newest;
  for (std::uint32_t i = 30; i > 10; --i)
    newest.push_back(Desk::session("s" + std::to_string(i), i, kLongAgo + i, std::nullopt));
  desk.answer({"app", *first}, Desk::page(std::move(newest), 30), kNoon + 30);
  const auto next = question(desk, kNoon + 31);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->frame, first->frame);
  EXPECT_EQ(next->page_no, 2);
}

// A server may say nothing of a session that it told of before. It is looked for again before its points are
// next due, not on and on.
TEST(SessionNeeds, DoNotAskOnAndOnAboutASessionThatAnswersLeaveOut) {
  for (const std::uint32_t users : {1U, 30U}) {
    SCOPED_TRACE(users == 1 ? "by name" : "by page");
    Desk desk;
    tell_of_silent_users(desk, users, 0);
    int questions = 0;
    for (std::int64_t now = kNoon; now < kNoon + 7'200; now += 5) {
      const auto query = question(desk, now);
      if (!query) continue;
      ++questions;
      desk.answer({"app", *query}, Desk::page({}), now);
    }
    EXPECT_GE(questions, 5);
    EXPECT_LE(questions, 14) << "once for who joined and once for who left, each 25 minutes";
  }
}

// How many join meanwhile is learned from questions about who joined.
TEST(SessionNeeds, AQuestionWhoLeftTeachesNothingOfWhoJoins) {
  Desk desk;
  tell_of_silent_users(desk, 30, 0);
  const double before = desk.state().joined_meanwhile;
  const auto query = question(desk, kNoon + 30);
  ASSERT_TRUE(query && query->uids.empty());
  desk.answer({"app", *query}, Desk::page({}), kNoon + 30);
  EXPECT_EQ(desk.state().joined_meanwhile, before);
}

}  // namespace
}  // namespace agora_exporter::planner
