#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "agora_exporter/simulator/truth.h"
#include "agora_exporter/simulator/world.h"
#include "simulator/desk.h"
#include "simulator/models.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kMidnight = kNoon - 43'200;
constexpr Span kSpan{world_time(kNoon - 3'600), world_time(kNoon + 3'600)};
constexpr double kShare = 0.3;

WorldOptions calm() {
  WorldOptions options;
  options.apps = {{kApp, 1'500}};
  options.seed = 21;
  options.daily_rhythm = false;
  options.incidents = false;
  return options;
}

WorldOptions hit(double factor) {
  WorldOptions options = calm();
  options.planned = {{kSpan, "Wi-Fi", kShare, factor}};
  return options;
}

bool within(const Span& span, WorldTime t) { return t >= span.begin && t < span.end; }

// f(call, session index, stream, point of `before`, point of `after`) over the calls around the incident.
template <class F>
void each_pair(const World& before, const World& after, F&& f) {
  const WorldTime begin = kSpan.begin - Seconds{1'800};
  for (const CallHead& head : before.active_in(kApp, begin, kSpan.end + Seconds{1'800})) {
    const auto call = before.call(kApp, head.call_id);
    for (std::size_t i = 0; i < call->sessions.size(); ++i) {
      for (const Stream& s : before.streams(*call, i)) {
        const auto old = before.points(*call, i, s, head.created, head.destroyed);
        const auto now = after.points(*after.call(kApp, head.call_id), i, s, head.created, head.destroyed);
        ASSERT_EQ(old.size(), now.size());
        for (std::size_t k = 0; k < old.size(); ++k) f(*call, i, s, old[k], now[k]);
      }
    }
  }
}

struct Sums {
  double before = 0, after = 0;  // of the sessions that are hit
  std::set<std::string> hit, spared;
};

TEST(PlannedIncident, MakesTheFreezesOfAShareOfTheUsersLonger) {
  Sums sums[2];  // audio, video
  const World after(hit(2));
  each_pair(World(calm()), after,
            [&](const Call& c, std::size_t i, const Stream& s, const Point& old, const Point& now) {
              if (!is_freeze(s.mid) || c.sessions[i].network != "Wi-Fi" || !within(kSpan, old.at)) return;
              const Session& session = after.call(kApp, c.head.call_id)->sessions[i];
              Sums& of_media = sums[s.mid == 20005 ? 0 : 1];
              if (session.planned.empty()) {
                EXPECT_EQ(now.digits, old.digits);
                of_media.spared.insert(session.sid);
                return;
              }
              EXPECT_EQ(now.digits, std::min<std::int64_t>(2 * old.digits, 200'000));
              of_media.hit.insert(session.sid);
              of_media.before += old.value;
              of_media.after += now.value;
            });
  for (const auto& [before, frozen, hit, spared] : sums) {
    ASSERT_GT(hit.size() + spared.size(), 200U);
    const auto all = static_cast<double>(hit.size() + spared.size());
    EXPECT_NEAR(static_cast<double>(hit.size()) / all, kShare, 0.1);
    EXPECT_NEAR(frozen / before, 2, 0.1);
  }
}

TEST(PlannedIncident, MultipliesByLessWhereThereIsNoRoomForMore) {
  double before = 0;
  double after = 0;
  each_pair(World(calm()), World(hit(3)),
            [&](const Call&, std::size_t, const Stream&, const Point& old, const Point& now) {
              EXPECT_LE(now.digits, std::max<std::int64_t>(old.digits, 200'000));
              if (old.digits == now.digits) return;
              before += old.value;
              after += now.value;
            });
  EXPECT_GT(after, 2.6 * before);
  EXPECT_LT(after, 3 * before);
}

TEST(PlannedIncident, LetsALongerFreezeBeWherePointsAreFurtherApart) {
  WorldOptions sparse[] = {calm(), hit(3)};
  for (WorldOptions& options : sparse) options.spacing = Seconds{10};
  std::int64_t longest = 0;
  each_pair(World(sparse[0]), World(sparse[1]),
            [&](const Call&, std::size_t, const Stream&, const Point& old, const Point& now) {
              if (old.digits == now.digits) return;
              EXPECT_EQ(now.digits, 3 * old.digits);
              longest = std::max(longest, now.digits);
            });
  EXPECT_GT(longest, 250'000);
}

TEST(PlannedIncident, LeavesAllElseAsItIs) {
  int changed = 0;
  each_pair(World(calm()), World(hit(3)),
            [&](const Call& c, std::size_t i, const Stream& s, const Point& old, const Point& now) {
              EXPECT_EQ(old.at, now.at);
              if (old.digits == now.digits) return;
              ++changed;
              EXPECT_TRUE(is_freeze(s.mid)) << s.mid;
              EXPECT_EQ(c.sessions[i].network, "Wi-Fi");
              EXPECT_TRUE(within(kSpan, old.at)) << to_iso(old.at);
            });
  EXPECT_GT(changed, 1'000);
}

TEST(PlannedIncident, HitsTheSameUsersForAllOfItsTime) {
  const World world(hit(3));
  std::set<std::pair<std::string, std::uint32_t>> users[2];  // spared, hit
  for (const CallHead& head : world.active_in(kApp, kSpan.begin, kSpan.end)) {
    for (const Session& s : world.call(kApp, head.call_id)->sessions) {
      if (s.network != "Wi-Fi" || s.left <= kSpan.begin || s.joined >= kSpan.end) {
        EXPECT_TRUE(s.planned.empty());
      } else {
        users[s.planned.size()].insert({head.call_id, s.user});
      }
    }
  }
  for (const auto& user : users[1]) EXPECT_EQ(users[0].count(user), 0U);
  const auto all = static_cast<double>(users[0].size() + users[1].size());
  EXPECT_NEAR(static_cast<double>(users[1].size()) / all, kShare, 0.1);
}

TEST(PlannedIncident, IsInTheTruthAsInTheApi) {
  SimulatorOptions options = plain_options();
  options.world = hit(3);
  Simulator simulator(options);
  const World before(calm());
  const Truth truth = truth_at(simulator.world(), kApp, world_time(kNoon), {});
  const Truth old = truth_at(before, kApp, world_time(kNoon), {});
  ASSERT_EQ(truth.series.size(), old.series.size());
  int longer = 0;
  for (std::size_t i = 0; i < old.series.size(); ++i) {
    if (truth.series[i].value == old.series[i].value) continue;
    EXPECT_TRUE(is_freeze(old.series[i].mid));
    longer += truth.series[i].value > old.series[i].value;
  }
  EXPECT_GT(longer, 0);
}

TEST(PlannedIncident, IsReadFromText) {
  WorldOptions options;
  ASSERT_TRUE(add_planned_incident(options, "Wi-Fi,0.25,3,2026-11-24T12:00:00Z,40").has_value());
  ASSERT_TRUE(add_planned_incident(options, "4G,1,1.5,1795521600,0.5").has_value());
  ASSERT_EQ(options.planned.size(), 2U);
  const PlannedIncident& first = options.planned[0];
  EXPECT_EQ(first.network, "Wi-Fi");
  EXPECT_EQ(first.share, 0.25);
  EXPECT_EQ(first.freeze_factor, 3);
  EXPECT_EQ(first.span.begin, world_time(kNoon));
  EXPECT_EQ(first.span.end, world_time(kNoon + 2'400));
  EXPECT_EQ(options.planned[1].span.begin, world_time(kNoon));
  EXPECT_EQ(options.planned[1].span.end, world_time(kNoon + 30));
}

TEST(PlannedIncident, SaysWhatIsWrongWithAText) {
  const auto refused = [](const char* text) {
    WorldOptions options;
    const auto added = add_planned_incident(options, text);
    EXPECT_TRUE(options.planned.empty());
    return added ? std::string() : added.error().text();
  };
  EXPECT_EQ(refused("Wi-Fi,2,3,1795521600,40"),
            "no incident: \"Wi-Fi,2,3,1795521600,40\": SHARE is no number from 0 to 1 "
            "(NETWORK,SHARE,FACTOR,FROM,MINUTES, as in Wi-Fi,0.3,3,2026-03-02T10:00:00Z,40)");
  const std::pair<const char*, const char*> bad[] = {
      {"", "five fields"},
      {"Wi-Fi,0.3,3,1795521600", "five fields"},
      {"Wi-Fi,0.3,3,1795521600,40,5", "five fields"},
      {"wifi,0.3,3,1795521600,40", "\"wifi\""},
      {"Wi-Fi,,3,1795521600,40", "SHARE"},
      {"Wi-Fi,nan,3,1795521600,40", "SHARE"},
      {"Wi-Fi,0.3,-1,1795521600,40", "FACTOR"},
      {"Wi-Fi,0.3,3x,1795521600,40", "FACTOR"},
      {"Wi-Fi,0.3,3,noon,40", "FROM"},
      {"Wi-Fi,0.3,3,1795521600,0", "MINUTES"},
      {"Wi-Fi,0.3,3,1795521600,", "MINUTES"},
  };
  for (const auto& [text, why] : bad) EXPECT_NE(refused(text).find(why), std::string::npos) << text;
}

TEST(PlannedIncident, MayBeOnEveryNetworkOfTheWorld) {
  const World world(calm());
  std::set<std::string> networks;
  for (const CallHead& head : world.created_in(kApp, world_time(kMidnight), world_time(kMidnight + 86'400)))
    for (const Session& s : world.call(kApp, head.call_id)->sessions) networks.insert(s.network);
  networks.erase("");
  EXPECT_GT(networks.size(), 4U);
  for (const std::string& network : networks) {
    WorldOptions options;
    EXPECT_TRUE(add_planned_incident(options, network + ",0.3,3,1795521600,40").has_value()) << network;
  }
}

}  // namespace
}  // namespace agora_exporter::simulator
