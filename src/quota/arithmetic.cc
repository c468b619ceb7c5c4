#include "agora_exporter/quota/arithmetic.h"

#include <algorithm>

namespace agora_exporter::quota {

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

Seconds rotation(const agora::Limits& limits, InsightRows rows) {
  constexpr Seconds kShortest{3'600};
  if (limits.per_day <= 0) return kShortest;
  const std::int64_t seconds = rows.rows() * kDay.count();
  return std::max(kShortest, Seconds{(seconds + limits.per_day - 1) / limits.per_day});
}

Seconds insight_lag(const agora::Limits& limits, agora::Granularity granularity, InsightRows rows) {
  constexpr std::chrono::hours kHour{1};
  if (granularity == agora::Granularity::day) {
    return std::max(Seconds{54 * kHour}, 24 * kHour + limits.delay + 6 * kHour);
  }
  return std::chrono::ceil<std::chrono::days>(kHour + limits.delay + rotation(limits, rows));
}

}  // namespace agora_exporter::quota
