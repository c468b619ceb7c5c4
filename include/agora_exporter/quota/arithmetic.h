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
// A daily bucket is asked for in the last hours before it is shown, since the vendor recalculates it.
inline constexpr Seconds kDailySlot{6 * 3'600};

// Days of a row that one request asks for: one, or, where there are more rows than requests a day and the
// plan's window is longer, as many as give each row its turn.
int days_a_request(const agora::Limits& limits, InsightRows rows);

// How many of the rows are followed. Over budget these have every bucket and the others none: a graph with a
// hole in it four days of five tells nobody anything.
int rows_followed(const agora::Limits& limits, InsightRows rows);

// The shortest time in which all rows that are followed can each be asked once: 86,400 s x rows / per_day, at
// least an hour, since buckets are no shorter.
Seconds rotation(const agora::Limits& limits, InsightRows rows);

// L, the constant lag of insight buckets. Hourly: 1 h + delay + rotation, rounded up to whole days, so a row
// may be asked as seldom as every L - delay - 1 h. Daily: 24 h + delay + 6 h, at least 54 h, since the vendor
// recalculates a day two days later; and a day for each further day that a request asks for.
Seconds insight_lag(const agora::Limits& limits, agora::Granularity granularity, InsightRows rows);

}  // namespace agora_exporter::quota
