#include "timeline/coverage.h"

#include <algorithm>
#include <utility>

namespace agora_exporter::timeline {

void Coverage::add(std::int64_t from, std::int64_t to, SecondsOutcome outcome) {
  if (to <= from) return;
  if (!recent_.empty() && recent_.back().to == from && recent_.back().outcome == outcome) {
    recent_.back().to = to;
  } else {
    recent_.push_back({from, to, outcome});
  }
}

void Coverage::judge(std::int64_t until, std::int64_t covered) {
  if (until <= judged_until_) return;
  const std::int64_t edge = std::clamp(covered, judged_until_, until);
  add(judged_until_, edge, SecondsOutcome::in_hand);
  add(edge, until, SecondsOutcome::missing);
  judged_until_ = until;
}

void Coverage::came_late(std::int64_t from, std::int64_t to, std::int64_t at) {
  // A stretch is open at its start: the second `from` itself is (from - 1, from].
  from = std::max(from - 1, at - kLateSeconds);
  to = std::min(to, at);
  for (const Stretch& old : std::exchange(recent_, {})) {
    if (old.outcome != SecondsOutcome::missing) {
      add(old.from, old.to, old.outcome);
      continue;
    }
    const std::int64_t first = std::clamp(from, old.from, old.to);
    const std::int64_t last = std::clamp(to, first, old.to);
    add(old.from, first, SecondsOutcome::missing);
    add(first, last, SecondsOutcome::late);
    add(last, old.to, SecondsOutcome::missing);
  }
}

void Coverage::cut(std::int64_t end) {
  for (Stretch& stretch : recent_) stretch.to = std::min(stretch.to, end);
  std::erase_if(recent_, [](const Stretch& s) { return s.to <= s.from; });
}

void Coverage::settle(std::int64_t r, std::uint64_t weight, SecondsCounts& counts) {
  const std::int64_t until = r - kLateSeconds;
  std::size_t done = 0;
  for (Stretch& stretch : recent_) {
    const std::int64_t to = std::min(stretch.to, until);
    if (to <= stretch.from) break;
    const auto seconds = static_cast<std::uint64_t>(to - stretch.from);
    if (weight > 0) {
      counts[static_cast<std::size_t>(stretch.outcome)] += seconds;
      counts[static_cast<std::size_t>(SecondsOutcome::sampled_out)] += seconds * (weight - 1);
    }
    stretch.from = to;
    done += stretch.from == stretch.to ? 1 : 0;
  }
  recent_.erase(recent_.begin(), recent_.begin() + static_cast<std::ptrdiff_t>(done));
}

}  // namespace agora_exporter::timeline
