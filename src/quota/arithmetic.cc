#include "agora_exporter/quota/arithmetic.h"

#include <algorithm>

namespace agora_exporter::quota {
namespace {

// The vendor recalculates a day two days after it began; 6 hours later it surely has.
constexpr Seconds kRecalculated{2 * kDay + kDailySlot};

}  // namespace

Seconds useful_window(const agora::Limits& metrics, Seconds lag) {
  return std::min(metrics.longest_window, lag - metrics.delay - kSlack);
}

int groups_at_once(const agora::Limits& metrics, Seconds lag) {
  const Seconds window = std::max(Seconds{0}, useful_window(metrics, lag));
  return static_cast<int>(metrics.per_day * window.count() / kDay.count());
}

Seconds automatic_lag(std::span<const agora::Plan> plans) {
  const bool slow = std::any_of(plans.begin(), plans.end(), [](const agora::Plan& plan) {
    return plan.of(agora::Endpoint::call_metrics).delay >= Seconds{300};
  });
  return slow ? Seconds{1'800} : Seconds{900};
}

int days_a_request(const agora::Limits& limits, InsightRows rows) {
  if (limits.per_day <= 0) return 1;
  // L, which grows with it, must stay within the look-back.
  const Seconds reach = std::min(limits.longest_window, limits.look_back - kRecalculated + kDay);
  // One request a day is left for what fails.
  const int good = std::max(1, limits.per_day - 1);
  const std::int64_t needed = (rows.rows() + good - 1) / good;
  return static_cast<int>(std::max<std::int64_t>(1, std::min(needed, reach / kDay)));
}

int rows_followed(const agora::Limits& limits, InsightRows rows) {
  if (limits.per_day <= 0) return rows.rows();
  return std::min(rows.rows(), limits.per_day * days_a_request(limits, rows));
}

Seconds rotation(const agora::Limits& limits, InsightRows rows) {
  constexpr Seconds kShortest{3'600};
  if (limits.per_day <= 0) return kShortest;
  const std::int64_t seconds = rows_followed(limits, rows) * kDay.count();
  return std::max(kShortest, Seconds{(seconds + limits.per_day - 1) / limits.per_day});
}

Seconds insight_lag(const agora::Limits& limits, agora::Granularity granularity, InsightRows rows) {
  constexpr std::chrono::hours kHour{1};
  if (granularity == agora::Granularity::day)
    return std::max(kRecalculated, kDay + limits.delay + kDailySlot) +
           (days_a_request(limits, rows) - 1) * kDay;
  return std::chrono::ceil<std::chrono::days>(kHour + limits.delay + rotation(limits, rows));
}

}  // namespace agora_exporter::quota
