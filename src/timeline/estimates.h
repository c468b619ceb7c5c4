// How far the totals may be off, since they are estimated from a sample: the sampling variance, from the
// sample itself.
//
// Calls are sampled, and sessions of large calls once more, each by the hash of its name; what is sampled has
// a whole weight w that is 1/p on average (agora/sampling.h). The variance of the sum of w1 x w2 x y is
// estimated without bias by
//
//   sum over sampled calls of  w1 (w1 - 1) Y^2 + w1 V,   Y = sum of w2 y,   V = sum of w2 (w2 - 1) y^2 over
//   the call's sessions
//
// since E[w (w - 1)] over sampled and not = p E[w^2] - 1, however w was rounded (docs/planning.md, "Estimates
// and their error").
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "agora_exporter/timeline/world.h"
#include "timeline/checkpoint.h"
#include "timeline/rules.h"

namespace agora_exporter::timeline {

// By Estimated, in thousandths, so that they are whole and sums of them are exact in any order.
using Amounts = std::array<std::int64_t, kEstimatedCount>;
inline constexpr std::int64_t kThousandths = 1'000;
inline std::int64_t& amount(Amounts& amounts, Estimated what) {
  return amounts[static_cast<std::size_t>(what)];
}

// A value that is no measurement adds nothing, as in ExactSum.
inline std::int64_t thousandths(double value) {
  if (!std::isfinite(value)) return 0;
  return std::llround(std::fmax(-1e12, std::fmin(value, 1e12)) * kThousandths);
}
inline Estimated points_of(Observed observed) {
  return static_cast<Estimated>(static_cast<int>(Estimated::audio_loss) + static_cast<int>(observed));
}

// For whom a session stands.
struct Sample {
  std::string call_id;
  std::uint32_t of_call = 1;     // for how many calls its call does
  std::uint32_t of_session = 1;  // for how many of the call's sessions it does; 0: it was left out
  Amounts counted{};             // of it so far

  std::uint64_t weight() const { return std::uint64_t{of_call} * of_session; }
};

class Estimates {
 public:
  explicit Estimates(const Rules& rules) : rules_(rules), apps_(rules.ids.size()) {}

  // R has passed `more` of a sampled session by the instant `t`. Not for those that stand for themselves
  // alone.
  void add(std::size_t app, Sample& sample, const Amounts& more, std::int64_t t);
  // R has passed `r`: calls that are long over become part of their app's sum.
  void pass(std::int64_t r);

  void show(std::vector<AppWorld>& apps) const;
  void save(CheckpointWriter& out) const;
  bool load_app(const CheckpointRecord& record);
  bool load_call(const CheckpointRecord& record);

 private:
  using Variances = std::array<Int128, kEstimatedCount>;  // in squares of thousandths
  struct Call {
    std::int64_t counted_until = INT64_MIN;
    Amounts estimated{};  // Y
    Variances within{};   // V
  };
  struct App {
    bool sampled = false;   // something stood for others
    Variances variances{};  // of calls that are over
  };
  // A call that was forgotten and comes again may have another weight.
  using Key = std::tuple<std::size_t, std::string, std::uint32_t>;  // app, call, weight of the call
  static void add_variances(std::uint32_t weight, const Call& call, Variances& to);

  const Rules& rules_;
  std::map<Key, Call> calls_;
  std::vector<App> apps_;
  std::int64_t sweep_at_ = INT64_MIN;
};

}  // namespace agora_exporter::timeline
