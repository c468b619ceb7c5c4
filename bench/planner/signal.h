// What the points of sessions hold: freezes and losses, drawn from the names of call and session. Bad calls
// are bad for all in them, so that calls differ by more than their length.
#pragma once

#include <array>
#include <cstdint>

#include "planner/day.h"

namespace agora_exporter::rehearsal {

// A session has a point in each of these when it joins and every so often from then on; 60 s at most, so that
// all of its time counts as playback.
inline constexpr std::array<std::uint32_t, 4> kSignalMids{20005, 20011, 20016, 20018};
inline constexpr Seconds kSignalEvery{60};

class Signal {
 public:
  Signal(const Call& call, std::size_t session);

  // As the API gives it: milliseconds frozen, percent lost. `mid` is an index into kSignalMids.
  double value(std::size_t mid, WorldTime t) const;

  // The points in [from, to]: visit(instant).
  template <class Visit>
  void for_each_point(WorldTime from, WorldTime to, Visit visit) const {
    WorldTime t = joined_;
    if (t < from) t += (from - t + kSignalEvery - Seconds{1}) / kSignalEvery * kSignalEvery;
    for (; t <= to && t < left_; t += kSignalEvery) visit(t);
  }

 private:
  WorldTime joined_, left_;
  std::uint64_t seed_;
  double trouble_;  // of call and session, 1 on average
};

}  // namespace agora_exporter::rehearsal
