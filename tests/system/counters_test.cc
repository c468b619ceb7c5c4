// From the first whole day on, every total equals the world's sum over the instants passed; no replayed
// counter ever falls, over restarts and pruning too.
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/storage/disk.h"
#include "system/rig.h"
#include "system/size.h"

namespace agora_exporter::system_tests {
namespace {

using Sums = std::map<std::string, double>;

void add_histogram(Sums& sums, const std::string& name, const timeline::Histogram& histogram) {
  for (std::size_t i = 0; i < histogram.buckets.size(); ++i)
    sums[name + " bucket " + std::to_string(i)] += static_cast<double>(histogram.buckets[i]);
  sums[name + " sum"] += histogram.sum;
  sums[name + " count"] += static_cast<double>(histogram.count);
}

constexpr std::array kObservedMids{agora::kAudioLossMid, agora::kVideoLossMid, agora::kRoundTripMid,
                                   agora::kVideoFramesMid};

Sums sums_of(const timeline::World& world) {
  Sums sums;
  const timeline::AppWorld& app = world.apps.front();
  sums["started"] = static_cast<double>(app.calls_started);
  sums["ended"] = static_cast<double>(app.calls_ended);
  add_histogram(sums, "duration", app.call_duration);
  for (const timeline::Totals& t : world.totals) {
    const std::string name = t.platform + "/" + t.network + "/" + t.sdk_version + " ";
    sums[name + "session seconds"] += t.session_seconds;
    sums[name + "audio playback"] += t.audio_playback;
    sums[name + "audio freeze"] += t.audio_freeze;
    sums[name + "video playback"] += t.video_playback;
    sums[name + "video freeze"] += t.video_freeze;
  }
  for (const timeline::ObservedTotals& o : world.observed)
    for (std::size_t i = 0; i < kObservedMids.size(); ++i)
      add_histogram(sums, o.platform + "/" + o.network + " mid " + std::to_string(kObservedMids[i]),
                    o.histograms[i]);
  return sums;
}

template <class Bounds>
void observe(timeline::Histogram& histogram, const Bounds& bounds, double value, std::uint64_t times) {
  histogram.buckets.resize(bounds.size() + 1);
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  histogram.buckets[static_cast<std::size_t>(bucket)] += times;
  histogram.sum += value * static_cast<double>(times);
  histogram.count += times;
}

Sums sums_of(const simulator::TruthTotals& truth) {
  Sums sums;
  sums["started"] = static_cast<double>(truth.calls_started);
  sums["ended"] = static_cast<double>(truth.calls_ended);
  timeline::Histogram durations;
  for (const auto& [seconds, count] : truth.durations)
    observe(durations, timeline::kCallDurationBounds, static_cast<double>(seconds), count);
  add_histogram(sums, "duration", durations);
  for (const auto& [key, totals] : truth.sessions) {
    const std::string name = key.platform + "/" + key.network + "/" + key.sdk_version + " ";
    sums[name + "session seconds"] += totals.session_seconds;
    sums[name + "audio playback"] += totals.audio_playback;
    sums[name + "audio freeze"] += totals.audio_freeze;
    sums[name + "video playback"] += totals.video_playback;
    sums[name + "video freeze"] += totals.video_freeze;
  }
  for (const auto& [key, values] : truth.observed) {
    timeline::Histogram histogram;
    const agora::Mid& mid = agora::mids()[*agora::mid_index(key.mid)];
    for (const auto& [raw, count] : values) {
      const double value = raw * agora::factor_of(mid.scale, false);
      if (key.mid == agora::kRoundTripMid) {
        observe(histogram, timeline::kRoundTripBounds, value, count);
      } else if (key.mid == agora::kVideoFramesMid) {
        observe(histogram, timeline::kFramesBounds, value, count);
      } else {
        observe(histogram, timeline::kLossBounds, value, count);
      }
    }
    add_histogram(sums, key.platform + "/" + key.network + " mid " + std::to_string(key.mid), histogram);
  }
  return sums;
}

// What the totals gained since `before`, against what the world held between.
void expect_equal(const Sums& now, const Sums& before, const Sums& truth) {
  std::size_t compared = 0;
  for (const auto& [name, value] : truth) {
    const auto found = now.find(name);
    const auto base = before.find(name);
    const double gained =
        (found == now.end() ? 0 : found->second) - (base == before.end() ? 0 : base->second);
    EXPECT_NEAR(gained, value, 1e-9 * std::max(1.0, std::abs(value))) << name;
    compared += value > 0 ? 1 : 0;
  }
  for (const auto& [name, value] : now) {
    const auto base = before.find(name);
    const double gained = value - (base == before.end() ? 0 : base->second);
    if (truth.contains(name)) continue;
    EXPECT_EQ(gained, 0) << name;
  }
  EXPECT_GT(compared, 50u);
}

void expect_no_fall(const Sums& now, const Sums& before) {
  for (const auto& [name, value] : before) {
    const auto found = now.find(name);
    ASSERT_NE(found, now.end()) << name << " is gone";
    EXPECT_GE(found->second, value) << name << " fell";
  }
}

// Monday's: each run begins on it.
bool holds_the_first_day(storage::Disk& disk, const config::Config& config) {
  const auto files = disk.list(config.storage_path);
  return files && std::any_of(files->begin(), files->end(),
                              [](const std::string& name) { return name.starts_with("journal-2026-03-02"); });
}

enum class Between { nothing, restarts, reloads };

void check(std::uint64_t seed, const std::string& plan, int days, Between how) {
  SCOPED_TRACE("seed " + std::to_string(seed) + ", plan " + plan);
  RigOptions options;
  options.seed = seed;
  options.plan = plan;
  options.insight = false;
  options.world.apps[0].calls_per_day = 60;
  options.start = wall_time(kMonday + 20 * 3'600);
  // Small files, so that days of them are pruned under way.
  options.yaml_tail = "storage: { retention: 12h, max_size: 64MiB }\n";
  const auto disk = storage::make_memory_disk();
  Rig rig(options, disk.get());
  rig.run_until(wall_time(kMonday + 86'400) + rig.lag());
  ASSERT_TRUE(holds_the_first_day(*disk, rig.config()));
  const auto first = rig.world();
  const Sums before = sums_of(*first);
  Sums last = before;
  for (int hour = 1; hour <= 24 * days; ++hour) {
    rig.run_until(wall_time(kMonday + 86'400 + 3'600 * hour) + rig.lag());
    if (how == Between::restarts && hour % 5 == 0) rig.restart();
    if (how == Between::reloads && hour % 2 == 0) {
      config::Config changed = rig.config();
      changed.accounts[0].apps[0].channels.exclude = {"never-" + std::to_string(hour)};
      ASSERT_TRUE(rig.reload(changed));
    }
    const Sums now = sums_of(*rig.world());
    expect_no_fall(now, last);
    last = now;
  }
  EXPECT_FALSE(holds_the_first_day(*disk, rig.config())) << "nothing was pruned";
  const auto world = rig.world();
  simulator::TruthTotals truth;
  simulator::add_totals(rig.simulator().world(), rig.options().world.apps[0].app_id, first->at, world->at, {},
                        truth);
  expect_equal(sums_of(*world), before, sums_of(truth));
  std::cout << "seed " << seed << ", " << plan << ": " << last.size() << " totals, " << truth.calls_ended
            << " calls\n";
}

TEST(Counters, EqualTheWorldsSums) { check(11, "standard", full_size() ? 3 : 1, Between::nothing); }
TEST(Counters, EqualTheWorldsSumsOverRestartsAndPruning) {
  check(12, "enterprise", full_size() ? 3 : 2, Between::restarts);
}
TEST(Counters, EqualTheWorldsSumsOverReloadsAndPruning) {
  check(13, "enterprise", full_size() ? 3 : 2, Between::reloads);
}

}  // namespace
}  // namespace agora_exporter::system_tests
