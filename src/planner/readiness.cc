// Whether what R needs has been asked for.
#include <algorithm>

#include "agora_exporter/planner/decide.h"
#include "planner/missing.h"
#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// While no account has ever been answered there is nothing to show: an API that is down is waited for. Later
// one account that cannot be had must not keep the page of the others from being ready.
bool any_answered(const Progress& progress) {
  return std::any_of(progress.endpoints.begin(), progress.endpoints.end(), [](const auto& endpoint) {
    return endpoint.first.second == Endpoint::call_lists && endpoint.second.answered;
  });
}

// Endpoints that cannot be had need not be waited for.
bool askable(const View& view, Endpoint endpoint, const AppPolicy& app) {
  const EndpointProgress& state = view.of(endpoint);
  const Forbidden& forbidden = view.of(app).forbidden[static_cast<std::size_t>(endpoint)];
  return state.no_access_day < utc_day(view.quotas.clock(view.account.name).earliest(view.now)) &&
         ((state.failures < 3 && forbidden.failures < 3) || !any_answered(view.progress)) &&
         view.left_today(endpoint, app) > 0;
}

struct Tally {
  int wanted = 0, missing = 0;
  std::string first;
  void add(bool missing_one, const std::string& what) {
    ++wanted;
    if (!missing_one) return;
    ++missing;
    if (first.empty()) first = what;
  }
};

// What began before can no longer be asked about, so it is not waited for either.
WorldTime reach(const View& view, Endpoint endpoint) { return view.earliest_start(endpoint) + Seconds{10}; }

void tally_calls(const View& view, const AppPolicy& app, Tally& tally) {
  const WorldTime replayed = view.replayed();
  const bool ask_sessions = askable(view, Endpoint::call_sessions, app);
  const bool ask_points = askable(view, Endpoint::call_metrics, app);
  for (const std::string& id : view.of(app).open) {
    const CallProgress& call = view.of(app).calls.at(id);
    if (!call.followed || call.given_up || call.let_go || call.created > replayed) continue;
    if (ask_sessions) {
      const WorldTime end = call.finished && call.destroyed ? std::min(*call.destroyed, replayed) : replayed;
      tally.add(joins_missing_from(call, std::max(call.created, reach(view, Endpoint::call_sessions)), end)
                    .has_value(),
                "the sessions of " + app.name + "'s calls");
    }
    if (!ask_points) continue;
    for (const auto& [sid, session] : call.sessions) {
      const bool needed = session.joined <= replayed && !session.settled(replayed);
      if (needed) tally.add(!session.asked, "the points of " + app.name + "'s sessions");
    }
  }
}

}  // namespace

Readiness readiness(const Policy& policy, const Progress& progress, const quota::Quotas& quotas,
                    WallTime now) {
  Tally tally;
  const InFlight none;
  for (const AccountPolicy& account : policy.accounts) {
    const View view{policy, account, progress, quotas, none, now};
    for (const AppPolicy& app : account.apps) {
      if (!app.calls) continue;
      if (askable(view, Endpoint::call_lists, app)) {
        Needs needs;
        list_needs(view, app, needs);
        const bool listed = view.of(app).listed.covers(view.replayed());
        const bool history = std::any_of(needs.needs.begin(), needs.needs.end(),
                                         [&](const Need& need) { return need.deadline <= now; });
        tally.add(!listed || history, "the list of " + app.name + "'s calls");
      }
      tally_calls(view, app, tally);
    }
  }
  Readiness readiness;
  readiness.waiting_for = tally.first;
  if (tally.wanted > 0) readiness.share = 1 - static_cast<double>(tally.missing) / tally.wanted;
  readiness.rest = tally.missing * Millis{1'500};
  return readiness;
}

Covered covered(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                const Progress& progress, const quota::Quotas& quotas, WallTime now) {
  const InFlight none;
  const View view{policy, account, progress, quotas, none, now};
  const AppProgress& state = view.of(app);
  Covered covered;
  covered.lists = state.listed.newest().value_or(WorldTime{});
  covered.sessions = covered.lists;
  covered.metrics = covered.lists;
  const WorldTime replayed = view.replayed();
  const WorldTime joins_reach = reach(view, Endpoint::call_sessions);
  const WorldTime points_reach = reach(view, Endpoint::call_metrics);
  for (const std::string& id : state.open) {
    const CallProgress& call = state.calls.at(id);
    if (!call.followed || call.given_up) continue;
    const WorldTime end = call.finished && call.destroyed ? *call.destroyed : covered.lists;
    if (const auto missing = joins_missing_from(call, std::max(call.created, joins_reach), end)) {
      covered.sessions = std::min(covered.sessions, *missing);
      covered.metrics = std::min(covered.metrics, *missing);
    }
    for (const auto& [sid, session] : call.sessions)
      if (!session.settled(replayed))
        covered.metrics = std::min(covered.metrics, std::max(session.covered_to, points_reach));
  }
  return covered;
}

}  // namespace agora_exporter::planner
