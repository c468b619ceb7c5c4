#include "agora_exporter/planner/decide.h"

#include <gtest/gtest.h>

#include <map>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

TEST(Decide, AsksForTheNewestCallsFirst) {
  Desk desk;
  const auto ask = desk.ask_at(kNoon);
  ASSERT_TRUE(ask);
  const auto& query = std::get<agora::CallListQuery>(ask->request.query);
  EXPECT_LT(query.frame.end, world_time(kNoon - 60 - 5)) << "5 s of guard until a Date header is seen";
  EXPECT_LT(query.frame.end - query.frame.start, Seconds{8 * 3600})
      << "one second less than the longest window";
  EXPECT_GE(query.frame.end, world_time(kNoon - 60 - 7));
}

TEST(Decide, GoesBackThroughTheHistoryAtAColdStart) {
  Desk desk;
  std::int64_t now = kNoon;
  WorldTime oldest = WorldTime::max();
  for (int i = 0; i < 12; ++i, ++now) {
    const auto ask = desk.ask_at(now);
    if (!ask) break;
    oldest = std::min(oldest, agora::frame_of(ask->request).start);
    desk.answer(ask->request, agora::CallList{}, now);
  }
  EXPECT_LE(oldest, world_time(kNoon - 3 * 86'400 + 90)) << "as far as the look-back of 3 days";
  EXPECT_GT(oldest, world_time(kNoon - 3 * 86'400)) << "and not beyond it";
}

TEST(Decide, NeedsNoHistoryWhereListsGiveWhatOverlaps) {
  Desk desk;
  const auto first = desk.ask_at(kNoon);
  ASSERT_TRUE(first);
  // A call that began long before the frame proves the reading.
  desk.answer(first->request,
              agora::CallList{false, std::nullopt, {Desk::call("c", kNoon - 40'000, std::nullopt)}}, kNoon);
  const auto next = desk.ask_at(kNoon + 2);
  ASSERT_TRUE(next);
  EXPECT_EQ(agora::endpoint_of(next->request), agora::Endpoint::call_sessions);
}

TEST(Decide, GoesOnWhereMoreThanAHundredCallsWereLeftOut) {
  Desk desk;
  know_lists(desk, {}, kNoon);
  std::vector<agora::CallEntry> calls;
  calls.reserve(100);
  for (int i = 0; i < 100; ++i)
    calls.push_back(Desk::call("c" + std::to_string(i), kNoon + 900 - i, kNoon + 950));
  desk.answer({"app", agora::CallListQuery{{world_time(kNoon - 63), world_time(kNoon + 930)}, {}, {}, {}}},
              agora::CallList{true, std::nullopt, calls}, kNoon + 1'000);
  const auto ask = desk.ask_at(kNoon + 1'002);
  ASSERT_TRUE(ask);
  const auto& frame = std::get<agora::CallListQuery>(ask->request.query).frame;
  EXPECT_EQ(frame.end, world_time(kNoon + 900 - 99 + 1))
      << "[w, oldest created], ends overlapping by a second";
  EXPECT_LE(frame.start, world_time(kNoon - 62));
}

// A finished call of 20 minutes: one request of each endpoint, and no more.
TEST(Decide, AShortCallCostsOneRequestOfEach) {
  Desk desk;
  const std::int64_t created = kNoon - 1'720, destroyed = created + 1'200;
  know_lists(desk, {Desk::call("c", created, destroyed)}, kNoon);
  desk.in_flight.insert("lists app");
  const auto sessions = desk.ask_at(kNoon);
  ASSERT_TRUE(sessions);
  ASSERT_EQ(agora::endpoint_of(sessions->request), agora::Endpoint::call_sessions);
  desk.answer(sessions->request,
              Desk::page({Desk::session("s1", 1, created, destroyed),
                          Desk::session("s2", 2, created + 5, destroyed)}),
              kNoon);
  const auto points = desk.ask_at(kNoon + 20);
  ASSERT_TRUE(points);
  const auto& query = std::get<agora::CallMetricsQuery>(points->request.query);
  EXPECT_EQ(query.sids, (std::vector<std::string>{"s1", "s2"}));
  EXPECT_LE(query.frame.start, world_time(created));
  EXPECT_GE(query.frame.end, world_time(destroyed));
  desk.answer(points->request, Desk::points({"s1", "s2"}, created, destroyed - 2), kNoon + 20);
  EXPECT_TRUE(desk.state().open.empty());
  EXPECT_EQ(desk.wait_at(kNoon + 25), WallTime::max()) << "nothing more to ask";
}

TEST(Decide, AsksForPointsInBatchesOfTwenty) {
  Desk desk;
  desk.progress->endpoints.at({"acc", agora::Endpoint::call_metrics}).answered = true;
  const std::int64_t created = kNoon - 1'745;
  know_lists(desk, {Desk::call("c", created, std::nullopt)}, kNoon);
  desk.in_flight = {"lists app", "sessions c"};
  std::vector<agora::SessionEntry> sessions;
  for (std::uint32_t i = 0; i < 33; ++i)
    sessions.push_back(Desk::session("s" + std::to_string(i), i, created, std::nullopt));
  agora::CallSessionsQuery asked{{world_time(created - 1), world_time(kNoon - 310)}, "c", {}, {}, {}, true};
  desk.answer({"app", asked}, Desk::page(sessions), kNoon);
  const auto ask = desk.ask_at(kNoon + 5);
  ASSERT_TRUE(ask);
  EXPECT_EQ(std::get<agora::CallMetricsQuery>(ask->request.query).sids.size(), agora::kMaxSids);
  desk.in_flight.insert(ask->subjects.begin(), ask->subjects.end());
  desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, agora::Endpoint::call_metrics});
  const auto next = desk.ask_at(kNoon + 6);
  ASSERT_TRUE(next);
  EXPECT_EQ(std::get<agora::CallMetricsQuery>(next->request.query).sids.size(), 13u);
}

TEST(Decide, HalvesTheSidsAfterABodyTooLarge) {
  Desk desk;
  const std::int64_t created = kNoon - 1'745;
  know_lists(desk, {Desk::call("c", created, std::nullopt)}, kNoon);
  desk.in_flight = {"lists app", "sessions c"};
  std::vector<agora::SessionEntry> sessions;
  for (std::uint32_t i = 0; i < 20; ++i)
    sessions.push_back(Desk::session("s" + std::to_string(i), i, created, std::nullopt));
  agora::CallSessionsQuery asked{{world_time(created - 1), world_time(kNoon - 310)}, "c", {}, {}, {}, true};
  desk.answer({"app", asked}, Desk::page(sessions), kNoon);
  const auto ask = desk.ask_at(kNoon + 5);
  ASSERT_TRUE(ask);
  desk.answer(ask->request, agora::Refusal{agora::ApiError::too_large, 0, "", {}}, kNoon + 5);
  const auto again = desk.ask_at(kNoon + 8);
  ASSERT_TRUE(again);
  EXPECT_EQ(std::get<agora::CallMetricsQuery>(again->request.query).sids.size(), 10u);
}

TEST(Decide, ACallBeyondTheLookBackEndsThatCallAlone) {
  Desk desk;
  know_lists(desk,
             {Desk::call("old", kNoon - 1'740, std::nullopt), Desk::call("new", kNoon - 1'735, std::nullopt)},
             kNoon);
  desk.in_flight = {"lists app"};
  const auto first = desk.ask_at(kNoon);
  ASSERT_TRUE(first);
  EXPECT_EQ(std::get<agora::CallSessionsQuery>(first->request.query).call_id, "old");
  desk.answer(first->request,
              agora::Refusal{agora::ApiError::too_old, 200, "query time range limit error", {}}, kNoon);
  const auto second = desk.ask_at(kNoon + 2);
  ASSERT_TRUE(second);
  EXPECT_EQ(std::get<agora::CallSessionsQuery>(second->request.query).call_id, "new");
}

// At a lag longer than a frame may be, a short call is asked about when it is long over.
TEST(Decide, ACallThatEndedBeforeTheNewestFrameIsAskedAboutWhereItWas) {
  Desk desk("standard", Seconds{70 * 60});
  const std::int64_t began = kNoon - 4'140, ended = began + 120;
  desk.listed({Desk::call("short", began, ended)}, kNoon - 80'000, kNoon - 70, kNoon);
  desk.in_flight = {"lists app"};
  const auto ask = desk.ask_at(kNoon);
  ASSERT_TRUE(ask);
  const auto& query = std::get<agora::CallSessionsQuery>(ask->request.query);
  EXPECT_LT(query.frame.start, world_time(began));
  EXPECT_GT(query.frame.end, world_time(ended));
  desk.answer(ask->request, Desk::page({Desk::session("s", 1, began + 1, ended - 1)}), kNoon);
  const auto then = desk.ask_at(kNoon + 30);
  ASSERT_TRUE(then);
  EXPECT_EQ(agora::endpoint_of(then->request), agora::Endpoint::call_metrics) << "who was in it is known";
}

// An answer may leave a sid out. It is asked about once more while there is time, and then its silence is
// believed.
TEST(Decide, ASidThatAnAnswerLeavesOutIsAskedAboutAgain) {
  Desk desk("enterprise", Seconds{900});
  const std::int64_t began = kNoon - 3'600;
  know_lists(desk, {Desk::call("c", began, std::nullopt)}, kNoon);
  desk.in_flight = {"lists app"};
  const auto who = desk.ask_at(kNoon);
  ASSERT_TRUE(who);
  desk.answer(who->request,
              Desk::page({Desk::session("quiet", 1, began, std::nullopt),
                          Desk::session("loud", 2, began, std::nullopt)}),
              kNoon);
  desk.in_flight.insert("sessions c");
  std::vector<std::int64_t> asked;  // when "quiet" was among the sids
  for (std::int64_t now = kNoon + 1; now < kNoon + 3'600; ++now) {
    const auto ask = desk.ask_at(now);
    if (!ask) continue;
    const auto& query = std::get<agora::CallMetricsQuery>(ask->request.query);
    if (std::find(query.sids.begin(), query.sids.end(), "quiet") != query.sids.end()) asked.push_back(now);
    desk.answer(ask->request,
                Desk::points({"loud"}, unix_seconds(query.frame.start), unix_seconds(query.frame.end)), now);
  }
  ASSERT_GE(asked.size(), 4U);
  EXPECT_NEAR(static_cast<double>(asked[1] - asked[0]), 31, 2) << "at once, or nearly";
  for (std::size_t i = 2; i < asked.size(); ++i)
    EXPECT_GT(asked[i] - asked[i - 1], 200) << "its silence is believed";
  EXPECT_LE(asked.size(), 14U);
}

TEST(Decide, AnEndpointWithoutAccessIsTriedAgainOnTheNextDay) {
  Desk desk;
  const auto first = desk.ask_at(kNoon);
  ASSERT_TRUE(first);
  desk.answer(first->request, agora::Refusal{agora::ApiError::no_access, 200, "no auth", {}}, kNoon);
  EXPECT_EQ(desk.wait_at(kNoon + 2), wall_time(kNoon + 43'200 + 5)) << "midnight, and the guard";
}

// An endpoint without access costs one request a day, however many would like to be sent at once.
TEST(Decide, AnEndpointWithoutAccessCostsOneRequestADay) {
  Desk desk("enterprise");
  AccountPolicy& account = desk.policy.accounts[0];
  for (const char* id : {"app2", "app3"}) {
    AppPolicy app = account.apps[0];
    app.app_id = app.name = id;
    account.apps.push_back(app);
  }
  for (AppPolicy& app : account.apps)
    for (int i = 0; i < 3; ++i)
      app.rows.push_back(
          {{agora::Endpoint::insight_usage, agora::Granularity::hour, "metric" + std::to_string(i), ""},
           Seconds{48 * 3'600}});
  desk.progress.emplace(desk.policy);
  std::map<std::int64_t, std::map<agora::Endpoint, int>> requests;
  for (std::int64_t now = kNoon; now < kNoon + 3 * 86'400; now += 60) {
    std::vector<Ask> asked;  // all that may be out at once
    while (auto ask = desk.ask_at(now)) {
      desk.in_flight.insert(ask->subjects.begin(), ask->subjects.end());
      asked.push_back(std::move(*ask));
      ASSERT_LT(asked.size(), 20u);
    }
    for (const Ask& ask : asked) {
      ++requests[utc_day(wall_time(now))][agora::endpoint_of(ask.request)];
      for (const std::string& subject : ask.subjects) desk.in_flight.erase(subject);
      desk.answer(ask.request, agora::Refusal{agora::ApiError::no_access, 200, "no auth", {}}, now);
    }
  }
  EXPECT_EQ(requests.size(), 4u);
  for (const auto& [day, of_day] : requests)
    for (const auto& [endpoint, count] : of_day)
      EXPECT_EQ(count, 1) << agora::name_of(endpoint) << " on day " << day;
}

TEST(Decide, BacksOffFromAFailingEndpoint) {
  Desk desk;
  std::int64_t now = kNoon;
  int asked = 0;
  for (; now < kNoon + 3'600; ++now) {
    const auto ask = desk.ask_at(now);
    if (!ask) continue;
    ++asked;
    desk.answer(ask->request, agora::Refusal{agora::ApiError::server_error, 500, "", {}}, now);
  }
  EXPECT_GE(asked, 15);
  EXPECT_LE(asked, 22) << "an outage must not cost the budget";
}

TEST(Covered, DoesNotWaitForWhatCanNoLongerBeAsked) {
  Desk desk;
  const Seconds look_back = desk.policy.accounts[0].plan.of(agora::Endpoint::call_sessions).look_back;
  const std::int64_t long_ago = kNoon - look_back.count() - 7'200;
  const auto covered_at = [&](std::int64_t now) {
    return covered(desk.policy, desk.policy.accounts[0], desk.app(), *desk.progress, desk.quotas,
                   wall_time(now));
  };
  know_lists(desk, {Desk::call("old", long_ago, std::nullopt)}, kNoon);
  EXPECT_LT(covered_at(kNoon).sessions, world_time(kNoon - look_back.count() + 60)) << "nothing is asked yet";
  std::int64_t now = kNoon;
  for (; now < kNoon + 900; ++now) {
    const auto ask = desk.ask_at(now);
    if (!ask) continue;
    if (std::holds_alternative<agora::CallSessionsQuery>(ask->request.query)) {
      desk.answer(ask->request, Desk::page({}), now);
    } else {
      desk.answer(ask->request, agora::CallList{}, now);
    }
  }
  EXPECT_GE(covered_at(now).sessions, world_time(now) - desk.policy.lag);
}

TEST(Decide, ALimitIsNeverOverstepped) {
  Desk desk;
  quota::Meter& meter = desk.quotas.meters.at({quota::ScopeKey{"acc", ""}, agora::Endpoint::call_lists});
  const quota::ServerClock clock;
  meter.at_least(utc_day(wall_time(kNoon)), 1'000);
  EXPECT_FALSE(desk.ask_at(kNoon));
  EXPECT_EQ(desk.wait_at(kNoon), wall_time(kNoon + 43'200 + 5));
  EXPECT_EQ(meter.left_today(clock, wall_time(kNoon)), 0);
}

// Of two in a call one leaves just as R comes by, before anything could be asked about its points.
TEST(Readiness, DoesNotWaitForWhomRHasPassed) {
  Desk desk;
  const std::int64_t r = kNoon - 1'800;
  know_lists(desk, {Desk::call("c", r - 300, std::nullopt)}, kNoon);
  desk.answer(
      {"app", agora::CallSessionsQuery{{world_time(r - 301), world_time(kNoon - 70)}, "c", {}, {}, {}, true}},
      Desk::page(
          {Desk::session("stays", 1, r - 300, std::nullopt), Desk::session("leaves", 2, r - 200, r + 10)}),
      kNoon);
  const auto waits_for = [&](std::int64_t now) {
    return readiness(desk.policy, *desk.progress, desk.quotas, wall_time(now)).waiting_for;
  };
  EXPECT_EQ(waits_for(kNoon), "the points of my-app's sessions");
  desk.answer({"app", agora::CallMetricsQuery{{world_time(r), world_time(kNoon - 70)}, "c", {"stays"}}},
              Desk::points({"stays"}, r, kNoon - 70), kNoon + 1);
  EXPECT_EQ(waits_for(kNoon + 5), "the points of my-app's sessions") << "it has not left yet at R";
  know_lists(desk, {Desk::call("c", r - 300, std::nullopt)}, kNoon + 11);
  EXPECT_EQ(waits_for(kNoon + 11), "");
}

}  // namespace
}  // namespace agora_exporter::planner
