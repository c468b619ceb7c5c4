#include "agora_exporter/base/clock.h"

#include <algorithm>
#include <chrono>

namespace agora_exporter {
namespace {

SteadyTime monotonic_now() { return SteadyTime{std::chrono::steady_clock::now().time_since_epoch()}; }

WallTime utc_now() {
  return WallTime{std::chrono::floor<Millis>(std::chrono::system_clock::now().time_since_epoch())};
}

Millis until(WallTime t, WallTime now, double speed) {
  const double millis = static_cast<double>((t - now).count()) / speed;
  return Millis{static_cast<Millis::rep>(std::clamp(millis + 0.999, 0.0, 3.6e6))};
}

class SystemClock final : public Clock {
 public:
  WallTime now() const override { return utc_now(); }
  SteadyTime steady() const override { return monotonic_now(); }
  Millis real_wait(WallTime t) const override { return until(t, now(), 1.0); }
};

class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(const VirtualClockSettings& settings)
      : settings_(settings), real_at_start_(utc_now()), steady_at_start_(monotonic_now()) {}

  WallTime now() const override {
    const auto passed = std::chrono::duration<double, std::milli>(monotonic_now() - steady_at_start_);
    const auto real = std::chrono::duration<double, std::milli>(real_at_start_ - settings_.epoch) + passed;
    return settings_.start + std::chrono::floor<Millis>(real * settings_.speed);
  }
  SteadyTime steady() const override { return monotonic_now(); }
  Millis real_wait(WallTime t) const override { return until(t, now(), settings_.speed); }

 private:
  const VirtualClockSettings settings_;
  const WallTime real_at_start_;
  const SteadyTime steady_at_start_;
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() { return std::make_unique<SystemClock>(); }

std::unique_ptr<Clock> make_virtual_clock(const VirtualClockSettings& settings) {
  return std::make_unique<VirtualClock>(settings);
}

}  // namespace agora_exporter
