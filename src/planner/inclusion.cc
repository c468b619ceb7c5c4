// Sampling: calls are followed whole, chosen by a hash of their id. The probability is what the requests left
// today carry, of what is expected to come until midnight: so that the evening is seen as well as the
// morning.
//
// Towards midnight few requests are left for few calls, and chance would make much of the probability, down
// to nothing: a call that stands for a hundred others spoils the day's estimate. So the first hour of
// tomorrow, with its part of tomorrow's budget, always counts with the rest of today, and some requests are
// kept for what chance takes more.
#include <algorithm>
#include <cmath>

#include "agora_exporter/planner/decide.h"
#include "planner/needs.h"
#include "planner/shares.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

double seconds_of(Seconds s) { return static_cast<double>(s.count()); }

// Of what an even share of a day is: p falls no lower, however much more than foreseen the calls that are
// followed have taken. What p never picks the estimate can never know; a hole is counted at least.
constexpr double kLeastOfADay = 0.25;

// What a call still takes that all have left, as far as is known, until a list says that it is over.
constexpr double kOfDeserted = 0.5;

double groups_of(const CallProgress& call) {
  double running = 0;
  for (const auto& [sid, session] : call.sessions) running += session.complete ? 0 : 1;
  return std::max(1.0, std::ceil(running / agora::kMaxSids));
}

// Requests that a followed call still takes until the world is `until`.
double rest_of(const View& view, const AppProgress& app, const CallProgress& call, bool metrics,
               WorldTime until) {
  const double groups = metrics ? groups_of(call) : 1;
  if (call.finished) {
    const double pending = metrics ? (call.requests[1] == 0 ? 1 : 0) : (call.sessions_asked ? 0 : 1);
    return pending * groups;
  }
  if (call.deserted_since()) return kOfDeserted * groups;
  const WorldTime now = to_world(view.now);
  const double age = seconds_of(now - call.created);
  const double rest = std::max(app.mean_seconds - age, age / 2);
  const double today = std::clamp(rest, 0.0, std::max(0.0, seconds_of(until - view.replayed())));
  return std::max(0.5, today / seconds_of(view.useful_window())) * groups;
}

constexpr Seconds kOfTomorrow{3'600};

struct Demand {
  double committed = 0;  // requests for calls that are followed already
  double coming = 0;     // and for those that are expected, or just told of, if all were followed
  double first = 0;      // of these, so many of tomorrow
  double tomorrow = 0;   // and in all of tomorrow
};

Demand demand_of(const View& view, const AppPolicy& app, bool metrics, const agora::CallList* arriving) {
  const AppProgress& progress = view.of(app);
  const WorldTime until = last_of_today(view);
  const double mean = std::max(1.0, progress.mean_requests[metrics ? 1 : 0]);
  Demand demand;
  for (const std::string& id : progress.open) {
    const CallProgress& call = progress.calls.at(id);
    if (call.followed && !call.given_up) demand.committed += rest_of(view, progress, call, metrics, until);
  }
  WorldTime told_to = progress.listed.newest().value_or(to_world(view.now));
  if (arriving) {
    for (const agora::CallEntry& entry : arriving->calls) {
      if (progress.calls.contains(entry.call_id)) continue;
      if (!entry.finished || !entry.destroyed || *entry.destroyed > view.replayed()) demand.coming += mean;
      told_to = std::max(told_to, entry.created);
    }
  }
  const auto expected = [&](WorldTime from, WorldTime to) {
    return progress.calls_offered.expected(from, to, progress.calls_per_second) * mean;
  };
  demand.coming += expected(told_to, until + kOfTomorrow);
  demand.first = expected(until, until + kOfTomorrow);
  demand.tomorrow = expected(until, until + kDay);
  return demand;
}

// How far spending may be off by chance until it can be mended: in the last hours, but for those that are
// left.
double kept_for_chance(const View& view, int per_day) {
  constexpr double kLastHours = 3.0 / 24;
  const double passed = static_cast<double>((view.replayed().time_since_epoch() % kDay).count()) /
                        static_cast<double>(kDay.count());
  return std::sqrt(per_day * std::min(1 - passed, kLastHours));
}

}  // namespace

double inclusion(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                 const Progress& progress, const quota::Quotas& quotas, WallTime now,
                 const agora::CallList* arriving) {
  if (policy.objective == Objective::coverage) return 1;  // each request is chosen by what it brings
  const InFlight none;
  const View view{policy, account, progress, quotas, none, now};
  double least = 1;
  for (const Endpoint endpoint : {Endpoint::call_sessions, Endpoint::call_metrics}) {
    const int per_day = account.plan.of(endpoint).per_day;
    if (per_day == 0) continue;
    std::map<const AppPolicy*, double> wishes;
    double room = room_today(view, app, endpoint) - kept_for_chance(view, per_day), first = 0, tomorrow = 0;
    for (const AppPolicy& other : account.apps) {
      if (!other.calls || (account.quota_per_app && &other != &app)) continue;
      const Demand of_app =
          demand_of(view, other, endpoint == Endpoint::call_metrics, &other == &app ? arriving : nullptr);
      room -= of_app.committed;
      first += of_app.first;
      tomorrow += of_app.tomorrow;
      wishes[&other] = of_app.coming;
    }
    const double of_a_day = tomorrow > 0 ? std::min(1.0, per_day / tomorrow) : 0;
    room += first * of_a_day;
    const double wish = wishes.at(&app);
    if (wish <= 0) continue;
    const double share =
        fair_share(view, app, std::max(0.0, room), [&](const AppPolicy& each) { return wishes.at(&each); });
    least = std::min(least, std::max(share / wish, kLeastOfADay * of_a_day));
  }
  return least;
}

double sid_inclusion(const Policy& policy, const AppProgress& app, const agora::CallSessionsQuery& query,
                     const agora::SessionPage& page) {
  if (policy.objective == Objective::coverage) return 1;
  const auto found = app.calls.find(query.call_id);
  const std::size_t known = found == app.calls.end() ? 0 : found->second.sessions.size();
  const auto size =
      static_cast<double>(std::max<std::int64_t>(page.total_size, static_cast<std::int64_t>(known)));
  return size <= policy.max_sids_per_call ? 1 : policy.max_sids_per_call / size;
}

void sample(const Policy& policy, const Progress& progress, const quota::Quotas& quotas, WallTime now,
            agora::Facts& facts) {
  const std::string& app_id = facts.asked.request.app_id;
  for (const AccountPolicy& account : policy.accounts) {
    for (const AppPolicy& app : account.apps) {
      if (app.app_id != app_id) continue;
      if (auto* list = std::get_if<agora::CallList>(&facts.body)) {
        for (agora::CallEntry& entry : list->calls) entry.certain = app.certain.holds(entry);
        facts.asked.inclusion = inclusion(policy, account, app, progress, quotas, now, list);
      }
      if (const auto* page = std::get_if<agora::SessionPage>(&facts.body))
        facts.asked.inclusion =
            sid_inclusion(policy, progress.apps.at(app_id),
                          std::get<agora::CallSessionsQuery>(facts.asked.request.query), *page);
    }
  }
}

}  // namespace agora_exporter::planner
