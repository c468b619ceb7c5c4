// What `calls` of the configuration leaves out and lets in: users on servers, and calls by their channel.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>

#include "system/own_metrics.h"
#include "system/size.h"
#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

struct Choice {
  std::string name;
  std::string yaml;  // keys of `calls`
  bool server_users = false;
  std::function<bool(const std::string& channel)> wanted;  // what the keys say, in other words
};

void PrintTo(const Choice& choice, std::ostream* to) { *to << choice.yaml; }

simulator::Truth only_wanted(const simulator::Truth& all, const Choice& choice) {
  simulator::Truth some;
  some.at = all.at;
  some.calls = all.calls;  // active calls are counted, wanted or not
  std::vector<std::size_t> place(all.sessions.size(), SIZE_MAX);
  for (std::size_t i = 0; i < all.sessions.size(); ++i) {
    if (!choice.wanted(all.sessions[i].channel)) continue;
    place[i] = some.sessions.size();
    some.sessions.push_back(all.sessions[i]);
  }
  for (simulator::TruthSeries series : all.series) {
    series.session = place[series.session];
    if (series.session != SIZE_MAX) some.series.push_back(series);
  }
  return some;
}

std::size_t sessions_on(const simulator::Truth& truth, const std::string& platform) {
  return static_cast<std::size_t>(std::count_if(
      truth.sessions.begin(), truth.sessions.end(),
      [&](const simulator::TruthSession& s) { return platform.empty() || s.session.platform == platform; }));
}

std::size_t active_on(const timeline::World& world, const std::string& platform) {
  std::size_t active = 0;
  for (const timeline::ActiveSessions& some : world.active_sessions)
    active += platform.empty() || some.platform == platform ? some.count : 0;
  return active;
}

class CallsChosen : public testing::TestWithParam<Choice> {};

TEST_P(CallsChosen, AreThoseOnThePage) {
  const Choice& choice = GetParam();
  RigOptions options = small_world(wall_time(kMonday + 9 * 3'600));
  options.calls_yaml = choice.yaml;
  options.world.server_users = 0.5;
  Rig rig(options);
  const std::string& app_id = options.world.apps[0].app_id;
  rig.run_until(options.start + Seconds{3'600});
  ASSERT_TRUE(rig.ready());
  const Seconds look_back = rig.simulator().options().plan.of(agora::Endpoint::call_sessions).look_back;
  std::size_t left_out = 0, on_servers = 0, series = 0;
  for (int minute = 1; minute <= (full_size() ? 720 : 120); ++minute) {
    rig.run_until(options.start + Seconds{3'600 + 60 * minute});
    const auto world = rig.world();
    const simulator::Truth all =
        simulator::truth_at(rig.simulator().world(), app_id, world->at, {choice.server_users, false});
    const simulator::Truth wanted = only_wanted(all, choice);
    TruthOptions began{app_id, "app0", world->at - (look_back - rig.lag()), {}};
    began.points_after = to_world(options.start) + Seconds{3'600} - rig.lag();
    const Difference difference = compare(*world, wanted, began);
    ASSERT_TRUE(difference.none()) << "at R = " << to_iso(world->at) << ": " << difference.text();
    ASSERT_EQ(world->apps[0].active_calls, all.calls.size()) << "at R = " << to_iso(world->at);
    for (const std::string platform : {"", "Linux"})
      ASSERT_EQ(active_on(*world, platform), sessions_on(wanted, platform)) << platform;
    left_out += all.sessions.size() - wanted.sessions.size();
    on_servers += active_on(*world, "Linux");
    series += difference.series;
  }
  EXPECT_GT(series, 10'000u) << "the world was too quiet to say anything";
  EXPECT_EQ(left_out > 0, !choice.server_users);
  EXPECT_EQ(on_servers > 0, choice.server_users);
  EXPECT_EQ(own_metric(*rig.report(), "agora_exporter_calls_total", {{"outcome", "sampled_out"}}), 0);
  std::cout << choice.name << ": " << series << " series compared, " << left_out << " sessions left out, "
            << on_servers << " on servers\n";
}

INSTANTIATE_TEST_SUITE_P(
    All, CallsChosen,
    testing::Values(
        Choice{"ServerUsers", "server_users: true", true, [](const std::string&) { return true; }},
        Choice{"Excluded", "channels: { exclude: ['.*-0', room] }", false,
               [](const std::string& channel) { return !channel.ends_with("-0"); }},
        Choice{"Included", "channels: { include: ['.*-0', '.*-2'] }", false,
               [](const std::string& channel) { return channel.ends_with("-0") || channel.ends_with("-2"); }},
        Choice{"ExcludedOfTheIncluded", "channels: { include: ['.*-0', '.*-2'], exclude: ['.*-2'] }", false,
               [](const std::string& channel) { return channel.ends_with("-0"); }}),
    [](const testing::TestParamInfo<Choice>& choice) { return choice.param.name; });

}  // namespace
}  // namespace agora_exporter::system_tests
