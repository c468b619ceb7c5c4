// The truth against what the API serves, point by point, by an own and simple reading of the design's rules.
#include "agora_exporter/simulator/truth.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "agora_exporter/agora/catalog.h"
#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

using Points = std::map<std::int64_t, double>;                            // at -> value
using StreamKey = std::tuple<std::string, std::uint32_t, std::uint32_t>;  // sid, mid, peer

struct Served {
  std::map<std::string, agora::CallEntry> calls;
  std::map<std::string, agora::SessionEntry> sessions;  // by sid
  std::map<std::string, std::string> call_of;           // sid -> call
  std::map<StreamKey, Points> streams;
};

// Everything of a stretch of time, asked for much later.
Served fetch(Questions& q, std::int64_t from, std::int64_t to) {
  Served all;
  q.now = wall_time(to + 50'000);
  const Asked lists = q.lists(from - 45'000, to);
  EXPECT_FALSE(lists.calls().has_more);
  for (const auto& c : lists.calls().calls) {
    if (c.destroyed && *c.destroyed <= world_time(from)) continue;
    all.calls[c.call_id] = c;
    std::vector<std::string> sids;
    for (int page = 1;; ++page) {
      q.pass(Millis{1'000});
      const Asked asked = q.sessions(c.call_id, unix_seconds(c.created), to + 1, page);
      for (const auto& s : asked.sessions().sessions) {
        all.sessions[s.sid] = s;
        all.call_of[s.sid] = c.call_id;
        sids.push_back(s.sid);
      }
      if (asked.sessions().sessions.size() < 20) break;
    }
    for (std::size_t i = 0; i < sids.size(); i += 20) {
      q.pass(Millis{1'000});
      const std::vector<std::string> some(
          sids.begin() + static_cast<std::ptrdiff_t>(i),
          sids.begin() + static_cast<std::ptrdiff_t>(std::min(i + 20, sids.size())));
      const Asked asked = q.metrics(c.call_id, some, from - 100, to + 100);
      const agora::PointSet& set = asked.points();
      for (const agora::Stream& s : set.streams) {
        Points& points = all.streams[{set.sids[s.sid], s.mid, s.peer_uid}];
        for (std::uint32_t k = s.begin; k < s.end; ++k) points[unix_seconds(set.times[k])] = set.values[k];
      }
    }
  }
  return all;
}

SimulatorOptions lively(std::uint64_t seed) {
  SimulatorOptions options = default_options("enterprise");
  options.plan.of(agora::Endpoint::call_sessions).longest_window = Seconds{100'000};
  options.plan.of(agora::Endpoint::call_lists).per_day = 0;
  options.world.seed = seed;
  options.world.apps = {{kApp, 90}};
  options.world.server_users = 0.5;
  return options;
}

std::map<StreamKey, double> shown(const Served& all, std::int64_t r) {
  std::map<StreamKey, double> values;
  for (const auto& [key, points] : all.streams) {
    const auto& session = all.sessions.at(std::get<0>(key));
    if (unix_seconds(session.joined) > r || unix_seconds(*session.left) <= r) continue;
    const auto next = points.upper_bound(r);
    if (next == points.begin()) continue;
    const auto newest = std::prev(next);
    if (r - newest->first <= 10 || (next != points.end() && next->first - newest->first <= 60)) {
      values[key] = newest->second;
    }
  }
  return values;
}

TEST(Truth, AtAnInstantIsWhatTheApiServes) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    Questions q(lively(seed));
    const std::int64_t from = kNoon + static_cast<std::int64_t>(seed) * 7'000;
    const Served all = fetch(q, from, from + 1'200);
    ASSERT_FALSE(all.streams.empty());
    for (std::int64_t r = from; r < from + 1'200; r += 13) {
      const Truth truth = truth_at(q.simulator.world(), kApp, world_time(r));
      std::set<std::string> calls;
      for (const auto& c : truth.calls) calls.insert(c.call_id);
      std::set<std::string> expected_calls;
      for (const auto& [id, c] : all.calls) {
        if (unix_seconds(c.created) <= r && unix_seconds(*c.destroyed) > r) expected_calls.insert(id);
      }
      EXPECT_EQ(calls, expected_calls);
      std::map<StreamKey, double> values;
      for (const auto& s : truth.series)
        values[{truth.sessions[s.session].session.sid, s.mid, s.peer_uid}] = s.value;
      ASSERT_EQ(values, shown(all, r)) << "seed " << seed << " at " << r;
      for (const auto& t : truth.sessions) {
        const auto& served = all.sessions.at(t.session.sid);
        EXPECT_EQ(served.uid, t.session.uid);
        EXPECT_EQ(served.network, t.session.network);
        EXPECT_EQ(served.platform, t.session.platform);
        EXPECT_EQ(served.sdk_version, t.session.sdk_version);
        EXPECT_EQ(served.device_type, t.session.device_type);
        EXPECT_EQ(served.speaker, t.session.speaker);
        EXPECT_EQ(served.channel, t.channel);
        EXPECT_EQ(all.call_of.at(t.session.sid), t.call_id);
      }
    }
  }
}

TEST(Truth, HasServerUsersOnlyWhenAsked) {
  Questions q(lively(1));
  const auto linux_users = [&](bool asked) {
    TruthOptions options;
    options.server_users = asked;
    int n = 0;
    for (int i = 0; i < 20; ++i) {
      for (const auto& s :
           truth_at(q.simulator.world(), kApp, world_time(kNoon + i * 500), options).sessions) {
        n += s.session.platform == "Linux";
      }
    }
    return n;
  };
  EXPECT_EQ(linux_users(false), 0);
  EXPECT_GT(linux_users(true), 0);
}

TEST(Truth, GivesPercentAsTheApiDoes) {
  Questions q(lively(1));
  TruthOptions options;
  const Truth percent = truth_at(q.simulator.world(), kApp, world_time(kNoon), options);
  options.percent_as_fraction = true;
  const Truth fraction = truth_at(q.simulator.world(), kApp, world_time(kNoon), options);
  ASSERT_EQ(percent.series.size(), fraction.series.size());
  for (std::size_t i = 0; i < percent.series.size(); ++i) {
    const auto index = agora::mid_index(percent.series[i].mid);
    const bool scaled = index && agora::mids()[*index].scale == agora::Scale::percent;
    EXPECT_DOUBLE_EQ(fraction.series[i].value * (scaled ? 100 : 1), percent.series[i].value);
  }
}

TEST(Totals, AreTheSumsOverTheServedPoints) {
  Questions q(lively(4));
  const std::int64_t a = kNoon;
  const std::int64_t b = kNoon + 1'500;
  const Served all = fetch(q, a, b);
  TruthTotals truth;
  add_totals(q.simulator.world(), kApp, world_time(a), world_time(b), {}, truth);
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
  for (const auto& [id, c] : all.calls) {
    started += unix_seconds(c.created) > a && unix_seconds(c.created) <= b;
    ended += unix_seconds(*c.destroyed) > a && unix_seconds(*c.destroyed) <= b;
  }
  EXPECT_EQ(truth.calls_started, started);
  EXPECT_EQ(truth.calls_ended, ended);
  ASSERT_GT(ended, 0U);
  double seconds = 0;
  for (const auto& [sid, s] : all.sessions) {
    seconds += std::max(
        0.0, static_cast<double>(std::min(b, unix_seconds(*s.left)) - std::max(a, unix_seconds(s.joined))));
  }
  double audio_playback = 0;
  double video_freeze = 0;
  std::map<ObservedKey, std::map<double, std::uint64_t>> observed;
  for (const auto& [key, points] : all.streams) {
    const auto& [sid, mid, peer] = key;
    const auto& s = all.sessions.at(sid);
    for (auto q2 = points.upper_bound(a); q2 != points.end() && q2->first <= b; ++q2) {
      if (mid == 20010 || mid == 20016 || mid == 20018 || mid == 20022)
        ++observed[{s.platform, s.network, mid}][q2->second];
      if (q2 == points.begin()) continue;
      const auto p = std::prev(q2);
      if (q2->first - p->first > 60) continue;
      if (mid == 20005) audio_playback += static_cast<double>(q2->first - p->first);
      if (mid == 20011) video_freeze += q2->second / 1'000;
    }
  }
  SessionTotals sum;
  for (const auto& [key, t] : truth.sessions) {
    EXPECT_LE(std::count(key.sdk_version.begin(), key.sdk_version.end(), '.'), 1);
    sum.session_seconds += t.session_seconds;
    sum.audio_playback += t.audio_playback;
    sum.video_freeze += t.video_freeze;
  }
  EXPECT_EQ(sum.session_seconds, seconds);
  EXPECT_EQ(sum.audio_playback, audio_playback);
  EXPECT_NEAR(sum.video_freeze, video_freeze, 1e-9 * video_freeze);
  EXPECT_GT(video_freeze, 0);
  std::erase_if(truth.observed, [](const auto& entry) { return entry.second.empty(); });
  EXPECT_EQ(truth.observed, observed);
}

TEST(Totals, PointsSixtySecondsApartAreOneRunAndSixtyOneAreNot) {
  for (const std::int64_t spacing : {60, 61}) {
    WorldOptions options = plain_options().world;
    options.spacing = Seconds{spacing};
    const World world(options);
    const CallHead head = world.created_in(kApp, world_time(kNoon), world_time(kNoon + 1'000)).front();
    TruthTotals truth;
    add_totals(world, kApp, head.created + Seconds{300}, head.created + Seconds{600}, {}, truth);
    double playback = 0;
    for (const auto& [key, t] : truth.sessions) playback += t.video_playback;
    EXPECT_EQ(playback > 0, spacing == 60);
    // 20 s after a point, it is shown only where its run goes on.
    std::size_t old = 0;
    for (const auto& s : truth_at(world, kApp, head.created + Seconds{300}).series) {
      old += (head.created + Seconds{300} - s.point).count() > 10;
    }
    EXPECT_EQ(old > 0, spacing == 60);
  }
}

TEST(Totals, OfIntervalsAddUp) {
  Questions q(lively(6));
  TruthTotals whole;
  add_totals(q.simulator.world(), kApp, world_time(kNoon), world_time(kNoon + 3'000), {}, whole);
  TruthTotals parts;
  for (int i = 0; i < 3'000; i += 60) {
    add_totals(q.simulator.world(), kApp, world_time(kNoon + i), world_time(kNoon + i + 60), {}, parts);
  }
  EXPECT_EQ(whole.calls_started, parts.calls_started);
  EXPECT_EQ(whole.calls_ended, parts.calls_ended);
  EXPECT_EQ(whole.durations, parts.durations);
  const auto drop_empty = [](auto& observed) {
    std::erase_if(observed, [](const auto& e) { return e.second.empty(); });
  };
  drop_empty(whole.observed);
  drop_empty(parts.observed);
  EXPECT_EQ(whole.observed, parts.observed);
  ASSERT_EQ(whole.sessions.size(), parts.sessions.size());
  for (const auto& [key, t] : whole.sessions) {
    const SessionTotals& p = parts.sessions.at(key);
    EXPECT_EQ(t.session_seconds, p.session_seconds);
    EXPECT_EQ(t.audio_playback, p.audio_playback);
    EXPECT_EQ(t.video_playback, p.video_playback);
    EXPECT_NEAR(t.audio_freeze, p.audio_freeze, 1e-9 * (1 + t.audio_freeze));
    EXPECT_NEAR(t.video_freeze, p.video_freeze, 1e-9 * (1 + t.video_freeze));
  }
}

}  // namespace
}  // namespace agora_exporter::simulator
