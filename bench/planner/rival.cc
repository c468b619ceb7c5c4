#include "planner/rival.h"

#include <algorithm>
#include <set>

#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;

struct Known {
  std::string app_id;
  std::string call_id;
  std::vector<std::string> sids;
  std::set<std::string> known;
  int page = 1;          // of its sessions, asked for next
  std::size_t next = 0;  // sids[next...] are asked about next
};

class Rival {
 public:
  Rival(const World& world, const ApiOptions& api, const RideOptions& options)
      : options_(options), api_(world, api), score_(world, options.measured, options.policy.lag) {
    for (const App& app : world.apps) apps_.push_back(app.app_id);
  }

  RideResult run() {
    std::array<WallTime, 3> next{options_.begin, options_.begin + Seconds{1}, options_.begin + Seconds{2}};
    for (;;) {
      const auto which = static_cast<std::size_t>(std::min_element(next.begin(), next.end()) - next.begin());
      const WallTime now = next[which];
      if (now >= options_.end) break;
      const bool down =
          std::any_of(options_.outages.begin(), options_.outages.end(),
                      [&](const auto& outage) { return outage.first <= now && now < outage.second; });
      if (!down) ask(which, now);
      next[which] =
          now + (which == 0 ? Millis{87'000}
                            : interval(which == 1 ? Endpoint::call_sessions : Endpoint::call_metrics, now));
    }
    RideResult result{score_.in_hand(), score_.whole(), score_.by_hour(), {}, {}, {}, 0, 0, 0, 0, {}, {}};
    for (const std::string& app : apps_) result.of_app[app] = score_.in_hand_of(app);
    for (const Endpoint endpoint : agora::kEndpoints)
      result.counts[static_cast<std::size_t>(endpoint)] = api_.count(endpoint);
    return result;
  }

 private:
  Millis interval(Endpoint endpoint, WallTime now) const {
    return Millis{kDay} / api_.plan_at(now).of(endpoint).per_day + Millis{1};
  }
  // The longest window up to what is available.
  agora::Frame frame(Endpoint endpoint, WallTime now) const {
    const agora::Limits& limits = api_.plan_at(now).of(endpoint);
    const WorldTime end = to_world(now) - limits.delay - Seconds{1};
    return {end - std::min(limits.longest_window, limits.look_back - limits.delay) + Seconds{2}, end};
  }

  void ask(std::size_t which, WallTime now) {
    if (which == 0) list(now);
    if (active_.empty()) return;
    if (which == 1) sessions(active_[turn_[0]++ % active_.size()], now);
    if (which == 2) points(now);
  }

  // One app after the other.
  void list(WallTime now) {
    const std::string& app = apps_[lists_++ % apps_.size()];
    const auto answer =
        api_.answer({app, agora::CallListQuery{frame(Endpoint::call_lists, now), {}, {}, {}}}, now);
    const auto* list = std::get_if<agora::CallList>(&answer);
    if (!list) return;
    std::erase_if(active_, [&](const std::string& id) { return known_.at(id).app_id == app; });
    for (const agora::CallEntry& entry : list->calls) {
      if (entry.finished) continue;
      known_.try_emplace(entry.call_id, Known{app, entry.call_id, {}, {}, 1, 0});
      active_.push_back(entry.call_id);
    }
  }

  void sessions(const std::string& id, WallTime now) {
    Known& call = known_.at(id);
    agora::CallSessionsQuery query;
    query.frame = frame(Endpoint::call_sessions, now);
    query.call_id = id;
    query.page_no = call.page;
    const auto answer = api_.answer({call.app_id, query}, now);
    const auto* page = std::get_if<agora::SessionPage>(&answer);
    if (!page) return;
    for (const agora::SessionEntry& entry : page->sessions)
      if (call.known.insert(entry.sid).second) call.sids.push_back(entry.sid);
    call.page = page->page_no * page->page_size < page->total_size ? call.page + 1 : 1;
  }

  void points(WallTime now) {
    for (std::size_t tries = 0; tries < active_.size(); ++tries) {
      Known& call = known_.at(active_[turn_[1]++ % active_.size()]);
      if (call.sids.empty()) continue;
      agora::CallMetricsQuery query{frame(Endpoint::call_metrics, now), call.call_id, {}};
      if (call.next >= call.sids.size()) call.next = 0;
      const std::size_t count = std::min(agora::kMaxSids, call.sids.size() - call.next);
      query.sids.assign(call.sids.begin() + static_cast<std::ptrdiff_t>(call.next),
                        call.sids.begin() + static_cast<std::ptrdiff_t>(call.next + count));
      call.next += count;
      if (std::holds_alternative<agora::PointSet>(api_.answer({call.app_id, query}, now)))
        score_.received(call.app_id, query, now + options_.latency);
      return;
    }
  }

  const RideOptions& options_;
  Api api_;
  Score score_;
  std::vector<std::string> apps_;
  std::map<std::string, Known> known_;
  std::vector<std::string> active_;
  std::size_t lists_ = 0;
  std::array<std::size_t, 2> turn_{};
};

}  // namespace

RideResult rival(const World& world, const ApiOptions& api, const RideOptions& options) {
  return Rival(world, api, options).run();
}

}  // namespace agora_exporter::rehearsal
