#include "agora_exporter/simulator/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kMidnight = kNoon - 43'200;

WorldOptions lively(std::uint64_t seed) {
  WorldOptions options;
  options.seed = seed;
  options.apps = {{kApp, 300}, {"second", 40}};
  options.server_users = 0.3;
  options.large_call = true;
  return options;
}

std::vector<std::shared_ptr<const Call>> calls_of_day(const World& world, std::int64_t day = kMidnight) {
  std::vector<std::shared_ptr<const Call>> calls;
  for (const CallHead& head : world.created_in(kApp, world_time(day), world_time(day + 86'400))) {
    calls.push_back(world.call(kApp, head.call_id));
  }
  return calls;
}

std::string text_of(const Session& s) {
  return s.sid + " " + std::to_string(s.uid) + " " + s.network + " " + s.platform + " " + s.sdk_version +
         " " + std::to_string(unix_seconds(s.joined)) + " " + std::to_string(unix_seconds(s.left));
}

TEST(World, IsAFunctionOfTheSeed) {
  const World a(lively(7));
  const World b(lively(7));
  const World c(lively(8));
  // b is asked in another order, and about other things first.
  b.active_in(kApp, world_time(kNoon + 90'000), world_time(kNoon + 90'001));
  const auto of_a = calls_of_day(a);
  const auto of_b = calls_of_day(b);
  ASSERT_EQ(of_a.size(), of_b.size());
  for (std::size_t i = 0; i < of_a.size(); ++i) {
    EXPECT_EQ(of_a[i]->head.call_id, of_b[i]->head.call_id);
    ASSERT_EQ(of_a[i]->sessions.size(), of_b[i]->sessions.size());
    for (std::size_t s = 0; s < of_a[i]->sessions.size(); ++s) {
      EXPECT_EQ(text_of(of_a[i]->sessions[s]), text_of(of_b[i]->sessions[s]));
    }
  }
  std::set<std::string> ids;
  for (const auto& call : of_a) ids.insert(call->head.call_id);
  for (const auto& call : calls_of_day(c)) EXPECT_EQ(ids.count(call->head.call_id), 0U);
}

TEST(World, BeginsExactlyTheCallsAskedForOnEveryDay) {
  WorldOptions options = lively(3);
  options.apps[0].calls_per_day = 317;
  const World world(options);
  for (int day = -2; day < 3; ++day) {
    EXPECT_EQ(calls_of_day(world, kMidnight + day * 86'400).size(), 317U + 3)
        << day;  // and the guaranteed three
  }
  WorldOptions exact = plain_options().world;
  EXPECT_EQ(calls_of_day(World(exact)).size(), 480U);
}

TEST(World, ExactWorldsAreExact) {
  const World world(plain_options().world);
  for (const auto& call : calls_of_day(world)) {
    EXPECT_EQ((call->head.destroyed - call->head.created).count(), 1200);
    ASSERT_EQ(call->sessions.size(), 3U);
    for (const Session& s : call->sessions) {
      EXPECT_EQ(s.joined, call->head.created);
      EXPECT_EQ(s.left, call->head.destroyed);
    }
  }
}

TEST(World, ACallLastsFromTheFirstJoinToTheLastLeaveAndIsNeverEmpty) {
  const World world(lively(11));
  for (const auto& call : calls_of_day(world)) {
    WorldTime first = WorldTime::max();
    WorldTime reached = WorldTime::min();
    for (const Session& s : call->sessions) {  // ascending by joined
      EXPECT_LT(s.joined, s.left);
      first = std::min(first, s.joined);
      if (reached != WorldTime::min()) {
        EXPECT_LE(s.joined, reached) << "nobody in " << call->head.call_id;
      }
      reached = std::max(reached, s.left);
    }
    EXPECT_EQ(first, call->head.created);
    EXPECT_EQ(reached, call->head.destroyed);
  }
}

TEST(World, SubscribesEachUserToAtMostFourWhoAreThere) {
  const World world(lively(11));
  std::size_t most = 0;
  for (const auto& call : calls_of_day(world)) {
    for (std::size_t i = 0; i < call->sessions.size(); ++i) {
      const Session& own = call->sessions[i];
      std::set<std::uint32_t> peers;
      for (const Stream& stream : world.streams(*call, i)) {
        for (const Span& span : stream.spans) {
          EXPECT_GE(span.begin, own.joined);
          EXPECT_LE(span.end, own.left);
        }
        if (stream.peer_uid == 0) continue;
        EXPECT_NE(stream.peer_uid, own.uid);
        peers.insert(stream.peer_uid);
        // Whoever is heard is in the call at that instant.
        for (const Span& span : stream.spans) {
          EXPECT_TRUE(std::any_of(call->sessions.begin(), call->sessions.end(), [&](const Session& s) {
            return s.uid == stream.peer_uid && s.joined <= span.begin && s.left > span.begin;
          }));
        }
      }
      EXPECT_LE(peers.size(), 4U);
      most = std::max(most, peers.size());
    }
  }
  EXPECT_EQ(most, 4U);
}

TEST(World, ReconnectsWithinFiveSecondsAndDoublesAUidEveryDay) {
  const World world(lively(5));
  for (int day = 0; day < 3; ++day) {
    int reconnections = 0;
    int doubled = 0;
    for (const auto& call : calls_of_day(world, kMidnight + day * 86'400)) {
      std::map<std::uint32_t, std::vector<const Session*>> by_uid;
      for (const Session& s : call->sessions) by_uid[s.uid].push_back(&s);
      for (const auto& [uid, sessions] : by_uid) {
        for (std::size_t i = 1; i < sessions.size(); ++i) {
          EXPECT_NE(sessions[i]->sid, sessions[i - 1]->sid);
          const auto gap = (sessions[i]->joined - sessions[i - 1]->left).count();
          if (gap < 0) ++doubled;
          if (gap >= 1 && gap <= 5) ++reconnections;
          EXPECT_LE(gap, 5);
        }
      }
    }
    EXPECT_GT(reconnections, 0);
    EXPECT_GT(doubled, 0);
  }
}

TEST(World, HasLongCallsEveryDayAndVeryLongOnesOnEachThird) {
  const World world(lively(2));
  int very_long = 0;
  for (int day = 0; day < 3; ++day) {
    std::int64_t longest = 0;
    std::int64_t shortest = 1'000'000;
    int long_calls = 0;
    const auto calls = calls_of_day(world, kMidnight + day * 86'400);
    for (const auto& call : calls) {
      const std::int64_t length = (call->head.destroyed - call->head.created).count();
      longest = std::max(longest, length);
      shortest = std::min(shortest, length);
      long_calls += length > 3 * 3'600;
      EXPECT_LE(length, 43'200);
    }
    EXPECT_GT(longest, 3 * 3'600);
    EXPECT_LT(shortest, 60);
    EXPECT_LT(long_calls, static_cast<int>(calls.size()) / 20);
    very_long += longest > 8 * 3'600;
  }
  EXPECT_GE(very_long, 1);
}

TEST(World, HasACallOf150UsersOnDemand) {
  const auto users = [](const World& world) {
    std::size_t most = 0;
    for (const auto& call : calls_of_day(world)) {
      std::set<std::uint32_t> uids;
      for (const Session& s : call->sessions) {
        if (!s.server_user) uids.insert(s.uid);
      }
      most = std::max(most, uids.size());
    }
    return most;
  };
  WorldOptions options = lively(2);
  options.max_users = 20;
  EXPECT_EQ(users(World(options)), 150U);
  options.large_call = false;
  EXPECT_LE(users(World(options)), 20U);
}

TEST(World, FindsTheCallsOfAnInstantWithoutMissingLongOnes) {
  const World world(lively(13));
  const std::vector<CallHead> all =
      world.created_in(kApp, world_time(kMidnight - 2 * 86'400), world_time(kMidnight + 2 * 86'400));
  for (int i = 0; i < 50; ++i) {
    const WorldTime at = world_time(kMidnight + i * 1'733);
    std::set<std::string> expected;
    for (const CallHead& c : all) {
      if (c.created <= at && c.destroyed > at) expected.insert(c.call_id);
    }
    std::set<std::string> found;
    for (const CallHead& c : world.active_in(kApp, at, at + Seconds{1})) found.insert(c.call_id);
    EXPECT_EQ(found, expected) << i;
  }
}

TEST(World, NoTwoCallsShareAChannelAtOnce) {
  const World world(lively(17));
  std::map<std::string, WorldTime> busy_until;
  for (const CallHead& c :
       world.created_in(kApp, world_time(kMidnight), world_time(kMidnight + 3 * 86'400))) {
    const auto [found, fresh] = busy_until.try_emplace(c.channel, c.destroyed);
    if (fresh) continue;
    EXPECT_GE(c.created, found->second) << c.channel;
    found->second = c.destroyed;
  }
}

TEST(World, KnowsItsOwnCallsOnly) {
  const World world(lively(1));
  const std::string id = calls_of_day(world).front()->head.call_id;
  EXPECT_EQ(world.call("second", id), nullptr);
  EXPECT_EQ(world.call("third", id), nullptr);
  std::string wrong = id;
  wrong[3] = wrong[3] == 'a' ? 'b' : 'a';
  EXPECT_EQ(world.call(kApp, wrong), nullptr);
  EXPECT_EQ(world.call(kApp, "c1"), nullptr);
  EXPECT_EQ(world.call(kApp, std::string(32, 'x')), nullptr);
}

TEST(World, HasServerUsersAndUidsUpToTheLast) {
  const World world(lively(1));
  int server_users = 0;
  std::uint32_t greatest = 0;
  for (int day = 0; day < 3; ++day) {
    for (const auto& call : calls_of_day(world, kMidnight + day * 86'400)) {
      for (const Session& s : call->sessions) {
        EXPECT_EQ(s.server_user, s.platform == "Linux");
        EXPECT_NE(s.uid, 0U);
        server_users += s.server_user;
        greatest = std::max(greatest, s.uid);
      }
    }
  }
  EXPECT_GT(server_users, 10);
  EXPECT_EQ(greatest, 0xffffffffU);
}

}  // namespace
}  // namespace agora_exporter::simulator
