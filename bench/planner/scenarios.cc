#include "planner/scenarios.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>

#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::rehearsal {
namespace {

// 2026-03-02 00:00 UTC. The ride begins a day before, so that the planner knows what a day is
// like; and calls another day before, so that it begins with calls under way.
const WorldTime kMidnight = world_time(1772409600);
const Span kCalls{kMidnight - 2 * kDay, kMidnight + kDay + Seconds{7'200}};
const Span kMeasured{kMidnight, kMidnight + kDay};

struct Draft {
  std::string words;
  std::string plan = "standard";
  std::vector<Volume> volumes;
  std::function<void(Scenario&)> change = [](Scenario&) {};
};

Volume volume(double calls, double users, int seconds) {
  Volume v;
  v.calls_per_day = calls;
  v.users = users;
  v.duration = Seconds{seconds};
  return v;
}

Volume with(Volume v, const std::function<void(Volume&)>& change) {
  change(v);
  return v;
}

const std::vector<std::pair<std::string, Draft>>& drafts() {
  static const std::vector<std::pair<std::string, Draft>> kAll{
      {"quiet", {"100 calls of 4, 15 min", "standard", {volume(100, 4, 900)}}},
      {"near-budget", {"620 calls of 4, 15 min", "standard", {volume(620, 4, 900)}}},
      {"at-budget", {"740 calls of 4, 15 min", "standard", {volume(740, 4, 900)}}},
      {"three-times-over", {"2,100 calls of 4, 15 min", "standard", {volume(2'100, 4, 900)}}},
      {"twenty-times-over", {"14,000 calls of 4, 15 min", "standard", {volume(14'000, 4, 900)}}},
      {"few-huge",
       {"4 calls of 300, 8 h",
        "standard",
        {with(volume(4, 300, 28'800), [](Volume& v) { v.duration_varies = v.users_vary = false; })}}},
      {"more-huge",
       {"12 calls of 300, 8 h",
        "standard",
        {with(volume(12, 300, 28'800), [](Volume& v) { v.duration_varies = v.users_vary = false; })}}},
      {"many-pairs",
       {"6,000 calls of 2, 5 min",
        "standard",
        {with(volume(6'000, 2, 300), [](Volume& v) { v.users_vary = false; })}}},
      {"all-day",
       {"40 calls of 6, 20 h",
        "standard",
        {with(volume(40, 6, 72'000), [](Volume& v) { v.duration_varies = false; })}}},
      {"morning-spike",
       {"1,500 calls of 4, 15 min, two thirds from 08:00 to 09:00",
        "standard",
        {with(volume(1'500, 4, 900), [](Volume& v) { v.spike = true; })}}},
      {"three-apps",
       {"3 apps: 1,500, 500 and 60 calls of 4, 15 min",
        "standard",
        {volume(1'500, 4, 900), volume(500, 4, 900), volume(60, 4, 900)}}},
      {"plan-change",
       {"5,000 calls of 4, 15 min; premium from noon",
        "standard",
        {volume(5'000, 4, 900)},
        [](Scenario& s) {
          const auto change = std::pair(to_wall(kMidnight) + Seconds{43'200}, *agora::find_plan("premium"));
          s.api.plan_changes = s.ride.plan_changes = change;
        }}},
      {"restart",
       {"620 calls of 4, 15 min; down from 10:00 to 12:00",
        "standard",
        {volume(620, 4, 900)},
        [](Scenario& s) {
          const WallTime ten = to_wall(kMidnight) + Seconds{36'000};
          s.ride.outages = {{ten, ten + Seconds{7'200}}};
        }}},
      {"failing",
       {"620 calls of 4, 15 min; 5 % of answers fail",
        "standard",
        {volume(620, 4, 900)},
        [](Scenario& s) { s.api.failing = 0.05; }}},
      {"premium", {"1,600 calls of 4, 15 min", "premium", {volume(1'600, 4, 900)}}},
      {"enterprise", {"100,000 calls of 4, 15 min", "enterprise", {volume(100'000, 4, 900)}}},
  };
  return kAll;
}

}  // namespace

Span measured_day() { return kMeasured; }

Scenario make_day(World world, const std::string& plan) {
  Scenario scenario;
  planner::AccountPolicy account;
  account.name = "account";
  account.plan = *agora::find_plan(plan);
  for (const App& of_world : world.apps) {
    planner::AppPolicy app;
    app.app_id = app.name = of_world.app_id;
    account.apps.push_back(std::move(app));
  }
  scenario.world = std::move(world);
  scenario.api.plan = account.plan;
  scenario.ride.policy.lag = quota::automatic_lag(std::span(&account.plan, 1));
  scenario.ride.policy.accounts.push_back(std::move(account));
  scenario.ride.measured = kMeasured;
  scenario.ride.begin = to_wall(kMidnight - kDay);
  scenario.ride.end = to_wall(kMeasured.end + scenario.ride.policy.lag) + Seconds{60};
  return scenario;
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& [name, draft] : drafts()) names.push_back(name);
  return names;
}

Scenario make_scenario(const std::string& name, std::uint64_t seed, const std::string& prefix) {
  const auto found =
      std::find_if(drafts().begin(), drafts().end(), [&](const auto& row) { return row.first == name; });
  if (found == drafts().end()) {
    std::fprintf(stderr, "no scenario %s\n", name.c_str());
    std::abort();
  }
  const Draft& draft = found->second;
  World world;
  for (std::size_t i = 0; i < draft.volumes.size(); ++i)
    world.apps.push_back(make_app(prefix + "-" + std::to_string(i + 1), draft.volumes[i], kCalls, seed));
  Scenario scenario = make_day(std::move(world), draft.plan);
  scenario.name = name;
  scenario.words = draft.words;
  scenario.api.seed = seed;
  draft.change(scenario);
  return scenario;
}

}  // namespace agora_exporter::rehearsal
