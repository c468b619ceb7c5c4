#include "agora_exporter/planner/decide.h"

#include <algorithm>

#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// How long one request keeps the endpoint from the next one: its share of a second, and of its own latency.
Millis service_time(const View& view, Endpoint endpoint) {
  const agora::Limits& limits = view.account.plan.of(endpoint);
  const double latency = view.of(endpoint).latency;
  double seconds = latency / 4;
  if (limits.per_second > 0) seconds = (1.05 + latency) / limits.per_second;
  return Millis{static_cast<Millis::rep>(seconds * 1e3)};
}

// When the most urgent of the needs must start, if those behind it are to be in time too. Sorts by urgency.
WallTime start_of(Needs& all, Millis service, WallTime now) {
  std::stable_sort(all.needs.begin(), all.needs.end(),
                   [](const Need& a, const Need& b) { return a.start_by < b.start_by; });
  WallTime start = WallTime::max();
  Millis ahead{0};
  for (const Need& need : all.needs) {
    start = std::min(start, need.start_by - ahead);
    ahead += service;
  }
  int before = 0;
  for (const auto& [by, count] : all.crowd) {
    if (by <= now) continue;  // those that are due stand in `needs`
    before += count;
    start = std::min(start, by - (before - 1) * service);
  }
  return start;
}

// Farther ahead than any backoff: the clock was set back.
WallTime backed_off_until(WallTime not_before, WallTime now) {
  return not_before > now + Seconds{600} ? now : not_before;
}

// Not before: after failures, and where the plan lacks the endpoint, until the server's next UTC day.
WallTime held_until(const View& view, Endpoint endpoint) {
  const EndpointProgress& state = view.of(endpoint);
  WallTime until = backed_off_until(state.not_before, view.now);
  const quota::ServerClock& clock = view.quotas.clock(view.account.name);
  if (state.no_access_day >= utc_day(clock.latest(view.now)))
    until = std::max(until, clock.when_surely(ServerTime{std::chrono::days{state.no_access_day + 1}}));
  return until;
}

Needs collect(const View& view, Endpoint endpoint, const AppPolicy& app) {
  Needs needs;
  if (endpoint == Endpoint::call_lists) list_needs(view, app, needs);
  if (endpoint == Endpoint::call_sessions) session_needs(view, app, needs);
  if (endpoint == Endpoint::call_metrics) point_needs(view, app, needs);
  if (agora::is_insight(endpoint)) insight_needs(view, app, endpoint, needs);
  return needs;
}

struct Best {
  WallTime at = WallTime::max();
  WallTime more_at = WallTime::max();
  std::string why;

  void take(WallTime start, const View& view, Endpoint endpoint, const char* reason) {
    if (start >= at) return;
    at = start;
    why =
        std::string(agora::name_of(endpoint)) + " of " + view.account.name + " at " + to_iso(start) + reason;
  }
};

// Of an endpoint that has to wait longer than this nothing is looked at: what is due then may be something
// else.
constexpr Seconds kLongPause{60};

// What says in InFlight that some request of the endpoint is out.
std::string any_of(const View& view, Endpoint endpoint) {
  return "any " + std::string(agora::name_of(endpoint)) + " of " + view.account.name;
}

// While it is not known whether the account may use the endpoint at all, one request at a time finds out:
// without access it costs that one a day.
bool awaits_access(const View& view, Endpoint endpoint) {
  const EndpointProgress& state = view.of(endpoint);
  return (!state.answered || state.no_access_day >= 0) && view.in_flight.contains(any_of(view, endpoint));
}

// The request of this endpoint and scope that is to be sent now, if there is one; else when there will be,
// into `best`.
std::optional<Ask> choose(const View& view, Endpoint endpoint, const std::vector<const AppPolicy*>& apps,
                          Best& best) {
  const WallTime held = held_until(view, endpoint);
  const quota::Meter& meter = view.quotas.meter(view.account.scope_of(*apps.front()), endpoint);
  const WallTime free = std::max(meter.when_free(view.quotas.clock(view.account.name), view.now), held);
  if (free == quota::kAfterAnAnswer || awaits_access(view, endpoint)) return std::nullopt;
  if (free > view.now + kLongPause && !agora::is_insight(endpoint)) {
    best.take(free, view, endpoint, free == held ? ", after refusals" : ", when the quota allows it");
    return std::nullopt;
  }
  Needs all;
  for (const AppPolicy* app : apps) {
    const Forbidden& forbidden = view.of(*app).forbidden[static_cast<std::size_t>(endpoint)];
    if (const WallTime until = backed_off_until(forbidden.not_before, view.now); until > view.now) {
      all.more_at = std::min(all.more_at, until);
      continue;
    }
    Needs needs = collect(view, endpoint, *app);
    std::move(needs.needs.begin(), needs.needs.end(), std::back_inserter(all.needs));
    for (const auto& [by, count] : needs.crowd) all.crowd[by] += count;
    all.more_at = std::min(all.more_at, needs.more_at);
    all.cut_short = all.cut_short || needs.cut_short;
  }
  if (!all.needs.empty()) {
    const WallTime start = std::max(start_of(all, service_time(view, endpoint), view.now), free);
    if (start <= view.now) {
      Ask ask = all.needs.front().ask();
      ask.subjects.push_back(any_of(view, endpoint));
      return ask;
    }
    best.take(start, view, endpoint, start == free ? ", when the quota allows it" : ", when it is due");
  }
  if (all.cut_short) all.more_at = view.now;
  // Never in the past: what cannot be asked for yet is looked at again in a moment.
  if (all.more_at != WallTime::max()) {
    const Millis moment{all.cut_short ? 1 : 200};
    best.more_at = std::min(best.more_at, std::max({all.more_at, free, view.now + moment}));
  }
  return std::nullopt;
}

}  // namespace

int View::left_today(Endpoint endpoint, const AppPolicy& app) const {
  return quotas.meter(account.scope_of(app), endpoint).left_today(quotas.clock(account.name), now);
}

bool View::within_pace(Endpoint endpoint, const AppPolicy& app) const {
  const quota::Meter& meter = quotas.meter(account.scope_of(app), endpoint);
  const int per_day = meter.limit(quota::Window::day);
  if (per_day == 0) return true;
  const ServerTime server = quotas.clock(account.name).estimate(now);
  const double passed =
      static_cast<double>((server - ServerTime{std::chrono::days{utc_day(server)}}).count()) / 86.4e6;
  return meter.used(quotas.clock(account.name), now, quota::Window::day) <=
         per_day * std::min(1.0, passed + 1.0 / 96);
}

Decision decide(const Policy& policy, const Progress& progress, const quota::Quotas& quotas,
                const InFlight& in_flight, WallTime now, std::vector<TurnedDown>* turned_down) {
  Best best;
  for (const AccountPolicy& account : policy.accounts) {
    const View view{policy, account, progress, quotas, in_flight, now, turned_down};
    std::map<quota::ScopeKey, std::vector<const AppPolicy*>> scopes;
    for (const AppPolicy& app : account.apps) scopes[account.scope_of(app)].push_back(&app);
    for (const auto& [scope, apps] : scopes)
      // Metrics first: their deadlines are the ones that lose points.
      for (const Endpoint endpoint : {Endpoint::call_metrics, Endpoint::call_sessions, Endpoint::call_lists,
                                      Endpoint::insight_quality, Endpoint::insight_usage})
        if (auto ask = choose(view, endpoint, apps, best)) return std::move(*ask);
  }
  return Wait{std::min(best.at, best.more_at), best.why.empty() ? "nothing is due" : best.why};
}

}  // namespace agora_exporter::planner
