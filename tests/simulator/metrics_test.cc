// call/metrics: the world's points, under each reading.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <tuple>

#include "agora_exporter/agora/catalog.h"
#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

using Key = std::tuple<std::string, std::uint32_t, std::uint32_t, std::int64_t>;  // sid, mid, peer, at

std::map<Key, double> points_of(const agora::PointSet& set) {
  std::map<Key, double> points;
  for (const agora::Stream& s : set.streams) {
    for (std::uint32_t i = s.begin; i < s.end; ++i) {
      points[{set.sids[s.sid], s.mid, s.peer_uid, unix_seconds(set.times[i])}] = set.values[i];
    }
  }
  return points;
}

struct Scene {
  std::shared_ptr<const Call> call;
  std::vector<std::string> sids;
};

// A call of the world that was on from `now` - 1500 s, and the sids of its people.
Scene scene_of(Questions& q) {
  const auto& world = q.simulator.world();
  const WorldTime at = to_world(q.now) - Seconds{1'500};
  Scene scene;
  for (const CallHead& head : world.active_in(kApp, at, at + Seconds{1})) {
    const auto call = world.call(kApp, head.call_id);
    if (scene.call == nullptr ||
        (call->sessions.size() > scene.call->sessions.size() && call->sessions.size() <= 20)) {
      scene.call = call;
    }
  }
  for (const Session& s : scene.call->sessions) scene.sids.push_back(s.sid);
  return scene;
}

std::map<Key, double> world_points(const World& world, const Scene& scene, std::int64_t a, std::int64_t b) {
  std::map<Key, double> points;
  for (std::size_t i = 0; i < scene.call->sessions.size(); ++i) {
    for (const Stream& s : world.streams(*scene.call, i)) {
      for (const Point& p : world.points(*scene.call, i, s, world_time(a), world_time(b))) {
        points[{scene.call->sessions[i].sid, s.mid, s.peer_uid, unix_seconds(p.at)}] = p.value;
      }
    }
  }
  return points;
}

TEST(CallMetrics, AreTheWorldsPointsExactly) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SimulatorOptions options = default_options("enterprise");
    options.world.seed = seed;
    options.world.apps = {{kApp, 400}};
    options.readings.trailing_commas = seed % 2 == 0 ? YesNo::yes : YesNo::no;
    Questions q(options);
    const Scene scene = scene_of(q);
    const auto got = q.metrics(scene.call->head.call_id, scene.sids, kNoon - 2'000, kNoon - 400);
    const auto expected = world_points(q.simulator.world(), scene, kNoon - 2'000, kNoon - 400);
    ASSERT_FALSE(expected.empty());
    EXPECT_EQ(points_of(got.points()), expected) << "seed " << seed;
  }
}

TEST(CallMetrics, IncludeTheLastSecondByTheReading) {
  for (const auto reading : {LastSecond::included, LastSecond::excluded}) {
    SimulatorOptions options = plain_options("enterprise");
    options.readings.last_second = reading;
    Questions q(options);
    const Scene scene = scene_of(q);
    const std::int64_t more = reading == LastSecond::included ? 0 : -1;
    for (const std::int64_t end : {kNoon - 1'400, kNoon - 1'399}) {
      q.pass(Millis{1'000});
      EXPECT_EQ(points_of(q.metrics(scene.call->head.call_id, scene.sids, end - 30, end).points()),
                world_points(q.simulator.world(), scene, end - 30, end + more));
    }
  }
}

TEST(CallMetrics, OfTheWholeCallGoUpToNowMinusTheDelay) {
  SimulatorOptions options = plain_options("enterprise");
  options.readings.points = Clipping::whole_call;
  Questions q(options);
  const Scene scene = scene_of(q);
  const auto got =
      points_of(q.metrics(scene.call->head.call_id, scene.sids, kNoon - 1'402, kNoon - 1'400).points());
  EXPECT_EQ(got, world_points(q.simulator.world(), scene, 0, kNoon - 100));
}

TEST(CallMetrics, TrailByUpToTwentySecondsWithoutHoles) {
  SimulatorOptions options = plain_options("enterprise");
  options.readings.newest_data = NewestData::trailing;
  Questions q(options);
  std::set<std::int64_t> trails;
  for (const CallHead& head :
       q.simulator.world().active_in(kApp, world_time(kNoon - 101), world_time(kNoon - 100))) {
    if (head.destroyed <= world_time(kNoon)) continue;  // live only
    Scene scene;
    scene.call = q.simulator.world().call(kApp, head.call_id);
    for (const Session& s : scene.call->sessions) scene.sids.push_back(s.sid);
    q.pass(Millis{10});
    const auto got = points_of(q.metrics(head.call_id, scene.sids, kNoon - 400, kNoon - 101).points());
    const auto expected = world_points(q.simulator.world(), scene, kNoon - 400, kNoon - 101);
    std::map<std::string, std::int64_t> newest;
    for (const auto& [key, value] : got)
      newest[std::get<0>(key)] = std::max(newest[std::get<0>(key)], std::get<3>(key));
    for (const auto& [key, value] : expected) {
      EXPECT_EQ(got.count(key), std::get<3>(key) <= newest[std::get<0>(key)] ? 1U : 0U);
    }
    for (const auto& [sid, at] : newest) {
      trails.insert(kNoon - 101 - at);
      EXPECT_LE(kNoon - 101 - at, 22);
    }
  }
  EXPECT_GT(trails.size(), 5U);
}

TEST(CallMetrics, ComeUnsortedAndWithARepetitionByTheReading) {
  for (const auto reading : {YesNo::yes, YesNo::no}) {
    SimulatorOptions options = plain_options("enterprise");
    options.readings.points_sorted = reading;
    Questions q(options);
    const Scene scene = scene_of(q);
    const Asked asked = q.metrics(scene.call->head.call_id, scene.sids, kNoon - 1'500, kNoon - 1'400);
    int unsorted = 0;
    int repeated = 0;
    for (const agora::Stream& s : asked.points().streams) {
      const auto begin = asked.points().times.begin();
      std::vector<WorldTime> times(begin + s.begin, begin + s.end);
      unsorted += !std::is_sorted(times.begin(), times.end());
      std::sort(times.begin(), times.end());
      repeated += std::adjacent_find(times.begin(), times.end()) != times.end();
    }
    EXPECT_EQ(unsorted > 50, reading == YesNo::no);
    EXPECT_EQ(repeated > 50, reading == YesNo::no);
    EXPECT_EQ(points_of(asked.points()),
              world_points(q.simulator.world(), scene, kNoon - 1'500, kNoon - 1'400));
  }
}

TEST(CallMetrics, KeepTheAskedOrderAndListEmptySidsByTheReading) {
  for (const auto order : {YesNo::yes, YesNo::no}) {
    for (const auto empty : {YesNo::yes, YesNo::no}) {
      SimulatorOptions options = plain_options("enterprise");
      options.readings.asked_order = order;
      options.readings.empty_sids_listed = empty;
      Questions q(options);
      Scene scene = scene_of(q);
      const std::string& id = scene.call->head.call_id;
      auto expected = scene.sids;
      if (order == YesNo::no) std::reverse(expected.begin(), expected.end());
      EXPECT_EQ(q.metrics(id, scene.sids, kNoon - 1'500, kNoon - 1'400).points().sids, expected);
      q.pass(Millis{1'000});
      // A window before the call: no sid has data.
      const std::int64_t before = unix_seconds(scene.call->head.created) - 100;
      const Asked none = q.metrics(id, scene.sids, before, before + 50);
      EXPECT_EQ(none.points().sids.size(), empty == YesNo::yes ? 3U : 0U);
      EXPECT_TRUE(none.points().times.empty());
      // A sid that the call does not have.
      EXPECT_TRUE(q.metrics(id, {"nobody"}, kNoon - 1'500, kNoon - 1'400).points().sids.empty());
    }
  }
}

TEST(CallMetrics, GivePercentAsAFractionByTheReading) {
  SimulatorOptions options = plain_options("enterprise");
  Questions percent(options);
  options.readings.percent = PercentAs::fraction;
  Questions fraction(options);
  const Scene scene = scene_of(percent);
  const auto ask = [&](Questions& q) {
    return points_of(q.metrics(scene.call->head.call_id, scene.sids, kNoon - 1'500, kNoon - 1'400).points());
  };
  const auto p = ask(percent);
  const auto f = ask(fraction);
  ASSERT_EQ(p.size(), f.size());
  int compared = 0;
  for (const auto& [key, value] : p) {
    const agora::Mid& mid = agora::mids()[*agora::mid_index(std::get<1>(key))];
    const double scale = mid.scale == agora::Scale::percent ? 100 : 1;
    EXPECT_DOUBLE_EQ(f.at(key), value / scale) << mid.id;
    compared += scale == 100 && value > 0;
  }
  EXPECT_GT(compared, 100);
}

TEST(CallMetrics, AreFastEnoughForSimulatedDays) {
  SimulatorOptions options = plain_options("enterprise");
  Questions q(options);
  const Scene scene = scene_of(q);
  std::int64_t points = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    q.pass(Millis{200});
    const ApiAnswer answer = q.get(agora::target_of(
        {kApp, agora::CallMetricsQuery{{scene.call->head.created, scene.call->head.created + Seconds{1'200}},
                                       scene.call->head.call_id,
                                       scene.sids}}));
    points += std::count(answer.body.begin(), answer.body.end(), ',') / 2;
  }
  const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begin;
  RecordProperty("nanoseconds_a_point", static_cast<int>(spent.count() / static_cast<double>(points)));
  // Generous: sanitizers and a busy machine run this too. Some 25 ns is what it takes alone.
  EXPECT_LT(spent.count() / static_cast<double>(points), 2'000);
  EXPECT_GT(points, 500'000);
}

TEST(CallMetrics, StopMakingABodyThatNobodyWillTake) {
  SimulatorOptions options = plain_options("enterprise");
  options.body_cap = 100'000;
  Questions q(options);
  const Scene scene = scene_of(q);
  const Asked asked = q.metrics(scene.call->head.call_id, scene.sids, kNoon - 2'500, kNoon - 400);
  EXPECT_GT(asked.answer.body.size(), 100'000U);
  EXPECT_LT(asked.answer.body.size(), 150'000U);
}

}  // namespace
}  // namespace agora_exporter::simulator
