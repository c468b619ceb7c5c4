// A set of instants as disjoint closed intervals: what has been asked about.
#pragma once

#include <map>
#include <optional>

#include "agora_exporter/agora/request.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::planner {

class Intervals {
 public:
  // Adds [from, to]; touching intervals (from = to + 1 s) join. Nothing if to < from.
  void add(WorldTime from, WorldTime to);
  bool covers(WorldTime t) const;
  // The gap of the set that is newest within [from, to], if any.
  std::optional<agora::Frame> newest_gap(WorldTime from, WorldTime to) const;
  // The oldest instant in [from, to] that is not in the set.
  std::optional<WorldTime> first_missing(WorldTime from, WorldTime to) const;
  // The end of the newest interval.
  std::optional<WorldTime> newest() const;
  bool empty() const { return by_start_.empty(); }
  // Oldest first: visit(from, to).
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [from, to] : by_start_) visit(from, to);
  }

 private:
  std::map<WorldTime, WorldTime> by_start_;  // start -> end, inclusive
};

}  // namespace agora_exporter::planner
