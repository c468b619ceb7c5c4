// The clock seam: everything that needs "now" is handed a Clock; tests move one by hand.
#pragma once

#include <atomic>
#include <memory>

#include "agora_exporter/base/time.h"

namespace agora_exporter {

// Thread rule: now() and steady() may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;
  virtual SteadyTime steady() const = 0;
  // How long a wait until `t` takes in real time: a virtual clock may run faster than the real one.
  virtual Millis real_wait(WallTime t) const = 0;
};

// The machine's own UTC and monotonic clocks.
std::unique_ptr<Clock> make_system_clock();

// --clock.start V --clock.epoch R --clock.speed S: UTC reads V + (real now - R) x S. "Real now" is the UTC
// clock read once at construction and carried on by the monotonic clock, so that a step of the real clock
// does not show.
struct VirtualClockSettings {
  WallTime start{};
  WallTime epoch{};
  double speed = 1.0;  // > 0, <= 100
};
std::unique_ptr<Clock> make_virtual_clock(const VirtualClockSettings& settings);

// Moves only when told to.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime start) : now_(start.time_since_epoch().count()) {}
  WallTime now() const override { return WallTime{Millis{now_.load()}}; }
  SteadyTime steady() const override { return SteadyTime{Millis{now_.load()}}; }
  Millis real_wait(WallTime) const override { return Millis{0}; }
  void set(WallTime t) { now_.store(t.time_since_epoch().count()); }
  void advance(Millis by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace agora_exporter
