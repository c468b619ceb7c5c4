#include "planner/ride.h"

#include <algorithm>
#include <deque>
#include <unordered_set>

#include "agora_exporter/planner/decide.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;

class Ride {
 public:
  Ride(const World& world, const ApiOptions& api, const RideOptions& options)
      : options_(options),
        policy_(options.policy),
        api_(world, api),
        score_(world, options.measured, policy_.lag),
        progress_(policy_) {
    const planner::AccountPolicy& account = policy_.accounts.front();
    quotas_.clocks[account.name];
    for (const planner::AppPolicy& app : account.apps)
      for (const Endpoint endpoint : agora::kEndpoints)
        quotas_.meters.try_emplace({account.scope_of(app), endpoint}, account.plan.of(endpoint));
  }

  RideResult run() {
    WallTime now = options_.begin;
    for (const auto& [begin, end] : options_.outages) {
      run_until(now, begin);
      lose_what_is_in_flight(end);
      now = end;
    }
    run_until(now, options_.end);
    RideResult result{score_.in_hand(),
                      score_.whole(),
                      score_.by_hour(),
                      {},
                      {},
                      {},
                      decisions_,
                      told_,
                      told_in_time_,
                      ends_in_time_,
                      {},
                      {}};
    for (const planner::AppPolicy& app : policy_.accounts.front().apps)
      result.of_app[app.app_id] = score_.in_hand_of(app.app_id);
    for (const Endpoint endpoint : agora::kEndpoints) note_requests(endpoint, result);
    if (options_.keep_log) result.misses = misses(score_, log_, options_);
    result.log = std::move(log_);
    return result;
  }

 private:
  void note_requests(Endpoint endpoint, RideResult& result) const {
    const auto at = static_cast<std::size_t>(endpoint);
    result.counts[at] = api_.count(endpoint);
    result.on_day[at] = api_.on_day(endpoint, utc_day(to_wall(options_.measured.begin)));
  }

  struct Flying {
    planner::Ask ask;
    agora::Ticket ticket;
    WallTime sent, due;
    agora::Body body;
  };

  void run_until(WallTime now, WallTime until) {
    while (now < until) {
      take_answers(now);
      if (options_.plan_changes && now >= options_.plan_changes->first)
        change_plan(options_.plan_changes->second);
      WallTime next = std::min(until, send_what_is_due(now));
      if (!flying_.empty()) next = std::min(next, flying_.front().due);
      now = std::max(next, now + Millis{1});
    }
  }

  WallTime send_what_is_due(WallTime now) {
    progress_.advance(now);
    for (;;) {
      ++decisions_;
      std::vector<planner::TurnedDown> turned_down;
      planner::Decision decision =
          planner::decide(policy_, progress_, quotas_, in_flight_, now, &turned_down);
      note(turned_down, now);
      progress_.turn_down(turned_down, now);
      if (const auto* wait = std::get_if<planner::Wait>(&decision)) return wait->until;
      send(std::move(std::get<planner::Ask>(decision)), now);
    }
  }

  void send(planner::Ask ask, WallTime now) {
    const Endpoint endpoint = agora::endpoint_of(ask.request);
    quota::Meter& meter = quotas_.meter(ask.account->scope_of(*ask.app), endpoint);
    const agora::Ticket ticket = meter.book(quotas_.clock(ask.account->name), now);
    in_flight_.insert(ask.subjects.begin(), ask.subjects.end());
    agora::Body body = api_.answer(ask.request, now + options_.latency / 2);
    note(ask, std::holds_alternative<agora::Refusal>(body), now);
    flying_.push_back({std::move(ask), ticket, now, now + options_.latency, std::move(body)});
  }

  void note(const std::vector<planner::TurnedDown>& turned_down, WallTime now) {
    if (!options_.keep_log) return;
    for (const planner::TurnedDown& each : turned_down) {
      WallTime& last = turned_down_at_[{each.call_id, each.points}];
      if (now < last + Seconds{60}) continue;
      last = now;
      log_.push_back({now,
                      each.points ? Endpoint::call_metrics : Endpoint::call_sessions,
                      each.call_id,
                      "not worth a request",
                      now,
                      0,
                      true,
                      false,
                      {}});
    }
  }
  void note(const agora::CallList& list, WallTime now) {
    const WorldTime r = to_world(now - policy_.lag);
    for (const agora::CallEntry& entry : list.calls) {
      if (!options_.measured.contains(entry.created)) continue;
      if (told_of_.insert(entry.call_id).second) {
        ++told_;
        told_in_time_ += entry.created > r ? 1 : 0;
      }
      if (entry.destroyed && ended_.insert(entry.call_id).second)
        ends_in_time_ += *entry.destroyed > r ? 1 : 0;
    }
  }
  void note(const planner::Ask& ask, bool failed, WallTime now) {
    if (!options_.keep_log) return;
    const Endpoint endpoint = agora::endpoint_of(ask.request);
    std::string call_id;
    if (const auto* sessions = std::get_if<agora::CallSessionsQuery>(&ask.request.query))
      call_id = sessions->call_id;
    std::vector<std::string> sids;
    if (const auto* metrics = std::get_if<agora::CallMetricsQuery>(&ask.request.query)) {
      call_id = metrics->call_id;
      sids = metrics->sids;
    }
    const int left = quotas_.meter(ask.account->scope_of(*ask.app), endpoint)
                         .left_today(quotas_.clock(ask.account->name), now);
    log_.push_back({now, endpoint, call_id, ask.reason, ask.deadline, left, false, failed, std::move(sids)});
  }

  void take_answers(WallTime now) {
    while (!flying_.empty() && flying_.front().due <= now) {
      Flying flying = std::move(flying_.front());
      flying_.pop_front();
      take(std::move(flying), now);
    }
  }

  void take(Flying flying, WallTime now) {
    for (const std::string& subject : flying.ask.subjects) in_flight_.erase(subject);
    const planner::AccountPolicy& account = *flying.ask.account;
    quotas_.meter(account.scope_of(*flying.ask.app), agora::endpoint_of(flying.ask.request))
        .answered(flying.ticket, now);
    const WallTime arrived = flying.sent + options_.latency / 2;
    quotas_.clocks[account.name].learn(flying.sent, now, unix_seconds(to_world(arrived)));
    agora::Facts facts{
        {account.name, flying.ask.request, flying.ticket, flying.sent, now, to_world(now) - policy_.lag, 1.0},
        std::move(flying.body),
        false,
        0};
    if (const auto* list = std::get_if<agora::CallList>(&facts.body))
      facts.todays_server = list->total_size.has_value();
    if (const auto* list = std::get_if<agora::CallList>(&facts.body)) note(*list, now);
    planner::sample(policy_, progress_, quotas_, now, facts);
    if (const auto* query = std::get_if<agora::CallMetricsQuery>(&facts.asked.request.query);
        query && std::holds_alternative<agora::PointSet>(facts.body))
      score_.received(facts.asked.request.app_id, *query, now);
    if (options_.heard) options_.heard(facts);
    progress_.apply(facts);
  }

  void change_plan(const agora::Plan& plan) {
    planner::AccountPolicy& account = policy_.accounts.front();
    if (account.plan == plan) return;
    account.plan = plan;
    for (auto& [key, meter] : quotas_.meters) meter.set_limits(plan.of(key.second));
  }

  void lose_what_is_in_flight(WallTime at) {
    for (Flying& flying : flying_)
      quotas_.meter(flying.ask.account->scope_of(*flying.ask.app), agora::endpoint_of(flying.ask.request))
          .answered(flying.ticket, at);
    flying_.clear();
    in_flight_.clear();
  }

  const RideOptions& options_;
  planner::Policy policy_;
  Api api_;
  Score score_;
  planner::Progress progress_;
  quota::Quotas quotas_;
  planner::InFlight in_flight_;
  DecisionLog log_;
  std::map<std::pair<std::string, bool>, WallTime> turned_down_at_;  // once a minute in the log
  std::unordered_set<std::string> told_of_, ended_;
  int told_ = 0, told_in_time_ = 0, ends_in_time_ = 0;
  std::deque<Flying> flying_;  // by due: the latency is constant
  std::uint64_t decisions_ = 0;
};

}  // namespace

RideResult ride(const World& world, const ApiOptions& api, const RideOptions& options) {
  return Ride(world, api, options).run();
}

}  // namespace agora_exporter::rehearsal
