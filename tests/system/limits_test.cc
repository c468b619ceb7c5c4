// Three simulated days at three volumes on each plan: never an answer of code 300 or 400 but the one refusal
// that teaches the length of an insight day, never a count above a limit by the simulator's own count, and
// nothing missed where the volume fits.
#include <gtest/gtest.h>

#include <iostream>
#include <tuple>

#include "system/rig.h"
#include "system/size.h"

namespace agora_exporter::system_tests {
namespace {

enum class Volume { quiet, fits, over };
enum class Trouble { none, clock_behind, clock_ahead, restarts };

struct Scenario {
  std::string plan;
  Volume volume;
  Trouble trouble;
};

// Calls of 3 users and 20 minutes, evenly over the day. On standard one such call costs one request of
// call/sessions and one of call/metrics: 800 of 1,000 fit. The others need two of each, since their lag is
// shorter.
int calls_per_day(const Scenario& scenario) {
  const int fits = scenario.plan == "standard" ? 700 : scenario.plan == "premium" ? 700 : 3'500;
  if (scenario.volume == Volume::quiet) return fits / 10;
  return scenario.volume == Volume::fits ? fits : fits * 3;
}

std::string words(const Scenario& s) {
  const char* volumes[] = {"quiet", "fits", "over"};
  const char* troubles[] = {"", "_ClockBehind", "_ClockAhead", "_Restarts"};
  return s.plan + "_" + volumes[static_cast<int>(s.volume)] + troubles[static_cast<int>(s.trouble)];
}

RigOptions rig_options(const Scenario& scenario) {
  RigOptions options;
  options.seed = 4;
  options.plan = scenario.plan;
  simulator::WorldOptions& world = options.world;
  world.apps[0].calls_per_day = calls_per_day(scenario);
  world.daily_rhythm = false;
  world.users = 3;
  world.duration = Seconds{1'200};
  world.churn = false;
  world.long_call = world.large_call = world.doubled_uid = false;
  world.server_users = 0;
  world.spacing = Seconds{60};
  options.readings.insight_window = simulator::LongestWindow::exclusive;
  if (scenario.trouble == Trouble::clock_behind) options.faults.skew = Millis{-2'000};
  if (scenario.trouble == Trouble::clock_ahead) options.faults.skew = Millis{2'000};
  return options;
}

double outcome(const timeline::World& world, timeline::SecondsOutcome which) {
  return world.apps[0].session_seconds[static_cast<std::size_t>(which)];
}

class Limits : public testing::TestWithParam<Scenario> {};

TEST_P(Limits, AreKept) {
  const Scenario& scenario = GetParam();
  Rig rig(rig_options(scenario));
  const int hours = full_size() ? 72 : scenario.trouble == Trouble::restarts ? 8 : 26;
  // Since the first hour: what R had passed before the first answers came is no miss of the planner's.
  double missed = 0, missed_at_first = 0, in_hand = 0;
  const auto missed_now = [&] {
    const auto world = rig.world();
    return outcome(*world, timeline::SecondsOutcome::missing) +
           outcome(*world, timeline::SecondsOutcome::late);
  };
  for (int hour = 1; hour <= hours; ++hour) {
    rig.run_until(rig.options().start + Seconds{3'600 * hour});
    if (hour == 1) missed_at_first = missed_now();
    if (scenario.trouble != Trouble::restarts) continue;
    missed += missed_now();
    in_hand += outcome(*rig.world(), timeline::SecondsOutcome::in_hand);
    rig.restart();
  }
  missed += missed_now() - missed_at_first;
  const simulator::Counters& counters = rig.simulator().counters();
  EXPECT_EQ(counters.above_limits(), std::vector<std::string>{});
  std::uint64_t refused = 0;
  for (const auto& [key, count] : counters.answers) {
    std::cout << words(scenario) << ": " << count << " answers of code " << key.first << " \"" << key.second
              << "\"\n";
    if (key.first == 300 || key.first == 400) refused += count;
  }
  // Only standard's longest insight frame is a day: the first one of 86,400 s teaches that it must be less.
  EXPECT_EQ(refused, scenario.plan == "standard" ? 1u : 0u);
  for (const auto& [key, usage] : counters.usage)
    std::cout << words(scenario) << ": " << agora::name_of(key.second) << " " << usage.requests
              << " requests, at most " << usage.most_per_second << " a second, " << usage.most_per_minute
              << " a minute, " << usage.most_per_day << " a day of " << usage.limits.per_day << "\n";
  in_hand += outcome(*rig.world(), timeline::SecondsOutcome::in_hand);
  std::cout << words(scenario) << ": " << in_hand << " session seconds in hand, " << missed << " missed\n";
  EXPECT_GT(in_hand, 0);
  if (scenario.volume != Volume::over) {
    EXPECT_EQ(missed, 0);
  }
}

std::vector<Scenario> scenarios() {
  std::vector<Scenario> all;
  for (const char* plan : {"standard", "premium", "enterprise"}) {
    for (const Volume volume : {Volume::quiet, Volume::fits, Volume::over})
      all.push_back({plan, volume, Trouble::none});
    for (const Trouble trouble : {Trouble::clock_behind, Trouble::clock_ahead, Trouble::restarts})
      all.push_back({plan, Volume::fits, trouble});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Plans, Limits, testing::ValuesIn(scenarios()),
                         [](const testing::TestParamInfo<Scenario>& param) { return words(param.param); });

}  // namespace
}  // namespace agora_exporter::system_tests
