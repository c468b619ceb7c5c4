// Sampling, first form: calls are followed whole, chosen by a hash of their id, with the probability that an
// even spending of the day's budget allows.
#include <algorithm>
#include <cmath>

#include "agora_exporter/planner/decide.h"
#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// How far spending may run ahead of an even pace, in hours of the day's budget.
constexpr double kHoursAhead = 3;

struct Demand {
  double committed = 0;  // requests of the next hour for calls already followed
  double coming = 0;     // and for all calls expected or just told of, if all were followed
};

double groups_of(const CallProgress& call) {
  double running = 0;
  for (const auto& [sid, session] : call.sessions) running += session.complete ? 0 : 1;
  return std::max(1.0, std::ceil(running / agora::kMaxSids));
}

// Requests of the next hour for one call. `window`: how long one request lasts, seconds.
double cost_of(const AppProgress& app, const CallProgress& call, bool metrics, double window, WorldTime now) {
  const double groups = metrics ? groups_of(call) : 1;
  if (call.finished) {
    const double pending = metrics ? (call.requests[1] == 0 ? 1 : 0) : (call.sessions_asked ? 0 : 1);
    return pending * groups;
  }
  const double age = static_cast<double>((now - call.created).count());
  const double rest = std::min(std::max(app.mean_seconds - age, age / 2), 3'600.0);
  return std::max(0.5, rest / window) * groups;
}

Demand demand_of(const View& view, const AppPolicy& app, bool metrics, double window,
                 const agora::CallList* arriving) {
  const AppProgress& progress = view.of(app);
  const WorldTime now = to_world(view.now);
  const double mean = std::max(1.0, progress.mean_requests[metrics ? 1 : 0]);
  Demand demand;
  double last_hour = 0;
  for (const std::string& id : progress.open) {
    const CallProgress& call = progress.calls.at(id);
    if (call.followed && !call.given_up) demand.committed += cost_of(progress, call, metrics, window, now);
  }
  for (const auto& [id, call] : progress.calls)
    if (call.created > now - Seconds{3'600}) ++last_hour;
  if (arriving) {
    for (const agora::CallEntry& entry : arriving->calls) {
      if (progress.calls.contains(entry.call_id)) continue;
      if (entry.created > now - Seconds{3'600}) ++last_hour;
      if (!entry.finished || !entry.destroyed || *entry.destroyed > view.replayed()) demand.coming += mean;
    }
  }
  demand.coming += last_hour * mean;
  return demand;
}

}  // namespace

double inclusion(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                 const Progress& progress, const quota::Quotas& quotas, WallTime now,
                 const agora::CallList* arriving) {
  const InFlight none;
  const View view{policy, account, progress, quotas, none, now};
  const ServerTime server = quotas.clock(account.name).estimate(now);
  const double passed =
      static_cast<double>((server - ServerTime{std::chrono::days{utc_day(server)}}).count()) / 3.6e6;
  double least = 1;
  for (const Endpoint endpoint : {Endpoint::call_sessions, Endpoint::call_metrics}) {
    const quota::Meter& meter = quotas.meter(account.scope_of(app), endpoint);
    const int per_day = meter.limit(quota::Window::day);
    if (per_day == 0) continue;
    const bool metrics = endpoint == Endpoint::call_metrics;
    const double window = static_cast<double>(
        std::max(Seconds{60}, quota::useful_window(account.plan.of(endpoint), policy.lag)).count());
    Demand demand;
    for (const AppPolicy& other : account.apps) {
      if (!other.calls || (account.quota_per_app && &other != &app)) continue;
      const Demand of_app = demand_of(view, other, metrics, window, &other == &app ? arriving : nullptr);
      demand.committed += of_app.committed;
      demand.coming += of_app.coming;
    }
    const double allowed = per_day * std::min(1.0, (passed + 1 + kHoursAhead) / 24);
    const double room =
        allowed - meter.used(quotas.clock(account.name), now, quota::Window::day) - demand.committed;
    if (demand.coming > 0) least = std::min(least, std::clamp(room / demand.coming, 0.0, 1.0));
  }
  return least;
}

}  // namespace agora_exporter::planner
