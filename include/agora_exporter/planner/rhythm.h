// How many calls begin in each hour of the UTC day, learned from the days before. A value.
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>

#include "agora_exporter/base/time.h"

namespace agora_exporter::planner {

class Rhythm {
 public:
  // A call began at `began`. In the order of being told of, give or take an hour.
  void add(WorldTime began);
  // Everything up to here has been told.
  void complete_to(WorldTime to);

  // How many calls are expected to begin in [from, to). Hours that were never seen are taken to be as those
  // that were, or, while there are none, as `rate`, in calls a second, says; the level of today goes by its
  // last hours.
  double expected(WorldTime from, WorldTime to, double rate) const;

  void write(std::ostream& to) const;  // one line of numbers
  void read(std::istream& from);

 private:
  double usual(
      std::int64_t hour) const;  // calls in that hour of the day, by the days before; negative = never seen

  std::array<double, 24> mean_{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
                               -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
  std::array<double, 24> count_{};    // of the hours that are not complete, by hour of the day
  std::int64_t complete_ = -1;        // hours since 1970 that are; -1 = none yet
  double actual_ = 0, foreseen_ = 0;  // of the last hours: what came, and what had been expected
};

}  // namespace agora_exporter::planner
