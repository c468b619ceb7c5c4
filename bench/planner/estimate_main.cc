// Whether estimates are what they say: many days of which a sample is followed, and how often the truth lies
// in the interval that the page states.
#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>

#include "planner/estimate.h"

using namespace agora_exporter;

namespace {

struct Options {
  std::string world = "plain";
  std::uint64_t first_seed = 1;
  int days = 100;
  int jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  bool by_hour = false;
  bool check = false;
};

// Days are independent of each other, so their order does not matter.
std::vector<rehearsal::DayEstimate> run(const Options& options) {
  std::vector<rehearsal::DayEstimate> days(static_cast<std::size_t>(options.days));
  const auto world = options.world == "huge"      ? rehearsal::Sampled::huge
                     : options.world == "all-day" ? rehearsal::Sampled::all_day
                                                  : rehearsal::Sampled::plain;
  std::atomic<std::size_t> next{0};
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(options.jobs));
  for (int i = 0; i < options.jobs; ++i)
    threads.emplace_back([&] {
      for (std::size_t day = next++; day < days.size(); day = next++)
        days[day] = rehearsal::estimate_day(rehearsal::sampled_day(world, options.first_seed + day));
    });
  for (std::thread& thread : threads) thread.join();
  return days;
}

void print_table(const std::vector<rehearsal::DayEstimate>& days) {
  std::printf(
      "| total | truth | estimate | mean off by | in the 95 %% interval | error stated | error by the world "
      "| day off by |\n");
  std::printf("|---|---|---|---|---|---|---|---|\n");
  const auto lines = rehearsal::summary(days);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const rehearsal::EstimateLine& line = lines[i];
    std::printf("| %s | %.0f | %.0f | %+.2f %% | ", std::string(rehearsal::kEstimates[i]).c_str(), line.truth,
                line.estimate, 100 * line.bias);
    if (i < rehearsal::kWithError) {
      std::printf("%.1f %% | %.2f %% | ", 100 * line.covered, 100 * line.stated);
    } else {
      std::printf("- | - | ");
    }
    std::printf("%.2f %% | %.2f %% |\n", 100 * line.exact, 100 * line.off_by);
  }
}

void print_followed(const std::vector<rehearsal::DayEstimate>& days) {
  rehearsal::Followed all;
  double truth = 0, sids = 0;
  int refused = 0;
  for (const rehearsal::DayEstimate& day : days) {
    truth += day.truth[0];
    all.untold += day.followed.untold;
    all.sampled += day.followed.sampled;
    all.known += day.followed.known;
    all.missing += day.followed.missing;
    sids += static_cast<double>(day.sids_of_huge);
    refused += day.refused;
  }
  std::printf("\nof all session seconds: told too late or never %.3f %%, sampled %.2f %%\n",
              100 * all.untold / truth, 100 * all.sampled / truth);
  std::printf("of those sampled: not known to the page %.3f %%; without points in time %.3f %%\n",
              100 * (1 - all.known / all.sampled), 100 * all.missing / all.sampled);
  std::printf("sids of the huge call asked about: %.0f a day; requests refused: %d\n",
              sids / static_cast<double>(days.size()), refused);
}

void print_hours(const std::vector<rehearsal::DayEstimate>& days) {
  std::printf("\n| hour | p | session seconds followed | without points in time |\n|---|---|---|---|\n");
  for (std::size_t i = 0; i < 24; ++i) {
    rehearsal::Hour all;
    for (const rehearsal::DayEstimate& day : days) {
      all.inclusion += day.hours[i].inclusion;
      all.lists += day.hours[i].lists;
      all.known += day.hours[i].known;
      all.missing += day.hours[i].missing;
    }
    std::printf("| %zu | %.3f | %.0f | %.3f %% |\n", i, all.inclusion / all.lists,
                all.known / static_cast<double>(days.size()), 100 * all.missing / all.known);
  }
}

// The bounds, which 2,000 days are many enough for.
bool holds(const std::vector<rehearsal::DayEstimate>& days) {
  const auto lines = rehearsal::summary(days);
  bool all = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool unbiased = std::abs(lines[i].bias) <= 0.01;
    const bool covered = i >= rehearsal::kWithError || (lines[i].covered >= 0.93 && lines[i].covered <= 0.97);
    if (unbiased && covered) continue;
    std::printf(
        "FAILED: %s is off by more than 1 %%, or its intervals hold the truth on less than 93 or more than "
        "97 %% of days\n",
        std::string(rehearsal::kEstimates[i]).c_str());
    all = false;
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Rehearses days that are three times over the budget and prints how far estimates of their totals are "
      "off.");
  app.add_option("--world", options.world, "huge: with a call of 2,000 users too; all-day: 40 calls of 20 h")
      ->check(CLI::IsMember({"plain", "huge", "all-day"}));
  app.add_option("--days", options.days)->check(CLI::PositiveNumber);
  app.add_option("--first-seed", options.first_seed);
  app.add_option("--jobs", options.jobs)->check(CLI::PositiveNumber);
  app.add_flag("--by-hour", options.by_hour, "also print what was followed in each hour");
  app.add_flag("--check", options.check,
               "fail where an estimate is off by more than 1 %, or coverage is not 93 to 97 %");
  CLI11_PARSE(app, argc, argv);

  const auto begin = std::chrono::steady_clock::now();
  const std::vector<rehearsal::DayEstimate> days = run(options);
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("world %s, %d days, seeds %llu to %llu, %.2f s a day\n\n", options.world.c_str(), options.days,
              static_cast<unsigned long long>(options.first_seed),
              static_cast<unsigned long long>(options.first_seed) + days.size() - 1, took / options.days);
  print_table(days);
  print_followed(days);
  if (options.by_hour) print_hours(days);
  return options.check && !holds(days) ? 1 : 0;
}
