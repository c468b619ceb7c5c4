// The page equals the world at R, in both directions, under every reading of the specification.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <set>

#include "agora_exporter/base/hash.h"
#include "system/overheard.h"
#include "system/rig.h"
#include "system/size.h"
#include "system/truth_check.h"
#include "system/truth_counters.h"
#include "system/truth_seconds.h"

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

struct Counts {
  std::size_t pages = 0, series = 0, counters = 0, label_sets = 0, equal_counts = 0;

  void add(const Difference& difference) {
    ++pages;
    series += difference.series;
    counters += difference.counters;
    label_sets += difference.label_sets;
    equal_counts += difference.counts_equal ? 1 : 0;
  }
};

class Run {
 public:
  explicit Run(const Scenario& scenario)
      : scenario_(scenario),
        app_id_(RigOptions().world.apps[0].app_id),
        overheard_(app_id_),
        rig_(with_ears(rig_options(scenario))),
        start_(to_world(rig_.options().start) - rig_.lag()),
        counters_(rig_.simulator().world(), app_id_),
        seconds_(rig_.simulator().world(), app_id_, start_, overheard_.calls()) {}

  // False: the page of this minute is not the world's; it has been told.
  bool look(std::int64_t minute);
  void expect_enough() const;
  std::size_t late_joins() const { return overheard_.late_joins().size(); }

 private:
  RigOptions with_ears(RigOptions options) {
    options.on_request = [this](const agora::HttpRequest& request) {
      overheard_.hear(request, rig_.simulator());
    };
    return options;
  }
  TruthOptions promised(WorldTime r);

  const Scenario scenario_;
  const std::string app_id_;
  Overheard overheard_;
  Rig rig_;
  const WorldTime start_;
  CounterCheck counters_;
  SecondsCheck seconds_;
  WallTime ready_at_ = WallTime::max();
  Counts counts_;
};

TruthOptions Run::promised(WorldTime r) {
  if (ready_at_ == WallTime::max() && rig_.ready()) ready_at_ = rig_.clock().now();
  TruthOptions options{app_id_, "app0", WorldTime::max(), WorldTime{}};
  // An answer takes effect for instants later than the R at which it came.
  if (ready_at_ == WallTime::max() || rig_.clock().now() <= ready_at_ + Seconds{2}) return options;
  const Seconds look_back = rig_.simulator().options().plan.of(agora::Endpoint::call_sessions).look_back;
  options.began_after = r - (look_back - rig_.lag());
  // What R had passed when its answer came is not shown.
  options.points_after = to_world(ready_at_) - rig_.lag();
  return options;
}

bool Run::look(std::int64_t minute) {
  const auto second =
      static_cast<std::int64_t>(mix(scenario_.seed * 1'000'003 + static_cast<std::uint64_t>(minute)) % 60);
  rig_.run_until(rig_.options().start + Seconds{60 * minute + second});
  const auto world = rig_.world();
  const TruthOptions options = promised(world->at);
  const simulator::Truth truth =
      simulator::truth_at(rig_.simulator().world(), app_id_, world->at, {false, false});
  Difference difference = compare(*world, truth, options);
  counters_.compare(*world, truth, options, difference);
  seconds_.compare(*world, truth, options, difference);
  EXPECT_TRUE(difference.none()) << "at R = " << to_iso(world->at) << " (" << unix_seconds(world->at)
                                 << "), T = " << to_iso(rig_.clock().now()) << ", ready "
                                 << (ready_at_ == WallTime::max() ? "never" : to_iso(ready_at_)) << ": "
                                 << difference.text();
  counts_.add(difference);
  return difference.none();
}

void Run::expect_enough() const {
  EXPECT_LT(ready_at_, rig_.options().start + Seconds{900});
  EXPECT_GT(counts_.series, counts_.pages * 20) << "the world was too quiet to say anything";
  EXPECT_GT(counts_.counters, counts_.pages * 4);
  // All but the pages of the first minutes, before the exporter is ready.
  EXPECT_GE(counts_.equal_counts + 15, counts_.pages);
  EXPECT_GT(seconds_.accounted(), 60 * scenario_.minutes);
  EXPECT_LE(seconds_.uncertain(), 300) << "sessions that were over before the first page";
  std::cout << "seed " << scenario_.seed << ": " << counts_.pages << " pages, " << counts_.series
            << " series, " << counts_.counters << " counters, " << counts_.label_sets
            << " label sets of active sessions compared; active counts equal on " << counts_.equal_counts
            << " pages; " << seconds_.accounted() << " session seconds accounted for ("
            << seconds_.not_in_hand() << " late or missing, " << seconds_.absent() << " absent from pages, "
            << seconds_.uncertain() << " uncertain); " << late_joins()
            << " joins in the last second of a frame\n";
}

std::size_t check_run(const Scenario& scenario) {
  const std::string readings = simulator::to_text(scenario.readings);
  std::cout << "seed " << scenario.seed << ", plan " << scenario.plan << ": " << readings << "\n";
  SCOPED_TRACE("seed " + std::to_string(scenario.seed) + ", plan " + scenario.plan + ", readings " +
               readings);
  Run run(scenario);
  for (std::int64_t minute = 1; minute <= scenario.minutes; ++minute)
    if (!run.look(minute)) return 0;
  run.expect_enough();
  return run.late_joins();
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

class Truth : public testing::TestWithParam<std::size_t> {
 protected:
  // Which seconds frames end with is the planner's business: one run may well hold no join in one, but not
  // all.
  static void TearDownTestSuite() {
    if (ran < runs().size()) return;
    std::cout << late_joins_in_all << " joins in the last second of a frame in all\n";
    EXPECT_GT(late_joins_in_all, 0u);
  }
  static inline std::size_t ran = 0, late_joins_in_all = 0;
};

TEST_P(Truth, EqualsTheWorldAtR) {
  const std::vector<Scenario> all = runs();
  if (GetParam() >= all.size()) GTEST_SKIP() << "only at full size: scripts/verify truth";
  late_joins_in_all += check_run(all[GetParam()]);
  ++ran;
}

// The check itself: a page that is off by a second, or that swaps two mids, is found out.
class TruthMutation : public testing::Test {
 protected:
  TruthMutation() : rig_(rig_options({3, {}, "enterprise", 0})) {
    rig_.run_until(rig_.options().start + Seconds{5'400});
    world_ = std::make_shared<timeline::World>(*rig_.world());
    options_ = {rig_.options().world.apps[0].app_id, "app0", to_world(rig_.options().start), WorldTime{}};
  }
  simulator::Truth truth(WorldTime r) {
    return simulator::truth_at(rig_.simulator().world(), options_.app_id, r);
  }
  Difference against(WorldTime r) { return compare(*world_, truth(r), options_); }
  Difference counters() {
    Difference difference;
    CounterCheck(rig_.simulator().world(), options_.app_id)
        .compare(*world_, truth(world_->at), options_, difference);
    return difference;
  }
  SecondsCheck seconds_check() {
    const WorldTime start = to_world(rig_.options().start) - rig_.lag();
    for (const simulator::CallHead& call :
         rig_.simulator().world().active_in(options_.app_id, start, world_->at + Seconds{400}))
      followed_.insert(call.call_id);
    return {rig_.simulator().world(), options_.app_id, start, followed_};
  }
  Difference seconds() {
    Difference difference;
    SecondsCheck check = seconds_check();
    check.compare(*world_, truth(world_->at), options_, difference);
    uncertain_ = check.uncertain();
    return difference;
  }

  Rig rig_;
  std::set<std::string> followed_;
  std::int64_t uncertain_ = 0;
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

TEST_F(TruthMutation, AWrongLabelOrJoinTimeIsFound) {
  timeline::SessionView& session = world_->sessions.at(0);
  const auto text = session.text;
  session.joined += Seconds{1};
  EXPECT_FALSE(against(world_->at).wrong.empty());
  session.joined -= Seconds{1};
  auto other = std::make_shared<timeline::SessionText>(*text);
  other->sdk_version += "1";
  session.text = other;
  EXPECT_FALSE(against(world_->at).wrong.empty());
}

TEST_F(TruthMutation, WrongActiveCallsAreFound) {
  timeline::AppWorld& app = world_->apps.at(0);
  ASSERT_TRUE(against(world_->at).counts_equal);
  ++app.active_calls;
  EXPECT_FALSE(against(world_->at).wrong.empty());
  app.active_calls -= 2;
  EXPECT_FALSE(against(world_->at).missing.empty());
  ++app.active_calls;
  ++app.calls_end_unknown;
  EXPECT_FALSE(against(world_->at).missing.empty());
}

TEST_F(TruthMutation, WrongActiveSessionsAreFound) {
  ASSERT_GT(world_->active_sessions.size(), 1u);
  ++world_->active_sessions[0].count;
  EXPECT_FALSE(against(world_->at).wrong.empty());
  world_->active_sessions[0].count -= 2;
  EXPECT_FALSE(against(world_->at).missing.empty() && against(world_->at).wrong.empty());
  world_->active_sessions.erase(world_->active_sessions.begin());
  EXPECT_FALSE(against(world_->at).missing.empty());
}

TEST_F(TruthMutation, AWrongCounterOfASessionIsFound) {
  const auto shown = [](double value) { return !std::isnan(value); };
  const auto row = std::ranges::find_if(world_->rows, shown, &timeline::Row::audio_freeze);
  ASSERT_NE(row, world_->rows.end());
  EXPECT_TRUE(counters().none());
  for (double timeline::Row::*part : {&timeline::Row::audio_playback, &timeline::Row::audio_freeze}) {
    const double right = (*row).*part;
    for (const double wrong : {right + 0.001, right - 0.001, timeline::kAbsent}) {
      (*row).*part = wrong;
      EXPECT_FALSE(counters().wrong.empty()) << wrong;
    }
    (*row).*part = right;
  }
  row->audio_playback = row->audio_freeze = timeline::kAbsent;
  EXPECT_FALSE(counters().missing.empty());
}

TEST_F(TruthMutation, WronglyAccountedSecondsAreFound) {
  auto& [in_hand, late, missing, sampled_out] = world_->apps.at(0).session_seconds;
  EXPECT_TRUE(seconds().none());
  in_hand += static_cast<double>(uncertain_ + 1);
  EXPECT_FALSE(seconds().wrong.empty());
  in_hand -= static_cast<double>(2 * uncertain_ + 2);
  EXPECT_FALSE(seconds().missing.empty());
  in_hand += static_cast<double>(uncertain_);
  ++missing;
  EXPECT_FALSE(seconds().missing.empty()) << "nothing need be missing";
}

TEST_F(TruthMutation, AnAbsenceThatIsNotCountedIsFound) {
  SecondsCheck check = seconds_check();
  Difference difference;
  for (const Seconds time : {Seconds{10}, Seconds{301}}) {
    world_->sessions.clear();
    check.compare(*world_, truth(world_->at), options_, difference);
    rig_.run_until(rig_.clock().now() + time);
    world_ = std::make_shared<timeline::World>(*rig_.world());
  }
  check.compare(*world_, truth(world_->at), options_, difference);
  EXPECT_GT(check.absent(), 0);
  EXPECT_FALSE(difference.missing.empty());
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
