#include "agora_exporter/planner/intervals.h"

#include <algorithm>
#include <iterator>

namespace agora_exporter::planner {

void Intervals::add(WorldTime from, WorldTime to) {
  if (to < from) return;
  auto next = by_start_.upper_bound(from);
  if (next != by_start_.begin() && std::prev(next)->second >= from - Seconds{1}) --next;
  while (next != by_start_.end() && next->first <= to + Seconds{1}) {
    from = std::min(from, next->first);
    to = std::max(to, next->second);
    next = by_start_.erase(next);
  }
  by_start_.emplace(from, to);
}

bool Intervals::covers(WorldTime t) const {
  const auto next = by_start_.upper_bound(t);
  return next != by_start_.begin() && std::prev(next)->second >= t;
}

std::optional<agora::Frame> Intervals::newest_gap(WorldTime from, WorldTime to) const {
  WorldTime end = to;
  for (auto it = by_start_.rbegin(); it != by_start_.rend() && end >= from; ++it) {
    if (it->first > end) continue;
    if (it->second < end) return agora::Frame{std::max(from, it->second + Seconds{1}), end};
    end = it->first - Seconds{1};
  }
  if (end < from) return std::nullopt;
  return agora::Frame{from, end};
}

std::optional<WorldTime> Intervals::first_missing(WorldTime from, WorldTime to) const {
  const auto next = by_start_.upper_bound(from);
  if (next != by_start_.begin() && std::prev(next)->second >= from)
    from = std::prev(next)->second + Seconds{1};
  return from <= to ? std::optional{from} : std::nullopt;
}

std::optional<WorldTime> Intervals::newest() const {
  if (by_start_.empty()) return std::nullopt;
  return by_start_.rbegin()->second;
}

}  // namespace agora_exporter::planner
