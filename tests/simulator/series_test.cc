#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/simulator/world.h"
#include "simulator/desk.h"
#include "simulator/models.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kMidnight = kNoon - 43'200;

// f(call, session index, stream, points) over some calls of the day.
template <class F>
void each_stream(const World& world, std::size_t most_calls, F&& f) {
  for (const CallHead& head : world.created_in(kApp, world_time(kMidnight), world_time(kMidnight + 86'400))) {
    if (most_calls-- == 0) return;
    const auto call = world.call(kApp, head.call_id);
    for (std::size_t i = 0; i < call->sessions.size(); ++i) {
      for (const Stream& s : world.streams(*call, i)) {
        f(*call, i, s, world.points(*call, i, s, head.created - Seconds{100}, head.destroyed + Seconds{100}));
      }
    }
  }
}

WorldOptions lively() {
  WorldOptions options;
  options.apps = {{kApp, 300}};
  options.seed = 21;
  return options;
}

TEST(Series, HaveEveryMidOfTheCatalogAndSometimesAnother) {
  std::set<std::uint32_t> seen;
  each_stream(World(lively()), 120,
              [&](const Call&, std::size_t, const Stream& s, const std::vector<Point>& points) {
                if (!points.empty()) seen.insert(s.mid);
              });
  for (const agora::Mid& m : agora::mids()) EXPECT_EQ(seen.count(m.id), 1U) << m.id;
  EXPECT_EQ(seen.count(kUnknownMid), 1U);
  EXPECT_EQ(seen.size(), agora::mids().size() + 1);
}

TEST(Series, CarryAPeerExactlyWhereTheMidIsAboutARemoteUser) {
  each_stream(World(lively()), 30, [&](const Call&, std::size_t, const Stream& s, const std::vector<Point>&) {
    const auto index = agora::mid_index(s.mid);
    if (!index) return;
    EXPECT_EQ(s.peer_uid != 0, agora::mids()[*index].about_remote_user) << s.mid;
  });
}

TEST(Series, OfWebRtcHaveTheirOwnLossAndNoAudioFreeze) {
  std::set<std::uint32_t> web;
  std::set<std::uint32_t> native;
  each_stream(World(lively()), 120,
              [&](const Call& c, std::size_t i, const Stream& s, const std::vector<Point>&) {
                (c.sessions[i].platform == "Web" ? web : native).insert(s.mid);
              });
  for (const std::uint32_t mid : {20036U, 20037U, 20038U}) {
    EXPECT_EQ(web.count(mid), 1U);
    EXPECT_EQ(native.count(mid), 0U);
  }
  EXPECT_EQ(web.count(20005), 0U);
  EXPECT_EQ(native.count(20005), 1U);
}

TEST(Series, OfAnExactCallOfThreeAreFortySix) {
  const World world(plain_options().world);
  std::map<std::string, int> streams;
  std::map<std::string, std::string> platform;
  each_stream(world, 4, [&](const Call& c, std::size_t i, const Stream&, const std::vector<Point>& points) {
    ++streams[c.sessions[i].sid];
    platform[c.sessions[i].sid] = c.sessions[i].platform;
    EXPECT_GE(points.size(), 1200U / 10 - 1);
  });
  for (const auto& [sid, n] : streams) {
    EXPECT_EQ(n, platform[sid] == "Web" ? 48 : 46);
  }
}

TEST(Series, StayInTheirSessionAscendInWholeSecondsAndWithinBounds) {
  std::map<std::int64_t, int> distances;
  each_stream(World(lively()), 60,
              [&](const Call& c, std::size_t i, const Stream& s, const std::vector<Point>& points) {
                const Model& model = models()[s.model];
                for (std::size_t k = 0; k < points.size(); ++k) {
                  EXPECT_GE(points[k].at, c.sessions[i].joined);
                  EXPECT_LT(points[k].at, c.sessions[i].left);
                  if (model.ladder == 0) {
                    EXPECT_GE(points[k].digits, model.least);
                    EXPECT_LE(points[k].digits, model.most);
                  }
                  if (k > 0) {
                    EXPECT_GT(points[k].at, points[k - 1].at);
                    ++distances[(points[k].at - points[k - 1].at).count()];
                  }
                }
              });
  for (const std::int64_t d : {2, 4, 6, 10, 1, 3})
    EXPECT_GT(distances[d], 100) << d;  // 1 and 3: the uneven ones
  const auto wide =
      std::count_if(distances.begin(), distances.end(), [](const auto& d) { return d.first > 60; });
  EXPECT_GT(wide, 0) << "no silence longer than a run's longest step";
}

TEST(Series, AreTheSameHoweverTheyAreCut) {
  const World world(lively());
  each_stream(world, 6, [&](const Call& c, std::size_t i, const Stream& s, const std::vector<Point>& whole) {
    std::vector<Point> parts;
    for (WorldTime t = c.head.created; t <= c.head.destroyed; t += Seconds{37}) {
      const auto part = world.points(c, i, s, t, t + Seconds{36});
      parts.insert(parts.end(), part.begin(), part.end());
    }
    ASSERT_EQ(parts.size(), whole.size());
    for (std::size_t k = 0; k < whole.size(); ++k) {
      EXPECT_EQ(parts[k].at, whole[k].at);
      EXPECT_EQ(parts[k].digits, whole[k].digits);
    }
  });
}

TEST(Series, ComeOnceAMinuteWhereThatIsAskedFor) {
  WorldOptions options = plain_options().world;
  options.spacing = Seconds{60};
  each_stream(World(options), 3,
              [&](const Call&, std::size_t, const Stream&, const std::vector<Point>& points) {
                ASSERT_GE(points.size(), 19U);
                for (std::size_t k = 1; k < points.size(); ++k)
                  EXPECT_EQ((points[k].at - points[k - 1].at).count(), 60);
              });
}

TEST(Series, FallSilentTogetherInTheGapsOfASession) {
  const World world(lively());
  int gaps = 0;
  each_stream(world, 80, [&](const Call& c, std::size_t i, const Stream&, const std::vector<Point>& points) {
    for (const Span& g : c.sessions[i].gaps) {
      ++gaps;
      EXPECT_TRUE(std::none_of(points.begin(), points.end(),
                               [&](const Point& p) { return p.at >= g.begin && p.at < g.end; }));
    }
  });
  EXPECT_GT(gaps, 100);
}

TEST(Series, GetWorseInIncidents) {
  const World world(lively());
  double inside = 0;
  double outside = 0;
  std::int64_t points_inside = 0;
  std::int64_t points_outside = 0;
  each_stream(world, 250,
              [&](const Call& c, std::size_t i, const Stream& s, const std::vector<Point>& points) {
                if (s.mid != 20016) return;
                for (const Point& p : points) {
                  const auto& incidents = c.sessions[i].incidents;
                  const bool bad = std::any_of(incidents.begin(), incidents.end(), [&](const Incident& x) {
                    return p.at >= x.span.begin && p.at < x.span.end;
                  });
                  (bad ? inside : outside) += p.value;
                  ++(bad ? points_inside : points_outside);
                }
              });
  ASSERT_GT(points_inside, 500);
  EXPECT_GT(inside / static_cast<double>(points_inside), 3 * outside / static_cast<double>(points_outside));
}

TEST(Series, HaveFractionalFreezesOfNoMoreThanTheStep) {
  int fractional = 0;
  int zero = 0;
  each_stream(World(lively()), 60,
              [&](const Call&, std::size_t, const Stream& s, const std::vector<Point>& points) {
                if (s.mid != 20005 && s.mid != 20011) return;
                for (const Point& p : points) {
                  EXPECT_LE(p.value, 2000);
                  fractional += p.digits % 100 != 0;
                  zero += p.digits == 0;
                }
              });
  EXPECT_GT(fractional, 100);
  EXPECT_GT(zero, fractional);
}

}  // namespace
}  // namespace agora_exporter::simulator
