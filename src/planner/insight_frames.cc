#include "planner/insight_frames.h"

#include <algorithm>

#include "planner/insight_slots.h"

namespace agora_exporter::planner {
namespace {

// An hourly row is asked for so long before its first missing bucket is shown: time for a retry, and, with
// what the clocks leave in doubt, still less than a bucket's length.
constexpr Millis kAhead{3'000'000};

// The oldest bucket that the page can still show. Where the day's requests only just suffice, they are gone
// before midnight and then go out one by one: a bucket that falls due at midnight would be minutes late on
// every day. Such a row goes on with the next hour, once.
WorldTime oldest_wanted(const View& view, const InsightScope& scope, const RowPolicy& row) {
  const ServerTime server = view.quotas.clock(view.account.name).estimate(view.now);
  const bool after_midnight = server.time_since_epoch() % kDay < kHour;
  const WorldTime shown = floor_hour(to_world(view.now) - row.lag);
  return after_midnight && !scope.suffices_for(2) ? shown + kHour : shown;
}

}  // namespace

InsightFrame hourly_frame(const View& view, const InsightScope& scope, const RowPolicy& row,
                          const RowProgress& progress) {
  const Seconds length = scope.days * kDay;
  const WorldTime end = floor_hour(view.latest_end(scope.endpoint));
  const WorldTime oldest = floor_hour(view.earliest_start(scope.endpoint) + Seconds{60}) + kHour;
  const WorldTime wanted = oldest_wanted(view, scope, row);
  const WorldTime missing = std::max({progress.covered_to.value_or(wanted), wanted, oldest});
  const WallTime deadline = to_wall(missing + row.lag);
  // A server that includes both ends gives one hour more, if that is surely over by then.
  const Seconds more = view.of(scope.endpoint).both_ends ? kHour + agora::kClockSlack : Seconds{0};
  const WorldTime last = missing + length + more + view.delay(scope.endpoint) + Seconds{2};
  const WallTime all_out =
      view.quotas.clock(view.account.name).when_surely(ServerTime{last.time_since_epoch()});
  return {std::max(std::min(missing, end - length), oldest), scope.days, std::min(all_out, deadline - kAhead),
          deadline};
}

bool asked_in_slot(const RowProgress& progress, WorldTime bucket) {
  return progress.asked_for && *progress.asked_for >= bucket && progress.in_slot;
}

std::optional<InsightFrame> daily_frame(const View& view, const InsightScope& scope, const RowPolicy& row,
                                        const RowProgress& progress, const std::function<bool()>& can_spare) {
  const auto known = view.progress.daily_phase.find(view.account.name);
  if (known == view.progress.daily_phase.end() || !known->second) {
    // At what hour the vendor's days begin is not known: ask for the day in which, at whatever hour, the
    // bucket begins that is shown now; or, where that is beyond look-back, for the first that can be asked
    // for.
    const WorldTime start = std::max(view.earliest_start(scope.endpoint) + Seconds{5},
                                     to_world(view.now) - row.lag - kDay + Seconds{1});
    return InsightFrame{start, 1, view.now, view.now};
  }
  const WorldTime now = to_world(view.now);
  const WorldTime next = next_daily(now, row.lag, *known->second);
  const WorldTime due = next - kDay;
  const auto askable = [&](WorldTime bucket) {
    return bucket > view.earliest_start(scope.endpoint) + Seconds{5} &&
           bucket + kDay <= view.latest_end(scope.endpoint);
  };
  const WorldTime slot = next + row.lag - kDailySlot;
  if (now >= slot && !asked_in_slot(progress, next)) {
    // No more days than are out in the slot: a lag that the configuration sets may be too short for all.
    const std::int64_t out = (row.lag - kDailySlot - view.delay(scope.endpoint)) / kDay;
    const int days = static_cast<int>(std::clamp<std::int64_t>(out, 1, scope.days));
    return InsightFrame{next, days, to_wall(slot), to_wall(next + row.lag)};
  }
  // At a cold start in the slot the next bucket comes first, and then the one that is shown until it is.
  const bool has_due = progress.asked_for && *progress.asked_for >= due &&
                       (!progress.asked_since || *progress.asked_since <= due);
  const bool cold = !(progress.asked_for && progress.in_slot);
  if (has_due || (!cold && !can_spare())) return std::nullopt;
  if (askable(due)) return InsightFrame{due, 1, view.now, view.now};
  const bool has_next = progress.asked_for && *progress.asked_for >= next;
  if (!has_next && askable(next)) return InsightFrame{next, 1, view.now, to_wall(next + row.lag)};
  return std::nullopt;
}

}  // namespace agora_exporter::planner
