// Sums that do not depend on the order of their terms.
#pragma once

#include <cmath>
#include <cstdint>

namespace agora_exporter::timeline {

__extension__ typedef __int128 Int128;

// Fixed point with 64 bits behind the point. The replay may jump by days or step by seconds, sessions are
// visited in whatever order, and a total must still come out the same to the last bit; sums of doubles would
// not.
class ExactSum {
 public:
  // What is not finite adds nothing; beyond a trillion is no measurement, and is cut to it so that sums never
  // overflow.
  void add(double value) {
    if (!std::isfinite(value)) return;
    const double size = std::fmin(std::fabs(value), 1e12);
    const double whole = std::floor(size);
    const auto part = static_cast<std::uint64_t>((size - whole) * 0x1p64);
    const Int128 term = (static_cast<Int128>(static_cast<std::int64_t>(whole)) << 64) + part;
    raw_ += value < 0 ? -term : term;
  }
  double value() const { return static_cast<double>(raw_) * 0x1p-64; }

  // For checkpoints: high * 2^64 + low.
  std::int64_t high() const { return static_cast<std::int64_t>(raw_ >> 64); }
  std::uint64_t low() const { return static_cast<std::uint64_t>(raw_); }
  static ExactSum of(std::int64_t high, std::uint64_t low) {
    ExactSum sum;
    sum.raw_ = static_cast<Int128>(high) * (static_cast<Int128>(1) << 64) + low;
    return sum;
  }
  friend bool operator==(const ExactSum&, const ExactSum&) = default;

 private:
  Int128 raw_ = 0;
};

}  // namespace agora_exporter::timeline
