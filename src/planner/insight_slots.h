// When insight buckets are asked for: arithmetic shared by the fold and the decision.
#pragma once

#include <cstdint>

#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::planner {

inline constexpr Seconds kHour{3'600};
using quota::kDailySlot;

constexpr WorldTime floor_hour(WorldTime t) { return t - t.time_since_epoch() % kHour; }

// The first instant after `t` that lies `phase` seconds after a midnight (UTC).
constexpr WorldTime next_at_phase(WorldTime t, std::int64_t phase) {
  const WorldTime midnight = t - t.time_since_epoch() % kDay;
  const WorldTime today = midnight + Seconds{phase};
  return today > t ? today : today + kDay;
}

// The daily bucket that is shown next when the wall clock's world instant is `t` and the row's lag is `lag`.
constexpr WorldTime next_daily(WorldTime t, Seconds lag, std::int64_t phase) {
  return next_at_phase(t - lag, phase);
}

}  // namespace agora_exporter::planner
