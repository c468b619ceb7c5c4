// A covering array of strength two over the readings, greedily: each new row is the best of some candidates,
// each of which starts from a pair not yet covered and takes, switch by switch, the value that covers most
// new pairs.
#include <algorithm>
#include <utility>
#include <vector>

#include "agora_exporter/simulator/readings.h"
#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::size_t kUnset = ~std::size_t{0};
using RowValues = std::vector<std::size_t>;

class Pairs {
 public:
  Pairs() {
    for (const ReadingRow& r : readings()) {
      offset_.push_back(values_);
      values_ += r.values.size();
    }
    open_.assign(values_ * values_, false);
    for (std::size_t i = 0; i < offset_.size(); ++i) {
      for (std::size_t j = 0; j < offset_.size(); ++j) {
        if (i == j) continue;
        for (std::size_t v = 0; v < size_of(i); ++v) {
          for (std::size_t w = 0; w < size_of(j); ++w) open_[place(i, v, j, w)] = true;
        }
      }
    }
  }
  std::size_t switches() const { return offset_.size(); }
  std::size_t size_of(std::size_t i) const { return readings()[i].values.size(); }
  int gain(const RowValues& row, std::size_t i, std::size_t v) const {
    int n = 0;
    for (std::size_t j = 0; j < row.size(); ++j)
      n += row[j] != kUnset && j != i && open_[place(i, v, j, row[j])];
    return n;
  }
  void cover(const RowValues& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      for (std::size_t j = 0; j < row.size(); ++j) {
        if (i != j) open_[place(i, row[i], j, row[j])] = false;
      }
    }
  }
  // An uncovered pair, from a random start on; false if there is none.
  bool start(Dice& dice, RowValues& row) const {
    const auto begin = static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(open_.size())));
    for (std::size_t n = 0; n < open_.size(); ++n) {
      const std::size_t at = (begin + n) % open_.size();
      if (!open_[at]) continue;
      set(row, at / values_);
      set(row, at % values_);
      return true;
    }
    return false;
  }

 private:
  std::size_t place(std::size_t i, std::size_t v, std::size_t j, std::size_t w) const {
    return (offset_[i] + v) * values_ + offset_[j] + w;
  }
  void set(RowValues& row, std::size_t value) const {
    const auto next = std::upper_bound(offset_.begin(), offset_.end(), value);
    const auto i = static_cast<std::size_t>(next - offset_.begin()) - 1;
    row[i] = value - offset_[i];
  }
  std::vector<std::size_t> offset_;
  std::size_t values_ = 0;
  std::vector<bool> open_;
};

std::vector<std::size_t> shuffled_switches(const Pairs& pairs, Dice& dice) {
  std::vector<std::size_t> order(pairs.switches());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(i)))]);
  }
  // Switches with many values are the hardest to pair: first.
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return pairs.size_of(a) > pairs.size_of(b); });
  return order;
}

int fill(const Pairs& pairs, RowValues& row, Dice& dice) {
  int sum = 1;
  for (const std::size_t i : shuffled_switches(pairs, dice)) {
    if (row[i] != kUnset) continue;
    int best = -1;
    const auto shift = static_cast<std::size_t>(dice.below(static_cast<std::int64_t>(pairs.size_of(i))));
    std::size_t choice = 0;
    for (std::size_t n = 0; n < pairs.size_of(i); ++n) {
      const std::size_t v = (n + shift) % pairs.size_of(i);
      const int gain = pairs.gain(row, i, v);
      if (gain > best) {
        best = gain;
        choice = v;
      }
    }
    row[i] = choice;
    sum += best;
  }
  return sum;
}

std::vector<Readings> one_array(std::uint64_t key) {
  constexpr int kCandidates = 40;
  Pairs pairs;
  Dice dice(key);
  std::vector<Readings> rows;
  while (true) {
    RowValues best_row;
    int best = -1;
    for (int c = 0; c < kCandidates; ++c) {
      RowValues row(pairs.switches(), kUnset);
      if (!pairs.start(dice, row)) return rows;
      const int gain = fill(pairs, row, dice);
      if (gain > best) {
        best = gain;
        best_row = row;
      }
    }
    pairs.cover(best_row);
    Readings r;
    for (std::size_t i = 0; i < best_row.size(); ++i) readings()[i].set(r, best_row[i]);
    rows.push_back(r);
  }
}

}  // namespace

std::vector<Readings> covering_array(std::uint64_t seed) {
  constexpr std::size_t kGoal = 24;  // the runs of the check of truth
  constexpr std::uint64_t kTries = 20;
  std::vector<Readings> best;
  for (std::uint64_t t = 0; t < kTries && (best.empty() || best.size() > kGoal); ++t) {
    auto rows = one_array(join(join(seed, 0xc0de), t));
    if (best.empty() || rows.size() < best.size()) best = std::move(rows);
  }
  return best;
}

}  // namespace agora_exporter::simulator
