// Whether the seconds of a session were in hand when R passed them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "agora_exporter/timeline/world.h"

namespace agora_exporter::timeline {

// So long after R has passed a second an answer may still come and turn "missing" into "late".
inline constexpr std::int64_t kLateSeconds = 300;

using SecondsCounts = std::array<std::uint64_t, kSecondsOutcomeCount>;  // by SecondsOutcome

// Seconds that R has passed and whose outcome may still change: those of the last kLateSeconds, as few
// stretches.
class Coverage {
 public:
  explicit Coverage(std::int64_t judged_until) : judged_until_(judged_until) {}

  // R has passed (judged until, until]: what lies up to `covered` was in hand, the rest is missing for now.
  void judge(std::int64_t until, std::int64_t covered);
  // An answer that came when R was `at` covers [from, to]: what was missed there, not too long ago, is late.
  void came_late(std::int64_t from, std::int64_t to, std::int64_t at);
  // The session turns out to have ended at `end`: what lies after it is nobody's.
  void cut(std::int64_t end);
  // Counts what lies more than kLateSeconds behind R. `weight`: for how many sessions this one stands; the
  // others are sampled out.
  void settle(std::int64_t r, std::uint64_t weight, SecondsCounts& counts);

  std::int64_t judged_until() const { return judged_until_; }
  void start_at(std::int64_t t) { judged_until_ = std::max(judged_until_, t); }

 private:
  struct Stretch {
    std::int64_t from, to;  // (from, to]
    SecondsOutcome outcome;
  };
  void add(std::int64_t from, std::int64_t to, SecondsOutcome outcome);

  std::vector<Stretch> recent_;
  std::int64_t judged_until_;
};

}  // namespace agora_exporter::timeline
