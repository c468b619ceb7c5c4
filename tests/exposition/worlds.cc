#include "exposition/worlds.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <utility>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/base/hash.h"
#include "agora_exporter/report/metrics.h"

namespace agora_exporter::exposition::test {

using timeline::World;

World empty_world() {
  World world;
  world.at = world_time(1'700'000'000);
  world.values.resize(agora::mids().size());
  return world;
}

std::uint32_t add_session(World& world, timeline::SessionText text, const std::vector<std::uint32_t>& peers) {
  text.hash = stable_hash(text.sid);
  const auto first = static_cast<std::uint32_t>(world.rows.size());
  const auto index = static_cast<std::uint32_t>(world.sessions.size());
  world.sessions.push_back({std::make_shared<timeline::SessionText>(std::move(text)), world.at - Seconds{100},
                            first, static_cast<std::uint32_t>(peers.size())});
  for (const auto peer : peers) {
    timeline::Row row;
    row.session = index;
    row.peer_uid = peer;
    world.rows.push_back(row);
  }
  for (auto& column : world.values) column.resize(world.rows.size(), timeline::kAbsent);
  return first;
}

void set(World& world, std::uint32_t row, std::uint32_t mid, double value) {
  world.values.at(agora::mid_index(mid).value()).at(row) = value;
}

namespace {

timeline::Histogram histogram(std::vector<std::uint64_t> buckets, double sum) {
  const auto count = std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
  return {std::move(buckets), sum, count};
}

void add_totals(World& world) {
  world.totals.push_back({"shop", "Android", "Wi-Fi", "4.2", 360.5, 300, 1.25, 280, 0.5});
  world.totals.push_back({"shop", "", "", "", 20, 0, 0, 0, 0});
  timeline::ObservedTotals observed{"shop", "Android", "Wi-Fi", {}};
  observed.histograms[0] = histogram({5, 0, 2, 0, 0, 1, 0, 0, 0, 1}, 0.81);
  observed.histograms[2] = histogram({0, 3, 4, 0, 0, 0, 0, 0, 2}, 7.5);
  world.observed.push_back(observed);
  world.active_sessions.push_back({"shop", "Android", "Wi-Fi", 2});
}

void add_apps(World& world) {
  using agora::Endpoint, agora::Granularity;
  timeline::AppWorld shop;
  shop.app = "shop";
  shop.active_calls = 3;
  shop.calls_end_unknown = 1;
  shop.calls_started = 40;
  shop.calls_ended = 36;
  shop.call_duration = histogram({1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0}, 12345.0);
  const WorldTime midnight = world_time(1'699'833'600);
  shop.call_audio_freeze = histogram({20, 1, 2, 3, 0, 0, 4, 0, 0, 0}, 0.75);
  shop.call_video_freeze = histogram({10, 1, 2, 3, 0, 0, 4, 0, 0, 1}, 1.5);
  shop.standard_errors = {120.5, 60, 0.25, 50, 0.125, 7, 0, 9, 0};
  double users = 1000;
  double ratio = 0.064762;
  for (const auto& metric : agora::usage_metrics()) {
    shop.insight.push_back(
        {Endpoint::insight_usage, Granularity::day, std::string(metric.word), "", midnight, users++});
  }
  for (const auto& metric : agora::quality_metrics()) {
    for (const auto product : agora::kProducts) {
      shop.insight.push_back({Endpoint::insight_quality, Granularity::hour, std::string(metric.word),
                              std::string(product), midnight + Seconds{3600}, ratio});
      ratio += 0.0625;
    }
  }
  shop.insight_lags.push_back({Endpoint::insight_usage, Granularity::day, Seconds{194'400}, {8, 1, 0}});
  shop.insight_lags.push_back({Endpoint::insight_quality, Granularity::hour, Seconds{172'800}, {230, 10, 2}});
  shop.session_seconds = {5000, 20, 7.5, 12000};
  shop.session_weight = 2.25;
  shop.points_dropped = {{"late", 12}, {"another_reason", 1}};
  world.apps.push_back(shop);
  timeline::AppWorld quiet;
  quiet.app = "quiet";
  world.apps.push_back(quiet);
}

}  // namespace

World full_world() {
  World world = empty_world();
  add_apps(world);
  add_totals(world);
  const auto row = add_session(world,
                               {"shop", "room 1", "c1", "EDB224CCF4FB4F99815C24302BDF3301", "630985881",
                                "Wi-Fi", "Android", "4.2.0", "Android (6.0)", true, 0},
                               {0, 4'294'967'295});
  double value = 0.25;
  for (const auto& mid : agora::mids()) {
    set(world, mid.about_remote_user ? row + 1 : row, mid.id, value);
    value += 1.25;
  }
  world.rows[row + 1].audio_playback = 90;
  world.rows[row + 1].audio_freeze = 0.10667;
  world.rows[row + 1].video_playback = 88;
  world.rows[row + 1].video_freeze = 0;
  world.unknown_mids.push_back({row, 29999, 7});
  add_session(world, {"shop", "room 1", "c1", "S2", "5", "", "", "", "", false, 0}, {0});
  return world;
}

report::Report full_report() {
  using agora::Endpoint;
  report::Metrics metrics("1.2.3", Seconds{900});
  metrics.app("shop");
  metrics.request("prod", Endpoint::call_lists, "success", Millis{120});
  metrics.request("prod", Endpoint::call_lists, "server_error", Millis{61'000});
  metrics.quota("prod", Endpoint::call_lists, quota::Window::day, 1000, 17);
  metrics.pace("prod", Endpoint::call_lists, 1.0625);
  metrics.advised_lag("prod", 1'560);
  metrics.advised_lag("full", std::numeric_limits<double>::infinity());
  metrics.access("prod", Endpoint::insight_usage, false);
  metrics.up("prod", "shop", true);
  metrics.newest_data("shop", "call_lists", world_time(1'700'000'500));
  metrics.last_success("shop", Endpoint::call_lists, WallTime{Millis{1'700'000'900'250}});
  metrics.call("shop", "followed");
  metrics.sampling("shop", "call", 0.5);
  metrics.sampling("shop", "session", 1);
  metrics.deadline_missed("shop", Endpoint::call_metrics);
  metrics.list_truncated("shop");
  metrics.journal_damaged(2);
  metrics.reloaded(true, wall_time(1'790'000'000));
  report::Report report;
  report.families = metrics.collect();
  for (auto& family : report.families) {
    if (family.name.starts_with("process_")) family.metric.clear();
  }
  return report;
}

World random_world(std::uint64_t seed, std::size_t sessions) {
  std::mt19937_64 random(seed);
  const auto hex = [&] {
    std::string text;
    for (int i = 0; i < 32; ++i) text += "0123456789ABCDEF"[random() % 16];
    return text;
  };
  std::uniform_real_distribution<double> unit(0, 1);
  World world = empty_world();
  std::string call;
  for (std::size_t i = 0; i < sessions; ++i) {
    if (i % 4 == 0) call = hex();
    std::vector<std::uint32_t> peers{0};
    for (auto more = random() % 3; more > 0; --more)
      peers.push_back(static_cast<std::uint32_t>(random() | 1));
    const auto first =
        add_session(world,
                    {"app", "channel " + call.substr(0, 4), call, hex(), std::to_string(random() % 1000),
                     "Wi-Fi", "iOS", "4.1.1", "iPhone", random() % 2 == 0, 0},
                    peers);
    for (auto row = first; row < world.rows.size(); ++row) {
      for (auto& column : world.values) {
        if (unit(random) < 0.8) column[row] = std::ldexp(unit(random), static_cast<int>(random() % 40) - 10);
      }
      if (unit(random) < 0.5) world.rows[row].audio_playback = std::floor(unit(random) * 3600);
      if (unit(random) < 0.5) world.rows[row].video_freeze = unit(random);
      if (unit(random) < 0.1)
        world.unknown_mids.push_back({row, 29000 + static_cast<std::uint32_t>(i % 5), unit(random)});
    }
  }
  return world;
}

World shuffled(const World& world, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  World other = empty_world();
  std::vector<std::uint32_t> order(world.sessions.size()), new_row(world.rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::shuffle(order.begin(), order.end(), random);
  for (const auto i : order) {
    auto session = world.sessions[i];
    const auto old_first = session.first_row;
    session.first_row = static_cast<std::uint32_t>(other.rows.size());
    for (auto row = old_first; row < old_first + session.rows; ++row) {
      new_row[row] = static_cast<std::uint32_t>(other.rows.size());
      other.rows.push_back(world.rows[row]);
      other.rows.back().session = static_cast<std::uint32_t>(other.sessions.size());
      for (std::size_t mid = 0; mid < world.values.size(); ++mid) {
        other.values[mid].push_back(world.values[mid][row]);
      }
    }
    other.sessions.push_back(session);
  }
  for (auto unknown : world.unknown_mids) {
    unknown.row = new_row[unknown.row];
    other.unknown_mids.push_back(unknown);
  }
  other.apps = world.apps;
  other.totals = world.totals;
  other.observed = world.observed;
  other.active_sessions = world.active_sessions;
  for (auto& app : other.apps) {
    std::shuffle(app.insight.begin(), app.insight.end(), random);
    std::shuffle(app.insight_lags.begin(), app.insight_lags.end(), random);
  }
  std::shuffle(other.apps.begin(), other.apps.end(), random);
  std::shuffle(other.totals.begin(), other.totals.end(), random);
  std::shuffle(other.observed.begin(), other.observed.end(), random);
  std::shuffle(other.active_sessions.begin(), other.active_sessions.end(), random);
  std::shuffle(other.unknown_mids.begin(), other.unknown_mids.end(), random);
  return other;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string text;
  for (const auto& piece : pieces) text += piece;
  return text;
}

}  // namespace agora_exporter::exposition::test
