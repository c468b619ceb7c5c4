// What a call brings at best, at given prices of requests: the parts of the bound. Private to it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "planner/bound.h"

namespace agora_exporter::rehearsal {

using Time = std::int64_t;
inline constexpr double kNever = std::numeric_limits<double>::infinity();

inline Time seconds_of(WallTime t) { return unix_seconds(to_world(t)); }

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

inline Profile profile_of(const Call& call, Span measured) {
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

}  // namespace agora_exporter::rehearsal
