// How near the planner comes to the best that could be had, as one table: scenarios x {planner, rival,
// bound}.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "planner/bound.h"
#include "planner/rival.h"
#include "planner/scenarios.h"

using namespace agora_exporter;

namespace {

struct Options {
  std::vector<std::string> scenarios;
  std::string objective = "coverage";
  std::string server = "today";
  std::uint64_t first_seed = 1;
  int seeds = 3;
  bool by_hour = false;
  bool log = false;
};

struct Line {
  double planner = 0, rival = 0, bound = 0;  // shares of the world's session time, sums over the seeds
  double worst = 1;                          // of the bound, over the seeds
  double bound_with_less = 0;                // with 85 % of the budget
  double as_told = 0;                        // the bound for one who knows no more than the API tells
  double could_be_had = 0;                   // session seconds that were missed for no reason
  int refused = 0;
  std::array<int, 3> requests{};  // on the measured day: lists, sessions, metrics
  double seconds = 0;             // that a simulated day took
};

int refused(const rehearsal::RideResult& result) {
  int sum = 0;
  for (const rehearsal::Api::Count& count : result.counts) sum += count.refused;
  return sum;
}

double seconds_that_could_be_had(const rehearsal::RideResult& result) {
  double sum = 0;
  for (const rehearsal::Miss& miss : result.misses)
    if (miss.cause == rehearsal::Cause::could_be_had)
      sum += static_cast<double>((miss.span.end - miss.span.begin).count());
  return sum;
}

// What is missing, and why, after all that was decided.
void print_log(const rehearsal::RideResult& result) {
  for (const rehearsal::LogEntry& entry : result.log) std::printf("%s\n", rehearsal::text_of(entry).c_str());
  for (const rehearsal::Miss& miss : result.misses)
    std::printf("missing %s from %s to %s: %s\n", miss.sid.c_str(), to_iso(to_wall(miss.span.begin)).c_str(),
                to_iso(to_wall(miss.span.end)).c_str(), rehearsal::words_of(miss.cause));
}

rehearsal::ApiOptions with_less(rehearsal::ApiOptions api) {
  constexpr double kLess = 0.85;
  const auto reduce = [](agora::Plan& plan) {
    for (agora::Limits& limits : plan.limits) limits.per_day = static_cast<int>(limits.per_day * kLess);
  };
  reduce(api.plan);
  if (api.plan_changes) reduce(api.plan_changes->second);
  return api;
}

std::string text_of(double bound, double of_it) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3f, %.3f of it", bound, of_it);
  return text.data();
}

void print_hours(const rehearsal::RideResult& result) {
  for (const auto& [in_hand, whole] : result.by_hour) std::printf(" %.2f", whole > 0 ? in_hand / whole : 1.0);
  std::printf("\n");
}

void add_seed(const Options& options, const std::string& name, std::uint64_t seed, Line& line) {
  rehearsal::Scenario scenario = rehearsal::make_scenario(name, seed);
  scenario.ride.policy.objective =
      options.objective == "coverage" ? planner::Objective::coverage : planner::Objective::representative;
  scenario.api.today = options.server == "today";
  scenario.ride.keep_log = true;
  const auto begin = std::chrono::steady_clock::now();
  const rehearsal::RideResult planner = rehearsal::ride(scenario.world, scenario.api, scenario.ride);
  line.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() / 2;
  const rehearsal::RideResult rival = rehearsal::rival(scenario.world, scenario.api, scenario.ride);
  const double bound =
      rehearsal::fair_bound(scenario.world, scenario.api, scenario.ride).in_hand / planner.whole;
  line.bound_with_less +=
      rehearsal::fair_bound(scenario.world, with_less(scenario.api), scenario.ride).in_hand / planner.whole;
  if (!scenario.api.today || scenario.api.plan_changes) {
    const rehearsal::Bound as_told = rehearsal::fair_bound(scenario.world, scenario.api, scenario.ride,
                                                           rehearsal::Told::what_the_api_tells);
    line.as_told += as_told.in_hand / as_told.whole;
  }
  line.planner += planner.share();
  line.rival += rival.share();
  line.bound += bound;
  line.worst = std::min(line.worst, planner.share() / bound);
  line.refused += refused(planner);
  for (std::size_t i = 0; i < line.requests.size(); ++i) line.requests[i] += planner.on_day[i + 2];
  line.could_be_had += seconds_that_could_be_had(planner);
  if (options.by_hour) print_hours(planner);
  if (options.log) print_log(planner);
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Rehearses the planner on simulated days and prints how near it comes to the bound.");
  app.add_option("scenario", options.scenarios, "which; all if none is named")
      ->check(CLI::IsMember(rehearsal::scenario_names()));
  app.add_option("--objective", options.objective)->check(CLI::IsMember({"coverage", "representative"}));
  app.add_option("--server", options.server, "today's tells how many users a call has, that of 2021 does not")
      ->check(CLI::IsMember({"today", "2021"}));
  app.add_option("--first-seed", options.first_seed);
  app.add_option("--seeds", options.seeds, "days to take the mean of")->check(CLI::PositiveNumber);
  app.add_flag("--log", options.log, "also print each decision, and what is missing");
  app.add_flag("--by-hour", options.by_hour, "also print the share of each hour");
  CLI11_PARSE(app, argc, argv);
  if (options.scenarios.empty()) options.scenarios = rehearsal::scenario_names();

  std::printf("objective %s, server %s, seeds %llu to %llu\n\n", options.objective.c_str(),
              options.server.c_str(), static_cast<unsigned long long>(options.first_seed),
              static_cast<unsigned long long>(options.first_seed) +
                  static_cast<unsigned long long>(options.seeds) - 1);
  std::printf(
      "| scenario | what | planner | rival | bound | of the bound (worst seed) | bound with 85 %% | times "
      "the rival | lists, sessions, metrics | refused | missed without need, s | s a day | bound as "
      "told |\n");
  std::printf("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const std::string& name : options.scenarios) {
    Line line;
    for (int i = 0; i < options.seeds; ++i)
      add_seed(options, name, options.first_seed + static_cast<std::uint64_t>(i), line);
    const double n = options.seeds;
    std::printf(
        "| %s | %s | %.3f | %.3f | %.3f | %.3f (%.3f) | %.3f | %.2f | %.0f, %.0f, %.0f | %d | %.0f | %.2f "
        "| %s |\n",
        name.c_str(), rehearsal::make_scenario(name, options.first_seed).words.c_str(), line.planner / n,
        line.rival / n, line.bound / n, line.planner / line.bound, line.worst, line.bound_with_less / n,
        line.planner / line.rival, line.requests[0] / n, line.requests[1] / n, line.requests[2] / n,
        line.refused, line.could_be_had / n, line.seconds / n,
        line.as_told > 0 ? text_of(line.as_told / n, line.planner / line.as_told).c_str() : "-");
    std::fflush(stdout);
  }
}
