#include "planner/shares.h"

#include <algorithm>

namespace agora_exporter::planner {

using agora::Endpoint;

WorldTime last_of_today(const View& view) {
  const quota::ServerClock& clock = view.quotas.clock(view.account.name);
  const std::int64_t tomorrow = utc_day(clock.estimate(view.now)) + 1;
  return to_world(clock.when_surely(ServerTime{std::chrono::days{tomorrow}})) - view.policy.lag;
}

double room_today(const View& view, const AppPolicy& app, Endpoint endpoint) {
  // Calls turn out to be asked about more often than foreseen, when users come and go.
  const double kept = endpoint == Endpoint::call_sessions ? 0.06 : 0.02;
  const double passed = static_cast<double>((view.replayed().time_since_epoch() % kDay).count()) /
                        static_cast<double>(kDay.count());
  const int per_day = view.account.plan.of(endpoint).per_day;
  return std::max(0.0, view.left_today(endpoint, app) - kept * per_day * (1 - passed));
}

double fair_share(const View& view, const AppPolicy& app, double room,
                  const std::function<double(const AppPolicy&)>& wish) {
  struct Claim {
    const AppPolicy* app;
    double wish;
  };
  std::vector<Claim> claims;
  double weights = 0;
  for (const AppPolicy& other : view.account.apps) {
    if (!other.calls || (view.account.quota_per_app && &other != &app)) continue;
    claims.push_back({&other, wish(other)});
    weights += other.weight;
  }
  // Those who wish for least, for their weight, first: each gets its wish or an even part of what is left.
  std::sort(claims.begin(), claims.end(),
            [](const Claim& a, const Claim& b) { return a.wish / a.app->weight < b.wish / b.app->weight; });
  for (const Claim& claim : claims) {
    const double part = std::min(claim.wish, room * claim.app->weight / weights);
    if (claim.app == &app) return part;
    room -= part;
    weights -= claim.app->weight;
  }
  return 0;
}

}  // namespace agora_exporter::planner
