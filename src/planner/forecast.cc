#include "agora_exporter/planner/forecast.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "agora_exporter/quota/arithmetic.h"
#include "planner/offers.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

constexpr double kOfTheBudget = 0.8;
constexpr Seconds kStep{60};        // of an advised lag
constexpr double kNewInAList = 60;  // calls that one answer of call/lists is asked for at most
constexpr double kTooEarly = 0.01;  // of the day's demand

double seconds_of(Seconds s) { return static_cast<double>(s.count()); }

double windows_of(const CallShape& call, Seconds window) {
  return std::max(1.0, std::ceil(call.seconds / seconds_of(window)));
}

Seconds least_lag(const agora::Plan& plan) {
  return std::max(plan.of(Endpoint::call_sessions).delay, plan.of(Endpoint::call_metrics).delay) +
         quota::kSlack + kStep;
}
// A longer one brings no longer window, or reaches beyond the look-back.
Seconds greatest_lag(const agora::Plan& plan) {
  Seconds reach = Seconds::max(), useful{0};
  for (const Endpoint endpoint : {Endpoint::call_lists, Endpoint::call_sessions, Endpoint::call_metrics}) {
    const agora::Limits& limits = plan.of(endpoint);
    reach = std::min(reach, limits.look_back - limits.delay - quota::kSlack);
    if (endpoint != Endpoint::call_lists)
      useful = std::max(useful, limits.longest_window + limits.delay + quota::kSlack);
  }
  return std::min(reach, Seconds{std::chrono::ceil<std::chrono::minutes>(useful)});
}

bool fits(const agora::Plan& plan, std::span<const Volume> volumes, Seconds lag) {
  Requests sum;
  for (const Volume& volume : volumes) {
    const Requests of_app = requests_for(plan, volume, lag);
    sum.sessions += of_app.sessions;
    sum.metrics += of_app.metrics;
  }
  const auto carries = [&](Endpoint endpoint, double requests) {
    const int per_day = plan.of(endpoint).per_day;
    return per_day == 0 || requests <= kOfTheBudget * per_day;
  };
  return carries(Endpoint::call_sessions, sum.sessions) && carries(Endpoint::call_metrics, sum.metrics);
}

double calls_in(const AppProgress& app, WorldTime from, WorldTime to) {
  return app.calls_offered.expected(from, to, app.calls_per_second);
}

}  // namespace

Volume volume_of(const AppProgress& app, WorldTime from) {
  Volume volume;
  volume.calls = calls_in(app, from, from + kDay);
  const std::size_t count = std::min(app.next_offer, app.offers.size());
  const Sizes sizes = app.sizes.usual();
  for (std::size_t i = 0; i < count; ++i) {
    const CallOffer& offer = app.offers[i];
    volume.shapes.push_back(
        {expected_seconds(app, offer),
         offer.users > 0 ? offer.users : spread_out(sizes, offer.likely)[i % sizes.size()]});
  }
  return volume;
}

Requests requests_for(const agora::Plan& plan, const Volume& volume, Seconds lag) {
  const auto window = [&](Endpoint endpoint) {
    return std::max(Seconds{1}, quota::useful_window(plan.of(endpoint), lag));
  };
  const Seconds of_sessions = window(Endpoint::call_sessions), of_metrics = window(Endpoint::call_metrics);
  Requests sum;
  for (const CallShape& call : volume.shapes) {
    const double groups = std::max(1.0, std::ceil(call.users / static_cast<double>(agora::kMaxSids)));
    sum.sessions += windows_of(call, of_sessions);
    sum.metrics += windows_of(call, of_metrics) * groups;
  }
  const auto known = static_cast<double>(volume.shapes.size());
  if (known == 0) return {volume.calls, volume.calls};
  return {volume.calls * sum.sessions / known, volume.calls * sum.metrics / known};
}

std::optional<double> advised_lag(const agora::Plan& plan, std::span<const Volume> volumes) {
  const bool none = std::all_of(volumes.begin(), volumes.end(), [](const Volume& volume) {
    return volume.calls <= 0 || volume.shapes.empty();
  });
  if (none) return std::nullopt;
  // Longer lags only ever take fewer requests.
  const Seconds last = greatest_lag(plan);
  std::int64_t fails = std::chrono::ceil<std::chrono::minutes>(least_lag(plan)).count() - 1,
               holds = last / kStep;
  if (holds <= fails || !fits(plan, volumes, holds * kStep)) return std::numeric_limits<double>::infinity();
  while (holds - fails > 1) {
    const std::int64_t middle = (fails + holds) / 2;
    (fits(plan, volumes, middle * kStep) ? holds : fails) = middle;
  }
  return seconds_of(holds * kStep);
}

std::optional<double> advised_lag(const Policy& policy, const AccountPolicy& account,
                                  const Progress& progress, WallTime now) {
  std::map<quota::ScopeKey, std::vector<Volume>> scopes;
  for (const AppPolicy& app : account.apps)
    if (app.calls)
      scopes[account.scope_of(app)].push_back(
          volume_of(progress.apps.at(app.app_id), to_world(now) - policy.lag));
  std::optional<double> advised;
  for (const auto& [scope, volumes] : scopes)
    if (const auto its = advised_lag(account.plan, volumes)) advised = std::max(advised.value_or(0), *its);
  return advised;
}

double expected_requests(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                         agora::Endpoint endpoint, const Progress& progress, WallTime from, WallTime to) {
  if (!app.calls || agora::is_insight(endpoint) || to <= from) return 0;
  const AppProgress& of_app = progress.apps.at(app.app_id);
  const WorldTime first = to_world(from) - policy.lag;
  const double calls = calls_in(of_app, first, first + std::chrono::floor<Seconds>(to - from));
  if (endpoint == Endpoint::call_lists) {
    const Seconds period = std::max(Seconds{60}, quota::useful_window(account.plan.of(endpoint), policy.lag));
    return std::max(seconds_of(std::chrono::floor<Seconds>(to - from)) / seconds_of(period),
                    calls / kNewInAList);
  }
  Volume volume = volume_of(of_app, first);
  volume.calls = calls;
  const Requests requests = requests_for(account.plan, volume, policy.lag);
  return endpoint == Endpoint::call_sessions ? requests.sessions : requests.metrics;
}

std::optional<double> pace(const Policy& policy, const AccountPolicy& account, Endpoint endpoint,
                           const Progress& progress, const quota::Quotas& quotas, WallTime now) {
  const quota::ServerClock& clock = quotas.clock(account.name);
  int limit = 0, used = 0;
  for (const auto& [key, meter] : quotas.meters) {
    if (key.first.account != account.name || key.second != endpoint) continue;
    limit += meter.limit(quota::Window::day);
    used += meter.used(clock, now, quota::Window::day);
  }
  if (limit == 0) return std::nullopt;
  const ServerTime server = clock.estimate(now);
  const Millis elapsed = server - ServerTime{std::chrono::days{utc_day(server)}};
  double share = static_cast<double>(elapsed.count()) / static_cast<double>(Millis{kDay}.count());
  if (endpoint == Endpoint::call_sessions || endpoint == Endpoint::call_metrics) {
    const WallTime midnight = now - elapsed;
    double came = 0, whole = 0;
    for (const AppPolicy& app : account.apps) {
      came += expected_requests(policy, account, app, endpoint, progress, midnight, now);
      whole += expected_requests(policy, account, app, endpoint, progress, midnight, midnight + kDay);
    }
    if (whole > 0) share = came / whole;
  }
  if (share < kTooEarly) return std::nullopt;
  return static_cast<double>(used) / limit / share;
}

}  // namespace agora_exporter::planner
