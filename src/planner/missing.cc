#include "planner/missing.h"

#include <algorithm>

namespace agora_exporter::planner {

std::optional<WorldTime> joins_missing_from(const CallProgress& call, WorldTime begin, WorldTime end) {
  const auto missing = call.joins.first_missing(begin, end);
  const auto since = missing ? call.deserted_since() : std::nullopt;
  if (!since) return missing;
  const WorldTime known = *call.joins.newest();
  const WorldTime again = known + (known - *since);
  return again <= end ? std::optional(again) : std::nullopt;
}

std::optional<WorldTime> sessions_missing_from(const CallProgress& call) {
  if (call.empty_since()) return std::nullopt;
  const WorldTime end = call.finished && call.destroyed ? *call.destroyed : WorldTime::max() - Seconds{1};
  std::optional<WorldTime> from = joins_missing_from(call, call.created, end);
  for (const auto& [sid, session] : call.sessions)
    if (session.unresolved()) from = std::min(from.value_or(WorldTime::max()), session.looked_for_to());
  return from;
}

std::optional<WorldTime> points_missing_from(const CallProgress& call, WorldTime replayed) {
  std::optional<WorldTime> from;
  for (const auto& [sid, session] : call.sessions) {
    if (session.settled(replayed)) continue;
    const WorldTime its = std::max(session.covered_to, replayed);
    from = std::min(from.value_or(its), its);
  }
  return from;
}

bool run_goes_on(const AppProgress& app, const CallProgress& call, WorldTime silent) {
  if (!call.run || call.run->done) return false;
  const PageRun& run = *call.run;
  if (!run.descending) return true;
  const auto missing = call.joins.first_missing(run.frame.start + Seconds{1}, run.frame.end - Seconds{1});
  if (missing && *missing >= call.created) return true;
  // Where frames give all that overlap them, those who joined before the frame stand on its last pages.
  return std::any_of(call.sessions.begin(), call.sessions.end(), [&](const auto& item) {
    const SessionProgress& s = item.second;
    return s.unresolved() && (app.sessions_overlap || s.joined >= run.frame.start) &&
           s.joined <= run.lowest_join && s.looked_for_to() < std::min(run.known_to, silent);
  });
}

}  // namespace agora_exporter::planner
