// call/lists and call/sessions under each reading of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

constexpr Millis kNext{1'000};

std::set<std::string> ids_of(const agora::CallList& list) {
  std::set<std::string> ids;
  for (const auto& c : list.calls) ids.insert(c.call_id);
  return ids;
}

TEST(CallLists, GiveTheNewestHundredFirstAndSayThatThereAreMore) {
  SimulatorOptions options = plain_options();
  options.world.apps = {{kApp, 4'800}};  // 100 in 30 minutes
  Questions q(options);
  const Asked asked = q.lists(kNoon - 7'200, kNoon - 600);
  ASSERT_EQ(asked.calls().calls.size(), 100U);
  EXPECT_TRUE(asked.calls().has_more);
  EXPECT_TRUE(std::is_sorted(asked.calls().calls.begin(), asked.calls().calls.end(),
                             [](const auto& a, const auto& b) { return a.created > b.created; }));
  // The newest: the world has none between the first listed and the window's end.
  const auto after = q.simulator.world().created_in(kApp, asked.calls().calls.front().created + Seconds{1},
                                                    world_time(kNoon - 599));
  EXPECT_TRUE(after.empty());
  q.pass(kNext);
  const auto oldest = asked.calls().calls.back().created;
  const Asked rest = q.lists(kNoon - 7'200, unix_seconds(oldest));
  EXPECT_GT(rest.calls().calls.size(), 100U - 1);
}

TEST(CallLists, BeganOrOverlapsAndTheLastSecond) {
  for (const auto reading : {WindowOf::began, WindowOf::overlaps}) {
    for (const auto last : {LastSecond::included, LastSecond::excluded}) {
      SimulatorOptions options = plain_options();
      options.readings.lists_window = reading;
      options.readings.last_second = last;
      Questions q(options);
      const auto head =
          q.simulator.world().created_in(kApp, world_time(kNoon - 5'000), world_time(kNoon - 3'000)).front();
      const std::int64_t created = unix_seconds(head.created);
      const std::int64_t destroyed = unix_seconds(head.destroyed);
      const auto listed = [&](std::int64_t a, std::int64_t b) {
        q.pass(kNext);
        return ids_of(q.lists(a, b).calls()).count(head.call_id) == 1;
      };
      const bool overlaps = reading == WindowOf::overlaps;
      EXPECT_TRUE(listed(created, created + 1));
      EXPECT_EQ(listed(created - 10, created), last == LastSecond::included);
      EXPECT_EQ(listed(created + 1, created + 50), overlaps);
      EXPECT_EQ(listed(destroyed - 1, destroyed + 50), overlaps);
      EXPECT_FALSE(listed(destroyed, destroyed + 50));
    }
  }
}

TEST(CallLists, FilterByChannel) {
  Questions q(plain_options());
  const Asked all = q.lists(kNoon - 7'200, kNoon - 600);
  ASSERT_GT(all.calls().calls.size(), 5U);
  const auto& wanted = all.calls().calls[3];
  q.pass(kNext);
  const Asked some =
      q.ask({kApp, agora::CallListQuery{
                       {world_time(kNoon - 7'200), world_time(kNoon - 600)}, wanted.channel, {}, {}}});
  ASSERT_GE(some.calls().calls.size(), 1U);
  EXPECT_EQ(ids_of(some.calls()).count(wanted.call_id), 1U);
  for (const auto& c : some.calls().calls) EXPECT_EQ(c.channel, wanted.channel);
}

TEST(CallLists, FinishedIsAsOfNowMinusTheDelay) {
  Questions q(plain_options());
  const auto head =
      q.simulator.world().active_in(kApp, world_time(kNoon - 700), world_time(kNoon - 699)).back();
  const auto entry_at = [&](std::int64_t now) {
    q.now = wall_time(now);
    const std::int64_t created = unix_seconds(head.created);
    const Asked asked = q.lists(created, created + 1);
    for (const auto& c : asked.calls().calls) {
      if (c.call_id == head.call_id) return c;
    }
    return agora::CallEntry{};
  };
  const std::int64_t destroyed = unix_seconds(head.destroyed);
  EXPECT_FALSE(entry_at(destroyed + 59).finished);
  const auto after = entry_at(destroyed + 60);
  EXPECT_TRUE(after.finished);
  EXPECT_EQ(after.destroyed, head.destroyed);
}

TEST(CallLists, HoldWhatHasNotEndedByTheReading) {
  const std::pair<OpenEnd, std::string> rows[] = {
      {OpenEnd::zero, "\"destroyed_ts\":0,\"finished\":false"},
      {OpenEnd::null, "\"destroyed_ts\":null,\"finished\":false"},
      {OpenEnd::newest, "\"destroyed_ts\":1795521540,\"finished\":false"}};
  for (const auto& [reading, expected] : rows) {
    SimulatorOptions options = plain_options();
    options.readings.open_end = reading;
    Questions q(options);
    EXPECT_NE(q.lists(kNoon - 1'200, kNoon - 61).answer.body.find(expected), std::string::npos) << expected;
  }
  SimulatorOptions options = plain_options();
  options.readings.open_end = OpenEnd::absent;
  Questions q(options);
  const std::string body = q.lists(kNoon - 1'200, kNoon - 61).answer.body;
  EXPECT_NE(body.find("\"finished\":false"), std::string::npos);
  EXPECT_EQ(body.find("\"destroyed_ts\""), std::string::npos);
}

SimulatorOptions large() {
  SimulatorOptions options = plain_options();
  options.world.apps = {{kApp, 0}};
  options.world.large_call = true;
  options.world.server_users = 1;
  return options;
}

TEST(CallSessions, ArePagedByTwentyInDescendingOrderOfJoining) {
  SimulatorOptions options = large();
  options.world.churn = true;
  Questions q(options);
  const auto head =
      q.simulator.world().created_in(kApp, world_time(kNoon - 129'600), world_time(kNoon - 43'200)).front();
  q.now = wall_time(unix_seconds(head.destroyed) + 1'000);
  const auto call = q.simulator.world().call(kApp, head.call_id);
  const auto start = unix_seconds(head.created);
  std::vector<agora::SessionEntry> all;
  std::int64_t total = 0;
  for (int page = 1; page < 20; ++page) {
    q.pass(kNext);
    const Asked asked = q.sessions(head.call_id, start, unix_seconds(head.destroyed), page);
    total = asked.sessions().total_size;
    EXPECT_EQ(asked.sessions().page_no, page);
    EXPECT_LE(asked.sessions().sessions.size(), 20U);
    if (asked.sessions().sessions.empty()) break;
    all.insert(all.end(), asked.sessions().sessions.begin(), asked.sessions().sessions.end());
  }
  EXPECT_EQ(static_cast<std::size_t>(total), all.size());
  EXPECT_EQ(all.size(), call->sessions.size() - 1);  // without the server user
  EXPECT_GE(all.size(), 150U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(),
                             [](const auto& a, const auto& b) { return a.joined > b.joined; }));
  for (const auto& s : all) EXPECT_NE(s.platform, "Linux");
}

TEST(CallSessions, ServerUsersAndUidsAreFiltered) {
  SimulatorOptions options = plain_options();
  options.world.server_users = 1;
  options.world.doubled_uid = true;
  options.world.apps = {{kApp, 0}};
  Questions q(options);
  const auto head =
      q.simulator.world().created_in(kApp, world_time(kNoon - 129'600), world_time(kNoon - 43'200)).front();
  q.now = wall_time(unix_seconds(head.destroyed) + 1'000);
  const auto call = q.simulator.world().call(kApp, head.call_id);
  const agora::Frame frame{head.created, head.destroyed};
  const auto ask = [&](std::vector<std::uint32_t> uids, bool exclude) {
    q.pass(kNext);
    return q.ask({kApp, agora::CallSessionsQuery{frame, head.call_id, {}, {}, std::move(uids), exclude}});
  };
  EXPECT_EQ(ask({}, true).sessions().sessions.size() + 1, ask({}, false).sessions().sessions.size());
  // A uid twice at once gives two sessions for one uid.
  const auto doubled = std::find_if(call->sessions.begin(), call->sessions.end(),
                                    [](const Session& s) { return s.user == 1; });
  const Asked asked = ask({doubled->uid}, true);
  EXPECT_EQ(asked.sessions().sessions.size(), 2U);
  for (const auto& s : asked.sessions().sessions) EXPECT_EQ(s.uid, doubled->uid);
}

TEST(CallSessions, JoinedOrOverlaps) {
  for (const auto reading : {WindowOf::began, WindowOf::overlaps}) {
    SimulatorOptions options = plain_options();
    options.readings.sessions_window = reading;
    Questions q(options);
    const auto head =
        q.simulator.world().created_in(kApp, world_time(kNoon - 5'000), world_time(kNoon - 3'000)).front();
    const std::int64_t joined = unix_seconds(head.created);
    const auto count = [&](std::int64_t a, std::int64_t b) {
      q.pass(kNext);
      return q.sessions(head.call_id, a, b).sessions().sessions.size();
    };
    EXPECT_EQ(count(joined, joined + 1), 3U);
    EXPECT_EQ(count(joined + 1, joined + 100), reading == WindowOf::overlaps ? 3U : 0U);
    EXPECT_EQ(count(joined + 1'200, joined + 1'300), 0U);
    EXPECT_EQ(count(joined - 100, joined - 1), 0U);
  }
}

TEST(CallSessions, OfARunningCallOlderThanTheLookBackAreRefusedByTheReading) {
  for (const auto reading : {OldRunningCall::served, OldRunningCall::refused}) {
    SimulatorOptions options = plain_options();
    options.readings.old_running_call = reading;
    options.readings.sessions_window = WindowOf::overlaps;
    options.plan.of(agora::Endpoint::call_sessions).look_back = Seconds{1'500};
    Questions q(options);
    const auto head =
        q.simulator.world().created_in(kApp, world_time(kNoon - 1'700), world_time(kNoon - 1'505)).front();
    const Asked asked = q.sessions(head.call_id, kNoon - 1'400, kNoon - 400);
    if (reading == OldRunningCall::served) {
      EXPECT_EQ(asked.sessions().sessions.size(), 3U);
    } else {
      EXPECT_EQ(asked.said(), "300 Service package limit check error, query time range limit error");
    }
  }
}

TEST(TodaysServer, HasRequestIdsPagesAndMoreFields) {
  SimulatorOptions options = plain_options("enterprise");
  options.readings.server = ServerAge::today;
  Questions q(options);
  const Asked asked = q.lists(kNoon - 7'200, kNoon - 600);
  EXPECT_TRUE(asked.todays_server);
  EXPECT_EQ(asked.calls().calls.size(), 20U);  // the default there
  EXPECT_TRUE(asked.calls().has_more);
  const Asked wide =
      q.ask({kApp, agora::CallListQuery{
                       {world_time(kNoon - 7'200), world_time(kNoon - 600)}, "", 1, agora::kPageSizeToday}});
  EXPECT_GT(wide.calls().calls.size(), 20U);
  EXPECT_EQ(wide.calls().total_size, static_cast<std::int64_t>(wide.calls().calls.size()));
  for (const char* field :
       {"\"requestId\":\"", "\"call_pcu\":3", "\"call_acu\":", "\"call_audio_freeze_rate\":0."}) {
    EXPECT_NE(wide.answer.body.find(field), std::string::npos) << field;
  }
  const Asked sessions = q.sessions(wide.calls().calls.front().call_id, kNoon - 7'200, kNoon - 600);
  for (const char* field : {"\"account\":\"", "\"roles\":[\"broadcaster\"]", "\"user_video_freeze_rate\":"}) {
    EXPECT_NE(sessions.answer.body.find(field), std::string::npos) << field;
  }
}

TEST(TodaysServer, GivesPagesOfAHundredTheOldOneRefuses) {
  for (const auto age : {ServerAge::today, ServerAge::year_2021}) {
    SimulatorOptions options = large();
    options.plan = default_options("enterprise").plan;
    options.readings.server = age;
    Questions q(options);
    const auto head =
        q.simulator.world().created_in(kApp, world_time(kNoon - 129'600), world_time(kNoon - 43'200)).front();
    q.now = wall_time(unix_seconds(head.destroyed) + 1'000);
    const agora::Frame frame{head.created, head.destroyed};
    const Asked asked = q.ask({kApp, agora::CallSessionsQuery{frame, head.call_id, 1, 100, {}, true}});
    if (age == ServerAge::today) {
      EXPECT_EQ(asked.sessions().sessions.size(), 100U);
    } else {
      EXPECT_EQ(asked.said(), "400 Bad request, parameter : page_size is invalid");
    }
  }
}

TEST(OldServer, IgnoresOrRefusesUnknownParameters) {
  for (const auto reading : {UnknownParameters::ignored, UnknownParameters::refused}) {
    SimulatorOptions options = plain_options();
    options.world.apps = {{kApp, 4'800}};
    options.readings.unknown_parameters = reading;
    Questions q(options);
    const Asked asked =
        q.ask({kApp, agora::CallListQuery{{world_time(kNoon - 7'200), world_time(kNoon - 600)}, "", 2, 50}});
    if (reading == UnknownParameters::ignored) {
      EXPECT_EQ(asked.calls().calls.size(), 100U);
    } else {
      EXPECT_EQ(asked.said(), "400 Bad request, parameter : page_no is unknown");
    }
  }
}

}  // namespace
}  // namespace agora_exporter::simulator
