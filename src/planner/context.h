// One fact on its way into Progress, with what it is about.
#pragma once

#include "agora_exporter/planner/progress.h"
#include "agora_exporter/quota/arithmetic.h"
#include "planner/offers.h"

namespace agora_exporter::planner {

struct Progress::Context {
  const agora::Facts& facts;
  const AccountPolicy& account;
  const AppPolicy& app;
  AppProgress& progress;
  EndpointProgress& endpoint_state;
  agora::Endpoint endpoint;

  // What the endpoint knew for sure when this was asked: data up to "asked - delay", less 6 s for the clocks.
  WorldTime known_to() const {
    return to_world(facts.asked.asked_at) - account.plan.of(endpoint).delay - endpoint_state.more_delay -
           Seconds{6};
  }

  CallProgress* call_asked_about() const {
    const std::string* id = nullptr;
    if (const auto* sessions = std::get_if<agora::CallSessionsQuery>(&facts.asked.request.query))
      id = &sessions->call_id;
    if (const auto* metrics = std::get_if<agora::CallMetricsQuery>(&facts.asked.request.query))
      id = &metrics->call_id;
    if (!id) return nullptr;
    const auto found = progress.calls.find(*id);
    return found == progress.calls.end() ? nullptr : &found->second;
  }

  // How much of a session's life one call/metrics request can bring.
  Seconds useful_window(const Policy& policy) const {
    return std::max(Seconds{60},
                    quota::useful_window(account.plan.of(agora::Endpoint::call_metrics), policy.lag));
  }

  RowKey row_key() const {
    if (const auto* usage = std::get_if<agora::UsageQuery>(&facts.asked.request.query))
      return {agora::Endpoint::insight_usage, usage->granularity, usage->metric, {}};
    if (const auto* quality = std::get_if<agora::QualityQuery>(&facts.asked.request.query))
      return {agora::Endpoint::insight_quality, quality->granularity, quality->metric, quality->product};
    return {};
  }
  RowProgress* row_asked_about() const {
    const auto found = progress.rows.find(row_key());
    return found == progress.rows.end() ? nullptr : &found->second;
  }
};

}  // namespace agora_exporter::planner
