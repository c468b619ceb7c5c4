// The arithmetic that rules everything: how much of the world a plan can show at a lag.
#pragma once

#include <span>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::quota {

// A point must be in hand this long before R reaches it: room for a hang, a retry, and the queue.
inline constexpr Seconds kSlack{60};

// w = min(longest window, lag - delay - 60 s): how much of a session one call/metrics request can cover when
// it is sent as late as its deadline allows. Zero or less: the lag is too short for this plan.
Seconds useful_window(const agora::Limits& metrics, Seconds lag);

// Groups of up to 20 sessions of a call that can be followed at once: per_day x w / 86,400, rounded down.
int groups_at_once(const agora::Limits& metrics, Seconds lag);

// `replay.lag: auto`: 30 min where any account is on standard limits (metrics delay of 300 s or more), else
// 15 min.
Seconds automatic_lag(std::span<const agora::Plan> plans);

// Rows of one insight endpoint on one account, and what they need.
struct InsightRows {
  int daily = 0;
  int hourly = 0;
  int rows() const { return daily + hourly; }
};
// The shortest time in which all `rows` can each be asked once: 86,400 s x rows / per_day, at least an hour,
// since buckets are no shorter. A day where the rows just fit the budget; more than a day where they exceed
// it.
Seconds rotation(const agora::Limits& limits, InsightRows rows);

// L, the constant lag of insight buckets. Hourly: 1 h + delay + rotation, rounded up to whole days, so a row
// may be asked as seldom as every L - delay - 1 h. Daily: 24 h + delay + 6 h, at least 54 h, since the vendor
// recalculates a day two days later.
Seconds insight_lag(const agora::Limits& limits, agora::Granularity granularity, InsightRows rows);

}  // namespace agora_exporter::quota
