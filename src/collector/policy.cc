#include "collector/policy.h"

#include <algorithm>
#include <iterator>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/config/channels.h"
#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::collector {
namespace {

using agora::Endpoint;
using agora::Granularity;

// Of those that share requests; where each app has its own, of the largest, so that L is the same for all.
quota::InsightRows rows_of(const config::Account& account, Endpoint source) {
  quota::InsightRows rows;
  for (const config::App& app : account.apps) {
    const config::InsightChoice& choice = source == Endpoint::insight_usage ? app.usage : app.quality;
    if (!choice.enabled) continue;
    const int series = static_cast<int>(choice.metrics.size()) *
                       (source == Endpoint::insight_usage ? 1 : static_cast<int>(choice.products.size()));
    quota::InsightRows of_app;
    for (const Granularity granularity : choice.granularity)
      (granularity == Granularity::day ? of_app.daily : of_app.hourly) += series;
    if (!account.quota_per_app) {
      rows.daily += of_app.daily;
      rows.hourly += of_app.hourly;
    } else if (of_app.rows() > rows.rows()) {
      rows = of_app;
    }
  }
  return rows;
}

Seconds lag_of(const config::Config& config, const config::Account& account, Endpoint source,
               Granularity granularity) {
  return config.insight_lag.value_or(
      quota::insight_lag(account.plan.of(source), granularity, rows_of(account, source)));
}

struct Choice {
  Endpoint source;
  const config::InsightChoice* rows;
};
std::array<Choice, 2> choices(const config::App& app) {
  return {Choice{Endpoint::insight_usage, &app.usage}, Choice{Endpoint::insight_quality, &app.quality}};
}
std::vector<std::string> products(const Choice& choice) {
  return choice.source == Endpoint::insight_usage ? std::vector<std::string>{""} : choice.rows->products;
}

// Plain names stand by themselves too, since call/lists can be asked for them.
planner::Certain certain_of(const config::Config& config, const config::App& app) {
  planner::Certain certain;
  certain.users = static_cast<double>(config.max_sids_per_call);
  const std::vector<std::string>& always = app.channels.always;
  if (always.empty()) return certain;
  std::copy_if(always.begin(), always.end(), std::inserter(certain.channels, certain.channels.end()),
               config::is_plain_name);
  certain.pinned = config::any_of(always);
  return certain;
}

planner::AppPolicy app_policy(const config::Config& config, const config::Account& account,
                              const config::App& app) {
  planner::AppPolicy policy;
  policy.app_id = app.app_id;
  policy.name = app.name;
  policy.calls = app.calls;
  policy.server_users = app.server_users;
  policy.wanted = config::wanted_channels(app.channels);
  policy.certain = certain_of(config, app);
  policy.weight = app.weight;
  for (const Choice& choice : choices(app)) {
    if (!choice.rows->enabled) continue;
    for (const Granularity granularity : choice.rows->granularity)
      for (const std::string& metric : choice.rows->metrics)
        for (const std::string& product : products(choice))
          policy.rows.push_back({{choice.source, granularity, metric, product},
                                 lag_of(config, account, choice.source, granularity)});
  }
  return policy;
}

}  // namespace

planner::Policy make_policy(const config::Config& config) {
  planner::Policy policy;
  policy.lag = config.replay_lag();
  policy.objective = config.objective == config::Objective::coverage ? planner::Objective::coverage
                                                                     : planner::Objective::representative;
  policy.max_sids_per_call = static_cast<int>(config.max_sids_per_call);
  for (const config::Account& account : config.accounts) {
    planner::AccountPolicy& to = policy.accounts.emplace_back();
    to.name = account.name;
    to.plan = account.plan;
    to.quota_per_app = account.quota_per_app;
    for (const config::App& app : account.apps) to.apps.push_back(app_policy(config, account, app));
  }
  return policy;
}

timeline::TimelineOptions make_timeline_options(const config::Config& config) {
  timeline::TimelineOptions options;
  options.lag = config.replay_lag();
  options.representative = config.objective == config::Objective::representative;
  for (const config::Account& account : config.accounts) {
    for (const config::App& app : account.apps) {
      timeline::AppOptions& to = options.apps.emplace_back();
      to.app_id = app.app_id;
      to.name = app.name;
      to.percent_is_fraction = account.percent_is_fraction;
      to.duration_in_seconds = account.duration_in_seconds;
      to.wanted = config::wanted_channels(app.channels);
      to.list_delay = account.plan.of(Endpoint::call_lists).delay;
      for (const Choice& choice : choices(app)) {
        if (!choice.rows->enabled) continue;
        const agora::Limits& limits = account.plan.of(choice.source);
        for (const Granularity granularity : choice.rows->granularity)
          to.insight.push_back({choice.source, granularity,
                                lag_of(config, account, choice.source, granularity), choice.rows->metrics,
                                products(choice), limits.delay, limits.look_back});
      }
    }
  }
  return options;
}

}  // namespace agora_exporter::collector
