#include "planner/crowd.h"

#include <algorithm>

#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;

const WallTime kNoon{Millis{(1772409600LL + 43'200) * 1'000}};
constexpr int kCallsInAList = 100;

std::string name_of_call(int i) { return "call-" + std::to_string(i); }

// Tells Progress what answers told, as of when they were asked.
class Teller {
 public:
  Teller(const CrowdOptions& options, Crowd& crowd) : options_(options), crowd_(crowd) {}

  void run() {
    tell_history();
    for (int first = 0; first < options_.calls; first += kCallsInAList) tell_list(first);
    // Calls are asked about one after the other, so that the first is the one that has waited longest.
    for (int i = 0; i < options_.calls; ++i) {
      const WallTime asked = asked_about(i);
      tell_sessions(i, asked);
      if (!is_late()) tell_points(i, asked);
    }
    crowd_.progress->advance(crowd_.now);
  }

 private:
  bool is_late() const { return options_.moment == Moment::all_due || options_.moment == Moment::spent; }
  const agora::Plan& plan() const { return crowd_.policy.accounts.front().plan; }
  WorldTime told_to(Endpoint endpoint, WallTime asked) const {
    return to_world(asked) - plan().of(endpoint).delay - Seconds{6};
  }

  // Calls begin one after the other in the 40 minutes before R stood at the oldest question.
  WorldTime created(int i) const {
    return to_world(crowd_.now) - crowd_.policy.lag - Seconds{4'800} + Seconds{2'400} * i / options_.calls;
  }
  WallTime asked_about(int i) const {
    const Seconds window = quota::useful_window(plan().of(Endpoint::call_metrics), crowd_.policy.lag);
    const Seconds spread = options_.moment == Moment::steady ? window : Seconds{60};
    const Seconds since = is_late() ? window + Seconds{300} : Seconds{1};
    return crowd_.now - since - Millis{spread} * (options_.calls - i) / options_.calls;
  }

  void tell(agora::Query query, agora::Body body, WallTime asked) {
    agora::Facts facts;
    facts.asked = {"account", {"app", std::move(query)}, {utc_day(asked), ++ordinal_},
                   asked,     asked + Millis{300},       to_world(asked) - crowd_.policy.lag,
                   1.0};
    facts.body = std::move(body);
    facts.todays_server = true;
    crowd_.progress->apply(facts);
  }

  // Nobody has called before.
  void tell_history() {
    const WorldTime begin = to_world(crowd_.now) - plan().of(Endpoint::call_lists).look_back - Seconds{60};
    tell(agora::CallListQuery{{begin, created(0) + Seconds{1}}, {}, {}, {}}, agora::CallList{},
         asked_about(0) - Seconds{120});
  }

  void tell_list(int first) {
    const int last = std::min(first + kCallsInAList, options_.calls);
    agora::CallList list;
    for (int i = first; i < last; ++i)
      list.calls.push_back(
          {name_of_call(i), "channel-" + std::to_string(i % 50), created(i), std::nullopt, false});
    const WallTime asked = asked_about(0) - Seconds{60};
    const WorldTime end = last == options_.calls ? told_to(Endpoint::call_lists, asked) : created(last);
    tell(agora::CallListQuery{{created(first) - Seconds{1}, end + Seconds{1}}, {}, {}, {}}, std::move(list),
         asked);
  }

  void tell_sessions(int i, WallTime asked) {
    agora::SessionPage page;
    page.total_size = options_.sessions_of_a_call;
    page.page_size = agora::kPageSizeToday;
    for (int k = options_.sessions_of_a_call - 1; k >= 0; --k) {
      agora::SessionEntry session;
      session.sid = sid(i, k);
      session.uid = static_cast<std::uint32_t>(k + 1);
      session.joined = created(i) + Seconds{k};
      page.sessions.push_back(std::move(session));
    }
    agora::CallSessionsQuery query{
        {created(i) - Seconds{1}, told_to(Endpoint::call_sessions, asked)}, name_of_call(i), {}, {}, {}};
    tell(std::move(query), std::move(page), asked);
  }

  void tell_points(int i, WallTime asked) {
    const WorldTime newest = told_to(Endpoint::call_metrics, asked);
    agora::CallMetricsQuery query{{newest - Seconds{1'000}, newest}, name_of_call(i), {}};
    agora::PointSet points;
    for (int k = 0; k < options_.sessions_of_a_call; ++k) {
      const auto at = static_cast<std::uint32_t>(k);
      query.sids.push_back(sid(i, k));
      points.sids.push_back(sid(i, k));
      points.streams.push_back({at, 20001, 0, at, at + 1});
      points.times.push_back(newest);
      points.values.push_back(0);
    }
    tell(std::move(query), std::move(points), asked);
  }

  static std::string sid(int i, int k) { return name_of_call(i) + "." + std::to_string(k); }

  const CrowdOptions& options_;
  Crowd& crowd_;
  std::uint32_t ordinal_ = 0;
};

}  // namespace

Crowd::Crowd(const CrowdOptions& options) : now(kNoon) {
  planner::AccountPolicy& account = policy.accounts.emplace_back();
  account.name = "account";
  account.plan = *agora::find_plan(options.plan);
  planner::AppPolicy& app = account.apps.emplace_back();
  app.app_id = app.name = "app";
  policy.objective = options.objective;
  policy.lag = quota::automatic_lag(std::span(&account.plan, 1));
  progress = std::make_unique<planner::Progress>(policy);
  quotas.clocks[account.name];
  for (const Endpoint endpoint : agora::kEndpoints)
    quotas.meters.try_emplace({account.scope_of(app), endpoint}, account.plan.of(endpoint));
  Teller(options, *this).run();
  if (options.moment != Moment::spent) return;
  for (auto& [key, meter] : quotas.meters) meter.at_least(utc_day(now), account.plan.of(key.second).per_day);
}

Scan full_scan(const Crowd& crowd) {
  constexpr Seconds kSessionsMargin{50}, kEndsMargin{150};
  const WorldTime replayed = to_world(crowd.now) - crowd.policy.lag, now = to_world(crowd.now);
  Scan scan;
  const auto take = [&](Scan::Urgent& urgent, WorldTime from, Seconds margin, const std::string& call) {
    if (from >= urgent.oldest) return;
    urgent = {to_wall(std::max(from, replayed) + crowd.policy.lag) - margin, from, call};
  };
  for (const auto& [id, call] : crowd.progress->apps.at("app").calls) {
    if (!call.finished) take(scan.ends, call.last_alive(), kEndsMargin, id);
    if (!call.followed || call.done || call.given_up) continue;
    if (const auto from = call.joins.first_missing(call.created, call.destroyed.value_or(now)))
      take(scan.sessions, *from, kSessionsMargin, id);
    for (const auto& [sid, session] : call.sessions) {
      if (session.unresolved()) take(scan.sessions, session.alive_to, kSessionsMargin, id);
      if (session.settled(replayed)) continue;
      const WorldTime from = std::max(session.covered_to, replayed);
      take(scan.points, from, quota::kSlack, id);
      scan.session_seconds += static_cast<double>((session.left.value_or(now) - from).count());
    }
  }
  return scan;
}

}  // namespace agora_exporter::rehearsal
