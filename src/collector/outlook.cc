#include "agora_exporter/collector/outlook.h"

#include <algorithm>

#include "agora_exporter/planner/decide.h"
#include "agora_exporter/planner/forecast.h"
#include "collector/state.h"

namespace agora_exporter::collector {
namespace {

using agora::Endpoint;

constexpr Millis kAnswer{500};
constexpr Millis kLeastWait{1'000};
constexpr int kMostDecisions = 20'000;

WallTime midnight_of(const State& state, const planner::AccountPolicy& account, WallTime now) {
  const quota::ServerClock& clock = state.quotas().clock(account.name);
  return now + (ServerTime{std::chrono::days{utc_day(clock.estimate(now)) + 1}} - clock.estimate(now));
}

// Decides again and again as time goes by, on books of its own.
void plan_requests(const State& state, std::size_t most, Outlook& outlook) {
  quota::Quotas quotas = state.quotas();
  planner::Progress progress = state.progress();
  planner::InFlight in_flight;
  WallTime now = outlook.now;
  for (int i = 0; i < kMostDecisions && now < outlook.midnight; ++i) {
    progress.advance(now);
    std::vector<planner::TurnedDown> turned_down;
    const planner::Decision decision =
        planner::decide(state.policy(), progress, quotas, in_flight, now, &turned_down);
    progress.turn_down(turned_down, now);
    if (const auto* wait = std::get_if<planner::Wait>(&decision)) {
      if (wait->until == WallTime::max()) {
        outlook.then = "what comes next depends on the answers";
        return;
      }
      now = std::max(wait->until, now + kLeastWait);
      continue;
    }
    if (outlook.requests.size() == most) {
      outlook.then = "more follow";
      return;
    }
    const auto& ask = std::get<planner::Ask>(decision);
    quota::Meter& meter = quotas.meter(ask.account->scope_of(*ask.app), agora::endpoint_of(ask.request));
    meter.answered(meter.book(quotas.clock(ask.account->name), now), now + kAnswer);
    in_flight.insert(ask.subjects.begin(), ask.subjects.end());
    outlook.requests.push_back(
        {now, ask.account->name, ask.app->name, agora::describe(ask.request), ask.reason, ask.deadline});
  }
  outlook.then = now >= outlook.midnight ? "the rest of the day depends on the answers"
                                         : "what comes later depends on the answers";
}

double rows_of(const planner::AccountPolicy& account, Endpoint endpoint) {
  double rows = 0;
  for (const planner::AppPolicy& app : account.apps)
    rows += static_cast<double>(
        std::count_if(app.rows.begin(), app.rows.end(),
                      [&](const planner::RowPolicy& row) { return row.key.source == endpoint; }));
  return rows;
}

void expect(const State& state, const planner::AccountPolicy& account, WallTime now, WallTime midnight,
            EndpointOutlook& to) {
  if (agora::is_insight(to.endpoint)) {  // each row once a day
    to.expected = std::max(0.0, rows_of(account, to.endpoint) - to.used);
    return;
  }
  constexpr std::chrono::hours kHour{1};
  for (WallTime from = now; from < midnight;) {
    const WallTime next = std::min(WallTime{std::chrono::floor<std::chrono::hours>(from) + kHour}, midnight);
    double requests = 0;
    for (const planner::AppPolicy& app : account.apps)
      requests +=
          planner::expected_requests(state.policy(), account, app, to.endpoint, state.progress(), from, next);
    to.by_hour.push_back(requests);
    to.expected += requests;
    from = next;
  }
}

EndpointOutlook endpoint_outlook(const State& state, const planner::AccountPolicy& account, Endpoint endpoint,
                                 WallTime now, WallTime midnight) {
  EndpointOutlook to;
  to.endpoint = endpoint;
  const quota::ServerClock& clock = state.quotas().clock(account.name);
  for (const auto& [key, meter] : state.quotas().meters) {
    if (key.first.account != account.name || key.second != endpoint) continue;
    to.used += meter.used(clock, now, quota::Window::day);
    if (meter.limit(quota::Window::day) == 0) continue;
    to.limit += meter.limit(quota::Window::day);
    to.left = to.left.value_or(0) + meter.left_today(clock, now);
  }
  to.pace = planner::pace(state.policy(), account, endpoint, state.progress(), state.quotas(), now);
  expect(state, account, now, midnight, to);
  return to;
}

AccountOutlook account_outlook(const State& state, const planner::AccountPolicy& account, WallTime now) {
  AccountOutlook to;
  to.name = account.name;
  to.advised_lag = planner::advised_lag(state.policy(), account, state.progress(), now);
  const WallTime midnight = midnight_of(state, account, now);
  for (const Endpoint endpoint : agora::kEndpoints)
    to.endpoints.push_back(endpoint_outlook(state, account, endpoint, now, midnight));
  for (const planner::AppPolicy& app : account.apps) {
    if (!app.calls) continue;
    const planner::AppProgress& progress = state.progress().apps.at(app.app_id);
    const double calls =
        progress.calls_offered.expected(to_world(now), to_world(midnight), progress.calls_per_second);
    to.apps.push_back(
        {app.name, calls,
         planner::inclusion(state.policy(), account, app, state.progress(), state.quotas(), now)});
  }
  return to;
}

}  // namespace

Result<Outlook> look_ahead(const Options& options, const Clock& clock, storage::Disk& disk,
                           std::size_t requests) {
  auto opened = open_state(options, clock, disk);
  if (!opened) return failure(opened.error());
  const State& state = **opened;
  Outlook outlook;
  outlook.now = clock.now();
  outlook.replayed = std::max((*opened)->replay->at(outlook.now), state.timeline().at());
  outlook.lag = state.policy().lag;
  outlook.coverage = state.policy().objective == planner::Objective::coverage;
  outlook.midnight = outlook.now;
  for (const planner::AccountPolicy& account : state.policy().accounts) {
    outlook.midnight = std::max(outlook.midnight, midnight_of(state, account, outlook.now));
    outlook.accounts.push_back(account_outlook(state, account, outlook.now));
  }
  plan_requests(state, requests, outlook);
  return outlook;
}

}  // namespace agora_exporter::collector
