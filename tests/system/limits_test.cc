// Three simulated days at three volumes on each plan: never an answer of code 300 or 400 but the one refusal
// that teaches the length of an insight day, never a count above a limit by the simulator's own count, and
// nothing missed where the volume fits.
#include <gtest/gtest.h>

#include <iostream>
#include <tuple>

#include "system/own_metrics.h"
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

// What the exporter says of itself, added up over the lives of its processes: their counters begin at 0.
struct Sums {
  double missed = 0, in_hand = 0;  // seconds of followed sessions
  double followed = 0, sampled_out = 0, failed = 0;
  double missed_buckets = 0;
  WorldTime listed_to;  // no sum: the calls that began up to here have been told

  double calls() const { return followed + sampled_out + failed; }
};

void add_life(Sums& sums, Rig& rig) {
  const auto report = rig.report();
  const auto world = rig.world();
  const timeline::AppWorld& app = world->apps[0];
  const auto seconds = [&](timeline::SecondsOutcome which) {
    return app.session_seconds[static_cast<std::size_t>(which)];
  };
  sums.missed += seconds(timeline::SecondsOutcome::missing) + seconds(timeline::SecondsOutcome::late);
  sums.in_hand += seconds(timeline::SecondsOutcome::in_hand);
  const auto calls = [&](const char* outcome) {
    return own_metric(*report, "agora_exporter_calls_total", {{"outcome", outcome}});
  };
  sums.followed += calls("followed");
  sums.sampled_out += calls("sampled_out");
  sums.failed += calls("failed");
  for (const timeline::InsightLag& lag : app.insight_lags)
    sums.missed_buckets +=
        static_cast<double>(lag.buckets[static_cast<std::size_t>(timeline::BucketOutcome::missed)]);
  sums.listed_to = world_time(static_cast<std::int64_t>(own_metric(
      *report, "agora_exporter_newest_data_timestamp_seconds", {{"app", "app0"}, {"source", "call_lists"}})));
}

// Hours in which insight's first rows are asked for. Standard's refusal for length costs one of ten requests,
// so its tenth quality row waits for the next UTC day: the start is at 09:00.
int cold_start_hours(const std::string& plan) { return plan == "standard" ? 16 : 1; }

class Limits : public testing::TestWithParam<Scenario> {
 protected:
  Limits() : rig_(rig_options(GetParam())) {}

  void run() {
    const bool restarts = GetParam().trouble == Trouble::restarts;
    const int hours = full_size() ? 72 : restarts ? cold_start_hours(GetParam().plan) + 8 : 26;
    for (int hour = 1; hour <= hours; ++hour) {
      rig_.run_until(rig_.options().start + Seconds{3'600 * hour});
      const Sums now = so_far();
      if (hour == 1) after_first_hour_ = now;
      if (hour == cold_start_hours(GetParam().plan)) after_cold_start_ = now;
      if (hour >= cold_start_hours(GetParam().plan)) expect_all_rows(hour);
      if (!restarts) continue;
      past_lives_ = now;
      rig_.restart();
    }
    at_end_ = so_far();
  }

  Sums so_far() {
    Sums sums = past_lives_;
    add_life(sums, rig_);
    return sums;
  }

  // 8 daily rows of usage, 10 hourly ones of quality.
  void expect_all_rows(int hour) {
    EXPECT_EQ(rig_.world()->apps[0].insight.size(), 18u) << "insight rows after " << hour << " hours";
  }

  // Calls that began in (first, last].
  double begun(WorldTime first, WorldTime last) {
    double sum = 0;
    for (const simulator::CallHead& head :
         rig_.simulator().world().active_in(rig_.options().world.apps[0].app_id, first, last + Seconds{1}))
      sum += head.created > first && head.created <= last ? 1 : 0;
    return sum;
  }

  // Each call that the lists told since the first hour is followed, left out or failed, and nothing else is.
  void expect_every_call_told() {
    const double told = at_end_.calls() - after_first_hour_.calls();
    const WorldTime first = after_first_hour_.listed_to, last = at_end_.listed_to;
    // Those of the second after have been told or not: the last second of a frame may be part of the answer.
    EXPECT_GT(told, 0);
    EXPECT_GE(told, begun(first + Seconds{1}, last));
    EXPECT_LE(told, begun(first, last + Seconds{1}));
    std::cout << words(GetParam()) << ": " << told << " calls told of " << begun(first, last)
              << " that began; in all " << at_end_.followed << " followed, " << at_end_.sampled_out
              << " sampled out, " << at_end_.failed << " failed\n";
  }

  Rig rig_;
  Sums past_lives_;
  // What R had passed before the first answers came is no miss of the planner's.
  Sums after_first_hour_, after_cold_start_, at_end_;
};

TEST_P(Limits, AreKept) {
  const Scenario& scenario = GetParam();
  run();
  const simulator::Counters& counters = rig_.simulator().counters();
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
  const double missed = at_end_.missed - after_first_hour_.missed;
  const double missed_buckets = at_end_.missed_buckets - after_cold_start_.missed_buckets;
  std::cout << words(scenario) << ": " << at_end_.in_hand << " session seconds in hand, " << missed
            << " missed; " << missed_buckets << " insight buckets missed\n";
  EXPECT_GT(at_end_.in_hand, 0);
  EXPECT_EQ(missed, 0);
  EXPECT_EQ(missed_buckets, 0);
  EXPECT_EQ(at_end_.failed, 0);
  if (scenario.volume == Volume::over) {
    EXPECT_GT(at_end_.sampled_out, 0);
  } else {
    EXPECT_EQ(at_end_.sampled_out, 0);
  }
  expect_every_call_told();
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
