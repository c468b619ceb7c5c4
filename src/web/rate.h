// A token bucket: so many requests at once, and one more with each interval.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/config/web_config.h"

namespace agora_exporter::web {

class Rate {
 public:
  explicit Rate(SteadyTime now) : filled_(now) {}

  // Nothing configured: always true. A change of the configuration fills the bucket.
  bool allows(const std::optional<config::WebRate>& rate, SteadyTime now) {
    if (!rate) return true;
    if (rate->burst != burst_ || rate->interval != interval_) {
      burst_ = rate->burst;
      interval_ = rate->interval;
      tokens_ = static_cast<double>(burst_);
    }
    const std::chrono::duration<double> passed = now - filled_;
    const std::chrono::duration<double> interval = interval_;
    filled_ = now;
    tokens_ = std::min(static_cast<double>(burst_), tokens_ + passed / interval);
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  std::uint64_t burst_ = 0;
  std::chrono::nanoseconds interval_{0};
  double tokens_ = 0;
  SteadyTime filled_;
};

}  // namespace agora_exporter::web
