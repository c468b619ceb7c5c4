// Pseudo-random choices that depend on a key only.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

#include "agora_exporter/base/hash.h"

namespace agora_exporter::simulator {

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

// A key made of a key and a number; unlike mix() alone it has no fixed point at 0.
constexpr std::uint64_t join(std::uint64_t key, std::uint64_t number) {
  return mix(key + kGolden * (number + 1));
}

class Dice {
 public:
  explicit Dice(std::uint64_t key) : state_(key) {}
  std::uint64_t next() {
    state_ += kGolden;
    return mix(state_);
  }
  // In [0, n); 0 for n <= 1.
  std::int64_t below(std::int64_t n) {
    const std::uint64_t h = next();
    return n <= 1 ? 0 : static_cast<std::int64_t>(h % static_cast<std::uint64_t>(n));
  }
  double unit() { return unit_interval(next()); }
  bool chance(double p) { return unit() < p; }
  // Exponentially distributed.
  double around(double mean) { return -std::log(1.0 - unit()) * mean; }

 private:
  std::uint64_t state_;
};

}  // namespace agora_exporter::simulator
