// A price is put on every request. At given prices each call can be looked at alone: what it brings at best,
// less what its requests cost. The sum of these, and of what all budgets cost, is more than anybody can have,
// whatever the prices (Lagrangian duality); the prices are then chosen so that it is least.
#include "planner/bound.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

#include "planner/ellipsoid.h"

namespace agora_exporter::rehearsal {
namespace {

using Time = std::int64_t;
constexpr double kNever = std::numeric_limits<double>::infinity();

Time seconds_of(WallTime t) { return unix_seconds(to_world(t)); }

// The price of a request by the time of its sending: constant between `edges`.
class PriceList {
 public:
  PriceList(const std::vector<BoundInput::Budget>& budgets, const BoundInput& input) : budgets_(budgets) {
    for (const auto& budget : budgets) {
      edges_.push_back(seconds_of(budget.from));
      edges_.push_back(seconds_of(budget.to));
    }
    for (const auto& [begin, end] : input.outages) {
      edges_.push_back(seconds_of(begin));
      edges_.push_back(seconds_of(end));
    }
    std::sort(edges_.begin(), edges_.end());
    edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
    // Piece i lies before edges_[i]; the last one after all.
    for (std::size_t i = 0; i <= edges_.size(); ++i) {
      const Time at = i == 0 ? (edges_.empty() ? 0 : edges_.front() - 1) : edges_[i - 1];
      Piece piece;
      for (const auto& [begin, end] : input.outages)
        piece.down |= seconds_of(begin) <= at && at < seconds_of(end);
      for (std::size_t b = 0; b < budgets.size(); ++b)
        if (seconds_of(budgets[b].from) <= at && at < seconds_of(budgets[b].to)) piece.budgets.push_back(b);
      pieces_.push_back(std::move(piece));
    }
  }

  const std::vector<Time>& edges() const { return edges_; }
  std::size_t budgets() const { return budgets_.size(); }
  double count(std::size_t budget) const { return budgets_[budget].count; }

  void set(const double* prices) {
    for (Piece& piece : pieces_) {
      piece.price = piece.down ? kNever : 0;
      for (const std::size_t b : piece.budgets) piece.price += prices[b];
    }
  }
  // The piece in which a request that is sent in [from, to] is cheapest.
  std::size_t cheapest(Time from, Time to) const {
    auto i = static_cast<std::size_t>(std::upper_bound(edges_.begin(), edges_.end(), from) - edges_.begin());
    std::size_t best = i;
    for (; i < edges_.size() && edges_[i] <= to; ++i)
      if (pieces_[i + 1].price < pieces_[best].price) best = i + 1;
    return best;
  }
  double price(std::size_t piece) const { return pieces_[piece].price; }
  void use(std::size_t piece, double requests, double* used) const {
    for (const std::size_t b : pieces_[piece].budgets) used[b] += requests;
  }

 private:
  struct Piece {
    bool down = false;
    std::vector<std::size_t> budgets;
    double price = 0;
  };
  const std::vector<BoundInput::Budget>& budgets_;
  std::vector<Time> edges_;
  std::vector<Piece> pieces_;
};

// Users of a call over time: `users[i]` in [at[i], at[i + 1]).
struct Profile {
  std::vector<Time> at;
  std::vector<int> users;
  int most = 0;
};

Profile profile_of(const Call& call, Span measured) {
  std::map<Time, int> change;
  for (const Session& session : call.sessions) {
    const Time begin = unix_seconds(std::max(session.joined, measured.begin));
    const Time end = unix_seconds(std::min(session.left, measured.end));
    if (begin >= end) continue;
    ++change[begin];
    --change[end];
  }
  Profile profile;
  int users = 0;
  for (const auto& [at, by] : change) {
    users += by;
    profile.at.push_back(at);
    profile.users.push_back(users);
    profile.most = std::max(profile.most, users);
  }
  return profile;
}

// What a call brings, at best, at the prices set.
struct Gain {
  double gain = 0;                                       // session seconds less metrics requests
  std::vector<std::pair<std::size_t, double>> requests;  // piece -> how many
};

// A call of at most 20 users at once: disjoint windows, chosen by dynamic programming over where they can
// begin and end in a best choice: where users come or go, where a price changes, and whole windows away from
// those.
class SmallCall {
 public:
  SmallCall(const Profile& profile, const BoundInput& input, const std::vector<Time>& edges) : input_(input) {
    const Time first = profile.at.front(), last = profile.at.back();
    const Time window = input.window.count();
    std::vector<Time> anchors(profile.at.begin(), profile.at.end());
    for (const Time edge : edges)
      for (const Time at :
           {edge - input.lag.count(), edge - input.delay.count(), edge - 1 - input.delay.count()})
        if (first < at && at < last) anchors.push_back(at);
    if (last - first <= window && anchors.size() == profile.at.size()) {
      at_ = {first, last};
    } else {
      for (const Time anchor : anchors) {
        for (Time at = anchor; at <= last; at += window) at_.push_back(at);
        for (Time at = anchor - window; at >= first; at -= window) at_.push_back(at);
      }
      std::sort(at_.begin(), at_.end());
      at_.erase(std::unique(at_.begin(), at_.end()), at_.end());
    }
    std::size_t piece = 0;
    double sum = 0;
    Time reached = first;
    for (const Time at : at_) {
      while (reached < at) {
        while (piece + 1 < profile.at.size() && profile.at[piece + 1] <= reached) ++piece;
        const Time until = piece + 1 < profile.at.size() ? std::min(at, profile.at[piece + 1]) : at;
        sum += static_cast<double>(until - reached) * profile.users[piece];
        reached = until;
      }
      sum_.push_back(sum);
    }
  }

  Gain best(const PriceList& prices) const {
    std::vector<double> gain(at_.size(), 0);
    std::vector<std::pair<std::size_t, std::size_t>> from(
        at_.size(), {0, 0});  // window's begin, piece; begin = own: none
    std::size_t oldest = 0;
    for (std::size_t i = 1; i < at_.size(); ++i) {
      gain[i] = gain[i - 1];
      from[i] = {i, 0};
      while (at_[i] - at_[oldest] > input_.window.count()) ++oldest;
      for (std::size_t j = oldest; j < i; ++j) {
        const std::size_t piece = prices.cheapest(at_[i] + input_.delay.count(), at_[j] + input_.lag.count());
        const double with = gain[j] + sum_[i] - sum_[j] - prices.price(piece);
        if (with > gain[i]) {
          gain[i] = with;
          from[i] = {j, piece};
        }
      }
    }
    Gain best{gain.back(), {}};
    for (std::size_t i = at_.size() - 1; i > 0;) {
      if (from[i].first == i) {
        --i;
        continue;
      }
      best.requests.emplace_back(from[i].second, 1);
      i = from[i].first;
    }
    return best;
  }

 private:
  const BoundInput& input_;
  std::vector<Time> at_;
  std::vector<double> sum_;  // session seconds before at_[i]
};

// A call of more: its users over time are cut into layers of 20, and a request buys `window` seconds of any
// layers, together or apart.
class LargeCall {
 public:
  LargeCall(const Profile& profile, const BoundInput& input, const std::vector<Time>& edges) : input_(input) {
    std::vector<Time> cuts(profile.at.begin(), profile.at.end());
    for (const Time edge : edges)
      for (const Time at : {edge - input.lag.count(), edge - input.delay.count()})
        if (profile.at.front() < at && at < profile.at.back()) cuts.push_back(at);
    std::sort(cuts.begin(), cuts.end());
    std::size_t piece = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      if (cuts[i] == cuts[i + 1]) continue;
      while (piece + 1 < profile.at.size() && profile.at[piece + 1] <= cuts[i]) ++piece;
      for (int rest = profile.users[piece]; rest > 0; rest -= static_cast<int>(agora::kMaxSids))
        cells_.push_back({cuts[i], cuts[i + 1], std::min(rest, static_cast<int>(agora::kMaxSids))});
    }
  }

  Gain best(const PriceList& prices) const {
    Gain best;
    for (const Cell& cell : cells_) {
      const std::size_t piece =
          prices.cheapest(cell.begin + input_.delay.count(), cell.end + input_.lag.count());
      const auto seconds = static_cast<double>(cell.end - cell.begin);
      const double requests = seconds / static_cast<double>(input_.window.count());
      const double gain = seconds * cell.users - requests * prices.price(piece);
      if (!(gain > 0)) continue;
      best.gain += gain;
      best.requests.emplace_back(piece, requests);
    }
    return best;
  }

 private:
  struct Cell {
    Time begin, end;
    int users;
  };
  const BoundInput& input_;
  std::vector<Cell> cells_;
};

struct Candidate {
  std::optional<SmallCall> small;
  std::optional<LargeCall> large;
  Time from = 0, to = 0;  // its sessions can be asked about

  Gain best(const PriceList& prices) const { return small ? small->best(prices) : large->best(prices); }
};

std::vector<Candidate> candidates(const BoundInput& input, const std::vector<Time>& edges) {
  std::vector<Candidate> all;
  for (const App& app : input.world->apps) {
    for (const Call& call : app.calls) {
      const Profile profile = profile_of(call, input.measured);
      if (profile.at.empty()) continue;
      Candidate candidate;
      if (profile.most <= static_cast<int>(agora::kMaxSids)) {
        candidate.small.emplace(profile, input, edges);
      } else {
        candidate.large.emplace(profile, input, edges);
      }
      candidate.from = unix_seconds(call.created + input.sessions_delay);
      candidate.to = profile.at.back() + input.lag.count();
      all.push_back(std::move(candidate));
    }
  }
  return all;
}

}  // namespace

BoundInput bound_input(const World& world, const ApiOptions& api, const RideOptions& ride) {
  BoundInput input;
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
    if (api.plan_changes) of_day.push_back({begin, api.plan_changes->first, count(api.plan)});
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
  for (const App& app : input.world->apps) whole += session_seconds(app, input.measured);
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
  Bound result{std::min(least.value, whole), {}, {}};
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

Bound fair_bound(const World& world, const ApiOptions& api, const RideOptions& ride) {
  const BoundInput whole = bound_input(world, api, ride);
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
    sum.in_hand += bound(input).in_hand;
  }
  return sum;
}

}  // namespace agora_exporter::rehearsal
