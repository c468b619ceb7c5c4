#include <algorithm>
#include <map>

#include "agora_exporter/quota/arithmetic.h"
#include "config/loader.h"
#include "config/rows.h"
#include "config/values.h"

namespace agora_exporter::config {
namespace {

std::string quote(const std::string& text) { return "\"" + text + "\""; }
std::string at_line(Place place) { return "first at line " + std::to_string(place.line); }

void check_unique(const Loaded& loaded, std::vector<Problem>& errors) {
  std::map<std::string, Place> accounts, names, ids;
  const auto once = [&errors](std::map<std::string, Place>& seen, const std::string& text, Place place,
                              const std::string& what) {
    if (text.empty()) return;  // said already
    const auto [found, fresh] = seen.emplace(text, place);
    if (!fresh) errors.push_back({place, what, at_line(found->second)});
  };
  for (std::size_t i = 0; i < loaded.accounts.size(); ++i) {
    const Account& account = loaded.config.accounts[i];
    const AccountPlaces& places = loaded.accounts[i];
    once(accounts, account.name, places.name, "two accounts are called " + quote(account.name));
    for (std::size_t j = 0; j < account.apps.size(); ++j) {
      const App& app = account.apps[j];
      once(ids, app.app_id, places.apps[j].app_id, "app_id " + quote(app.app_id) + " is listed twice");
      // Without a name of its own the app_id stands for it, and that is said above.
      if (app.name != app.app_id) {
        once(names, app.name, places.apps[j].name, "two apps are called " + quote(app.name));
      } else {
        names.emplace(app.name, places.apps[j].name);
      }
    }
  }
}

bool wants_calls(const Account& account) {
  return std::any_of(account.apps.begin(), account.apps.end(), [](const App& app) { return app.calls; });
}

// The lag must leave room behind the delay of every call endpoint, and what R needs must not be beyond
// look-back.
void check_lag(const Loaded& loaded, std::vector<Problem>& errors) {
  using agora::Endpoint;
  const Seconds lag = loaded.config.replay_lag();
  const std::string name = "replay.lag " + duration_to_text(lag) + (loaded.config.lag ? "" : " (auto)");
  Seconds least{0};
  const Account* slowest = nullptr;
  Place slowest_place;
  for (std::size_t i = 0; i < loaded.accounts.size(); ++i) {
    const Account& account = loaded.config.accounts[i];
    if (!wants_calls(account)) continue;
    const Place place = loaded.config.lag ? loaded.lag : loaded.accounts[i].plan;
    for (const Endpoint e : {Endpoint::call_lists, Endpoint::call_sessions, Endpoint::call_metrics}) {
      const agora::Limits& limits = account.plan.of(e);
      if (quota::useful_window(limits, lag).count() <= 0 &&
          limits.delay + quota::kSlack + Seconds{1} > least) {
        least = limits.delay + quota::kSlack + Seconds{1};
        slowest = &account;
        slowest_place = place;
      }
      const Seconds most = limits.look_back - limits.delay - quota::kSlack;
      if (lag > most) {
        errors.push_back({place,
                          name + " and the data delay of " + duration_to_text(limits.delay) +
                              " reach beyond the look-back of " + duration_to_text(limits.look_back) +
                              " of " + std::string(agora::name_of(e)) + " on account " + quote(account.name),
                          "set replay.lag to at most " + duration_to_text(most)});
        break;
      }
    }
  }
  if (slowest) {
    errors.push_back({slowest_place,
                      name + " is too short for the data delay on account " + quote(slowest->name),
                      "set replay.lag to at least " + duration_to_text(least)});
  }
}

// Apps of an account often have the same to say.
void add_once(std::vector<Problem>& problems, Problem problem) {
  const auto same = [&](const Problem& p) { return p.place == problem.place && p.what == problem.what; };
  if (std::none_of(problems.begin(), problems.end(), same)) problems.push_back(std::move(problem));
}

void check_insight_lag(const Loaded& loaded, const Account& account, const App& app, Problems& problems) {
  const Seconds lag = *loaded.config.insight_lag;
  const std::string name = "replay.insight_lag " + duration_to_text(lag);
  const auto check = [&](const InsightChoice& choice, agora::Endpoint e) {
    if (!choice.enabled) return;
    const agora::Limits& limits = account.plan.of(e);
    for (const agora::Granularity granularity : choice.granularity) {
      const bool hourly = granularity == agora::Granularity::hour;
      const Seconds least = (hourly ? Seconds{3'600} : kDay) + limits.delay;
      const std::string of = std::string(agora::name_of(e)) + " at " +
                             std::string(agora::name_of(granularity)) + " on account " + quote(account.name);
      if (lag < least) {
        add_once(problems.errors, {loaded.insight_lag, name + " is too short for " + of,
                                   "set it to at least " + duration_to_text(least) + ", or to auto"});
      } else if (lag > limits.look_back) {
        add_once(problems.errors,
                 {loaded.insight_lag, name + " is beyond the look-back of " + of,
                  "set it to at most " + duration_to_text(limits.look_back) + ", or to auto"});
      } else if (hourly && lag % kDay != Seconds{0}) {
        add_once(problems.warnings,
                 {loaded.insight_lag, name + " is not whole days: hours of the day are shifted",
                  "auto rounds up to whole days"});
      }
    }
  };
  check(app.usage, agora::Endpoint::insight_usage);
  check(app.quality, agora::Endpoint::insight_quality);
}

void check_app(const Loaded& loaded, std::size_t i, std::size_t j, Problems& problems) {
  const Account& account = loaded.config.accounts[i];
  const App& app = account.apps[j];
  const AppPlaces& places = loaded.accounts[i].apps[j];
  const auto check_hourly = [&](const InsightChoice& choice, agora::Endpoint e, Place place) {
    const auto& wanted = choice.granularity;
    const bool hourly = std::find(wanted.begin(), wanted.end(), agora::Granularity::hour) != wanted.end();
    if (!choice.enabled || !hourly || account.plan.of(e).hourly) return;
    problems.errors.push_back(
        {place,
         "plan " + std::string(account.plan.name) + " has no granularity 1h for " +
             std::string(agora::name_of(e)),
         "use [1d]; if the account has it, limits." + std::string(agora::name_of(e)) + ".hourly: true"});
  };
  check_hourly(app.usage, agora::Endpoint::insight_usage, places.usage_granularity);
  check_hourly(app.quality, agora::Endpoint::insight_quality, places.quality_granularity);
  if (loaded.config.insight_lag) check_insight_lag(loaded, account, app, problems);
  if (!app.calls && !app.usage.enabled && !app.quality.enabled) {
    problems.warnings.push_back({places.app, "app " + quote(app.name) + " has everything disabled", ""});
  }
}

// More rows than a day's requests can follow: the rest are not asked for.
void check_rows(const Loaded& loaded, std::size_t i, std::vector<Problem>& warnings) {
  const Account& account = loaded.config.accounts[i];
  for (const agora::Endpoint e : {agora::Endpoint::insight_usage, agora::Endpoint::insight_quality}) {
    const quota::InsightRows rows = rows_of_scope(account, e);
    const int followed = quota::rows_followed(account.plan.of(e), rows);
    if (rows.rows() <= followed) continue;
    warnings.push_back({loaded.accounts[i].plan,
                        std::string(agora::name_of(e)) + " of account " + quote(account.name) + " asks for " +
                            std::to_string(rows.rows()) + " rows a day, and the plan's " +
                            std::to_string(account.plan.of(e).per_day) + " requests carry " +
                            std::to_string(followed) + ": the first ones, apps in turn",
                        "choose fewer metrics, products or granularities"});
  }
}

}  // namespace

void check_whole(const Loaded& loaded, Problems& problems) {
  check_unique(loaded, problems.errors);
  check_lag(loaded, problems.errors);
  check_sharing(loaded, problems.warnings);
  for (std::size_t i = 0; i < loaded.accounts.size(); ++i) {
    check_rows(loaded, i, problems.warnings);
    for (std::size_t j = 0; j < loaded.accounts[i].apps.size(); ++j) check_app(loaded, i, j, problems);
  }
}

}  // namespace agora_exporter::config
