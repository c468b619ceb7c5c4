// A planner on a desk: policy, progress and quotas of one account, and answers made by hand.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agora_exporter/planner/decide.h"

namespace agora_exporter::planner {

inline constexpr std::int64_t kNoon = 1772409600 + 43'200;  // 2026-03-02 12:00 UTC

class Desk {
 public:
  explicit Desk(const std::string& plan = "standard", Seconds lag = Seconds{1'800}) {
    policy.lag = lag;
    AccountPolicy& account = policy.accounts.emplace_back();
    account.name = "acc";
    account.plan = *agora::find_plan(plan);
    AppPolicy& app = account.apps.emplace_back();
    app.app_id = "app";
    app.name = "my-app";
    progress.emplace(policy);
    quotas.clocks["acc"];
    for (const agora::Endpoint endpoint : agora::kEndpoints)
      quotas.meters.try_emplace({quota::ScopeKey{"acc", ""}, endpoint}, account.plan.of(endpoint));
  }

  const AppPolicy& app() const { return policy.accounts[0].apps[0]; }
  AppProgress& state() { return progress->apps.at("app"); }

  Decision decide_at(std::int64_t now) {
    progress->advance(wall_time(now));
    return decide(policy, *progress, quotas, in_flight, wall_time(now));
  }
  std::optional<Ask> ask_at(std::int64_t now) {
    Decision decision = decide_at(now);
    if (auto* ask = std::get_if<Ask>(&decision)) return std::move(*ask);
    return std::nullopt;
  }
  WallTime wait_at(std::int64_t now) { return std::get<Wait>(decide_at(now)).until; }

  // An answer to `request`, asked at `now` and received 200 ms later.
  Learned answer(const agora::Request& request, agora::Body body, std::int64_t now,
                 double inclusion_now = 1) {
    agora::Facts facts;
    facts.asked = {"acc",
                   request,
                   {utc_day(wall_time(now)), ++ordinal_},
                   wall_time(now),
                   wall_time(now) + Millis{200},
                   world_time(now) - policy.lag,
                   inclusion_now};
    facts.body = std::move(body);
    return progress->apply(facts);
  }
  // Everything that lists could tell up to `to` is known: these calls.
  void listed(std::vector<agora::CallEntry> calls, std::int64_t from, std::int64_t to, std::int64_t now) {
    answer({"app", agora::CallListQuery{{world_time(from), world_time(to)}, {}, {}, {}}},
           agora::CallList{false, std::nullopt, std::move(calls)}, now);
  }

  static agora::CallEntry call(const std::string& id, std::int64_t created,
                               std::optional<std::int64_t> destroyed) {
    agora::CallEntry entry{id, "channel", world_time(created), std::nullopt, destroyed.has_value()};
    if (destroyed) entry.destroyed = world_time(*destroyed);
    return entry;
  }
  static agora::SessionEntry session(const std::string& sid, std::uint32_t uid, std::int64_t joined,
                                     std::optional<std::int64_t> left) {
    agora::SessionEntry entry;
    entry.sid = sid;
    entry.uid = uid;
    entry.joined = world_time(joined);
    entry.finished = left.has_value();
    if (left) entry.left = world_time(*left);
    return entry;
  }
  static agora::SessionPage page(std::vector<agora::SessionEntry> sessions, std::int64_t total = -1) {
    agora::SessionPage page;
    page.total_size = total < 0 ? static_cast<std::int64_t>(sessions.size()) : total;
    page.page_size = 20;
    page.sessions = std::move(sessions);
    return page;
  }
  // One stream of a session with a point every 2 s in [from, to].
  static agora::PointSet points(const std::vector<std::string>& sids, std::int64_t from, std::int64_t to) {
    agora::PointSet set;
    for (const std::string& sid : sids) {
      const auto begin = static_cast<std::uint32_t>(set.times.size());
      for (std::int64_t at = from; at <= to; at += 2) {
        set.times.push_back(world_time(at));
        set.values.push_back(1);
      }
      set.streams.push_back({static_cast<std::uint32_t>(set.sids.size()), 20001, 0, begin,
                             static_cast<std::uint32_t>(set.times.size())});
      set.sids.push_back(sid);
    }
    return set;
  }

  Policy policy;
  std::optional<Progress> progress;
  quota::Quotas quotas;
  InFlight in_flight;

 private:
  std::uint32_t ordinal_ = 0;
};

// Lists known for three days up to a moment ago, so that only the call at hand matters.
inline void know_lists(Desk& desk, std::vector<agora::CallEntry> calls, std::int64_t now) {
  desk.listed(std::move(calls), now - 3 * 86'400, now - 62, now);
}

}  // namespace agora_exporter::planner
