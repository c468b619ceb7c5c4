// The page equals the world at R, in both directions, under every reading of the specification.
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "agora_exporter/base/hash.h"
#include "system/rig.h"
#include "system/size.h"
#include "system/truth_check.h"

namespace agora_exporter::system_tests {
namespace {

constexpr std::size_t kRuns = 24;

struct Scenario {
  std::uint64_t seed;
  simulator::Readings readings;
  std::string plan;
  std::int64_t minutes;
};

RigOptions rig_options(const Scenario& run) {
  RigOptions options;
  options.seed = run.seed;
  options.plan = run.plan;
  options.readings = run.readings;
  options.world.apps[0].calls_per_day = 60;
  options.world.large_call = true;
  options.insight = false;
  options.start = wall_time(kMonday + static_cast<std::int64_t>(mix(run.seed) % 86'400));
  return options;
}

void check_run(const Scenario& run) {
  std::cout << "seed " << run.seed << ", plan " << run.plan << ": " << simulator::to_text(run.readings)
            << "\n";
  SCOPED_TRACE("seed " + std::to_string(run.seed) + ", plan " + run.plan + ", readings " +
               simulator::to_text(run.readings));
  Rig rig(rig_options(run));
  const WorldTime first = to_world(rig.options().start) - rig.lag();
  WallTime ready_at = WallTime::max();
  std::size_t series = 0, compared = 0;
  for (std::int64_t minute = 1; minute <= run.minutes; ++minute) {
    const auto second =
        static_cast<std::int64_t>(mix(run.seed * 1'000'003 + static_cast<std::uint64_t>(minute)) % 60);
    rig.run_until(rig.options().start + Seconds{60 * minute + second});
    const auto world = rig.world();
    if (ready_at == WallTime::max() && rig.ready()) ready_at = rig.clock().now();
    TruthOptions options;
    options.app_id = rig.options().world.apps[0].app_id;
    options.app_name = "app0";
    options.began_after = first;
    // An answer takes effect for instants later than the R at which it came.
    if (ready_at != WallTime::max() && rig.clock().now() > ready_at + Seconds{2}) {
      const Seconds look_back = rig.simulator().options().plan.of(agora::Endpoint::call_sessions).look_back;
      options.began_after = world->at - (look_back - rig.lag());
      // What R had passed when its answer came is not shown.
      options.points_after = to_world(ready_at) - rig.lag();
    } else {
      options.began_after = WorldTime::max();
    }
    const simulator::Truth truth =
        simulator::truth_at(rig.simulator().world(), options.app_id, world->at, {false, false});
    const Difference difference = compare(*world, truth, options);
    ASSERT_TRUE(difference.none()) << "at R = " << to_iso(world->at) << " (" << unix_seconds(world->at)
                                   << "), T = " << to_iso(rig.clock().now()) << ", ready "
                                   << (ready_at == WallTime::max() ? "never" : to_iso(ready_at)) << ": "
                                   << difference.text();
    series += difference.series;
    ++compared;
  }
  EXPECT_LT(ready_at, rig.options().start + Seconds{900});
  EXPECT_GT(series, compared * 20) << "the world was too quiet to say anything";
  std::cout << "seed " << run.seed << ": " << compared << " pages, " << series << " series compared\n";
}

std::vector<Scenario> runs() {
  std::vector<Scenario> all;
  const std::vector<simulator::Readings> array = simulator::covering_array(1);
  const std::vector<std::string> plans{"standard", "premium", "enterprise"};
  const std::int64_t minutes = full_size() ? 3 * 1'440 : 240;
  const std::size_t count = full_size() ? kRuns : 6;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back({1 + i % 10, array[i % array.size()], plans[i % plans.size()], minutes});
  return all;
}

class Truth : public testing::TestWithParam<std::size_t> {};

TEST_P(Truth, EqualsTheWorldAtR) {
  const std::vector<Scenario> all = runs();
  if (GetParam() >= all.size()) GTEST_SKIP() << "only at full size: scripts/verify truth";
  check_run(all[GetParam()]);
}

// The check itself: a page that is off by a second, or that swaps two mids, is found out.
class TruthMutation : public testing::Test {
 protected:
  TruthMutation() : rig_(rig_options({3, {}, "enterprise", 0})) {
    rig_.run_until(rig_.options().start + Seconds{5'400});
    world_ = std::make_shared<timeline::World>(*rig_.world());
    options_ = {rig_.options().world.apps[0].app_id, "app0", to_world(rig_.options().start), WorldTime{}};
  }
  Difference against(WorldTime r) {
    return compare(*world_, simulator::truth_at(rig_.simulator().world(), options_.app_id, r), options_);
  }

  Rig rig_;
  std::shared_ptr<timeline::World> world_;
  TruthOptions options_;
};

TEST_F(TruthMutation, NoneIsFoundInThePageItself) { EXPECT_TRUE(against(world_->at).none()); }

TEST_F(TruthMutation, AShiftOfASecondIsFound) {
  EXPECT_FALSE(against(world_->at + Seconds{1}).none());
  EXPECT_FALSE(against(world_->at - Seconds{1}).none());
}

TEST_F(TruthMutation, SwappedMidsAreFound) {
  std::swap(world_->values[0], world_->values[1]);
  EXPECT_FALSE(against(world_->at).wrong.empty());
}

// Every pair of two switches' values occurs in the runs of full size.
TEST(TruthRuns, HoldTheWholeCoveringArray) {
  const std::vector<simulator::Readings> array = simulator::covering_array(1);
  EXPECT_LE(array.size(), kRuns);
  const auto rows = simulator::readings();
  for (std::size_t a = 0; a < rows.size(); ++a)
    for (std::size_t b = a + 1; b < rows.size(); ++b) {
      std::set<std::pair<std::size_t, std::size_t>> pairs;
      for (const simulator::Readings& readings : array)
        pairs.emplace(rows[a].get(readings), rows[b].get(readings));
      EXPECT_EQ(pairs.size(), rows[a].values.size() * rows[b].values.size())
          << rows[a].name << ", " << rows[b].name;
    }
}

INSTANTIATE_TEST_SUITE_P(CoveringArray, Truth, testing::Range<std::size_t>(0, kRuns));

}  // namespace
}  // namespace agora_exporter::system_tests
