// The points of one stream (sid, mid, peer) that R has not left behind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace agora_exporter::timeline {

// Times are Unix seconds in 32 bits (until 2106): 12 bytes a point. Values are the JSON's, unscaled.
class Column {
 public:
  // Takes points, ascending, each instant once. Of an instant that is held already the greater ticket wins.
  // Tickets are kept for runs of points, since an answer brings hundreds in a row.
  void merge(std::span<const std::uint32_t> times, std::span<const double> values, std::uint64_t ticket);

  // Removes points before `low` and after `high`; returns how many of them lay more than `tolerance` outside,
  // of those later than `after` (of earlier ones some may have been forgotten).
  std::size_t clip(std::uint32_t low, std::uint32_t high, std::uint32_t tolerance, std::uint32_t after);
  // Forgets what lies before the newest point <= t.
  void forget_before(std::uint32_t t);

  // The value shown at t (design, "a series"): that of the newest point p <= t, if t - p <= 10 s or the next
  // point follows p by 60 s at most.
  std::optional<double> shown_at(std::uint32_t t) const;

  // Index of the first point > t.
  std::size_t first_after(std::uint32_t t) const;

  std::size_t size() const { return times_.size(); }
  bool empty() const { return times_.empty(); }
  std::uint32_t time(std::size_t i) const { return times_[i]; }
  double value(std::size_t i) const { return values_[i]; }

 private:
  struct Run {
    std::uint32_t end;  // index behind its last point
    std::uint64_t ticket;
  };
  void append(std::span<const std::uint32_t> times, std::span<const double> values, std::uint64_t ticket);
  void drop_front(std::size_t count);
  void drop_back(std::size_t from);

  std::vector<std::uint32_t> times_;
  std::vector<double> values_;
  std::vector<Run> runs_;
  mutable std::uint32_t hint_ = 0;  // where shown_at() found its point last: pages move on by seconds
};

inline constexpr std::uint32_t kHoldSeconds = 10;
inline constexpr std::uint32_t kGapSeconds = 60;

}  // namespace agora_exporter::timeline
