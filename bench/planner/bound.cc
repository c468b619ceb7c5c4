// A price is put on every request. At given prices each call can be looked at alone: what it brings at best,
// less what its requests cost. The sum of these, and of what all budgets cost, is more than anybody can have,
// whatever the prices (Lagrangian duality); the prices are then chosen so that it is least.
#include "planner/bound.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "planner/call_choices.h"
#include "planner/ellipsoid.h"

namespace agora_exporter::rehearsal {
namespace {

struct Choice {
  std::optional<SmallCall> small;
  std::optional<LargeCall> large;

  Choice(const Profile& profile, const BoundInput& input, const std::vector<Time>& edges) {
    if (profile.most <= static_cast<int>(agora::kMaxSids)) {
      small.emplace(profile, input, edges);
    } else {
      large.emplace(profile, input, edges);
    }
  }
  Gain best(const PriceList& prices) const { return small ? small->best(prices) : large->best(prices); }
};

// A call, before its sessions are asked about: what it may turn out to be, one as likely as the other.
struct Candidate {
  std::vector<Choice> choices;
  Time from = 0, to = 0;  // its sessions can be asked about
  double seconds = 0;     // of its sessions, in the mean

  Gain best(const PriceList& prices) const {
    Gain mean;
    const double part = 1 / static_cast<double>(choices.size());
    for (const Choice& choice : choices) {
      const Gain gain = choice.best(prices);
      mean.gain += part * gain.gain;
      for (const auto& [piece, requests] : gain.requests) mean.requests.emplace_back(piece, part * requests);
    }
    return mean;
  }
};

// A few calls of an app whose users stand for those of all: as many smaller as larger ones.
std::vector<const Call*> likely_calls(const App& app, int count) {
  std::vector<std::pair<double, const Call*>> by_users;
  by_users.reserve(app.calls.size());
  for (const Call& call : app.calls) by_users.emplace_back(call.mean_users(), &call);
  std::stable_sort(by_users.begin(), by_users.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const Call*> likely;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    likely.push_back(by_users[(2 * i + 1) * by_users.size() / (2 * static_cast<std::size_t>(count))].second);
  return likely;
}

std::vector<Candidate> candidates(const BoundInput& input, const std::vector<Time>& edges) {
  std::vector<Candidate> all;
  for (const App& app : input.world->apps) {
    const std::vector<const Call*> likely = likely_calls(app, input.likely_users);
    for (const Call& call : app.calls) {
      Candidate candidate;
      WorldTime last{};
      const auto may_be = [&](const Call& like) {
        const Profile profile = profile_of(like, input.measured);
        if (profile.at.empty()) return;
        candidate.choices.emplace_back(profile, input, edges);
        candidate.seconds += session_seconds(App{{}, {like}}, input.measured);
        last = std::max(last, WorldTime{Seconds{profile.at.back()}});
      };
      if (likely.empty()) may_be(call);
      for (const Call* other : likely) may_be(with_users_of(*other, call));
      if (candidate.choices.empty()) continue;
      candidate.seconds /= static_cast<double>(candidate.choices.size());
      candidate.from = unix_seconds(call.created + input.sessions_delay);
      candidate.to = unix_seconds(last + input.lag);
      all.push_back(std::move(candidate));
    }
  }
  return all;
}

}  // namespace

BoundInput bound_input(const World& world, const ApiOptions& api, const RideOptions& ride, Told told) {
  constexpr int kLikelyUsers = 8;
  const bool all = told == Told::the_day_ahead;
  BoundInput input;
  input.likely_users = all || api.today ? 0 : kLikelyUsers;
  input.world = &world;
  input.measured = ride.measured;
  input.lag = ride.policy.lag;
  input.outages = ride.outages;
  std::vector<agora::Plan> plans{api.plan};
  if (api.plan_changes) plans.push_back(api.plan_changes->second);
  // Of two plans the better one, all day.
  const auto least = [&](agora::Endpoint endpoint) {
    return std::min_element(
               plans.begin(), plans.end(),
               [&](const auto& a, const auto& b) { return a.of(endpoint).delay < b.of(endpoint).delay; })
        ->of(endpoint);
  };
  const agora::Limits metrics = least(agora::Endpoint::call_metrics);
  input.delay = metrics.delay;
  input.window = std::min(metrics.longest_window, input.lag - input.delay);
  input.sessions_delay = least(agora::Endpoint::call_sessions).delay;
  const auto budgets = [&](agora::Endpoint endpoint) {
    std::vector<BoundInput::Budget> of_day;
    const std::int64_t day = utc_day(ride.measured.begin);
    const WallTime begin{std::chrono::days{day}}, end{std::chrono::days{day + 1}};
    const auto count = [&](const agora::Plan& plan) {
      const int per_day = plan.of(endpoint).per_day;
      return static_cast<double>(per_day - failing_requests(api, endpoint, day, per_day));
    };
    of_day.push_back({begin, end, count(plans.back())});
    if (!api.plan_changes) return of_day;
    const WallTime change = api.plan_changes->first;
    const Span until{ride.measured.begin, to_world(change)};
    const double before =
        all ? 1 : session_seconds(world, until) / std::max(1.0, session_seconds(world, ride.measured));
    of_day.push_back({begin, change, before * count(api.plan)});
    return of_day;
  };
  input.metrics = budgets(agora::Endpoint::call_metrics);
  input.sessions = budgets(agora::Endpoint::call_sessions);
  return input;
}

Bound bound(const BoundInput& input) {
  PriceList metrics(input.metrics, input), sessions(input.sessions, input);
  const std::vector<Candidate> calls = candidates(input, metrics.edges());
  double whole = 0;
  for (const Candidate& call : calls) whole += call.seconds;
  const std::size_t n = metrics.budgets(), all = n + sessions.budgets();
  metrics.set(std::vector<double>(n, 0).data());
  double best_call = 1;
  for (const Candidate& call : calls) best_call = std::max(best_call, call.best(metrics).gain);
  const auto value = [&](const std::vector<double>& prices, std::vector<double>& slope) {
    metrics.set(prices.data());
    sessions.set(prices.data() + n);
    std::vector<double> used(all, 0);
    double sum = 0;
    for (const Candidate& call : calls) {
      const Gain gain = call.best(metrics);
      const std::size_t piece = sessions.cheapest(call.from, call.to);
      const double rest = gain.gain - sessions.price(piece);
      if (!(rest > 0)) continue;
      sum += rest;
      for (const auto& [at, requests] : gain.requests) metrics.use(at, requests, used.data());
      sessions.use(piece, 1, used.data() + n);
    }
    for (std::size_t i = 0; i < all; ++i) {
      const double count = i < n ? metrics.count(i) : sessions.count(i - n);
      sum += prices[i] * count;
      slope[i] = count - used[i];
    }
    return sum;
  };
  // No metrics request brings more than a full window of 20, and no sessions request more than its whole
  // call.
  std::vector<double> highest(
      all, static_cast<double>(agora::kMaxSids) * static_cast<double>(input.window.count()));
  for (std::size_t i = n; i < all; ++i) highest[i] = best_call;
  const Minimum least = minimise(highest, value);
  Bound result{std::min(least.value, whole), whole, {}, {}};
  result.metric_prices.assign(least.at.begin(), least.at.begin() + static_cast<std::ptrdiff_t>(n));
  result.session_prices.assign(least.at.begin() + static_cast<std::ptrdiff_t>(n), least.at.end());
  return result;
}

namespace {

// Requests that would show all of an app: [sessions, metrics].
std::array<double, 2> needs_of(const App& app, const BoundInput& input) {
  std::array<double, 2> needs{};
  for (const Call& call : app.calls) {
    const WorldTime begin = std::max(call.created, input.measured.begin),
                    end = std::min(call.destroyed, input.measured.end);
    if (begin >= end) continue;
    const double groups = std::ceil(call.mean_users() / static_cast<double>(agora::kMaxSids));
    needs[0] += 1;
    needs[1] += groups * std::ceil(static_cast<double>((end - begin).count()) /
                                   static_cast<double>(input.window.count()));
  }
  return needs;
}

double max_min(std::vector<double> wishes, std::size_t of, double room) {
  const double own = wishes[of];
  std::sort(wishes.begin(), wishes.end());
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const double even = room / static_cast<double>(wishes.size() - i);
    if (wishes[i] >= even) return std::min(own, even);
    if (wishes[i] >= own) return own;
    room -= wishes[i];
  }
  return own;
}

}  // namespace

Bound fair_bound(const World& world, const ApiOptions& api, const RideOptions& ride, Told told) {
  const BoundInput whole = bound_input(world, api, ride, told);
  if (world.apps.size() == 1) return bound(whole);
  std::array<std::vector<double>, 2> wishes;
  for (const App& app : world.apps)
    for (std::size_t kind = 0; kind < 2; ++kind) wishes[kind].push_back(needs_of(app, whole)[kind]);
  Bound sum;
  for (std::size_t i = 0; i < world.apps.size(); ++i) {
    const World alone{{world.apps[i]}};
    BoundInput input = whole;
    input.world = &alone;
    for (auto& budget : input.sessions) budget.count = max_min(wishes[0], i, budget.count);
    for (auto& budget : input.metrics) budget.count = max_min(wishes[1], i, budget.count);
    const Bound of_app = bound(input);
    sum.in_hand += of_app.in_hand;
    sum.whole += of_app.whole;
  }
  return sum;
}

}  // namespace agora_exporter::rehearsal
