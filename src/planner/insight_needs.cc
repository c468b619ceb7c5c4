// Insight rows in fair rotation: each hourly row once a day, as soon as its next 24 hours are out; each daily
// bucket in the last hours before it is shown.
#include <algorithm>

#include "planner/insight_slots.h"
#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// A request so close to the server's midnight may count in both days: of ten, that is too many.
constexpr Millis kBeforeMidnight{70'000};
constexpr Millis kBeforeRetry{600'000};
constexpr int kRetries = 2;

struct Slot {
  WorldTime start;  // of the frame
  WallTime due;     // not asked before
  WallTime deadline;
};

// Whether a day's requests do not serve every row so many times, over all apps that share them.
bool too_few_for(int times, const AccountPolicy& account, const AppPolicy& app, Endpoint endpoint) {
  std::ptrdiff_t rows = 0;
  for (const AppPolicy& other : account.apps)
    if (!account.quota_per_app || &other == &app)
      rows += std::count_if(other.rows.begin(), other.rows.end(),
                            [&](const RowPolicy& row) { return row.key.source == endpoint; });
  const int per_day = account.plan.of(endpoint).per_day;
  return per_day > 0 && per_day < times * rows;
}

// The oldest bucket that the page can still show. Where the day's requests only just suffice, they are gone
// before midnight and then go out one by one: a bucket that falls due at midnight would be minutes late on
// every day. Such a row goes on with the next hour, once.
WorldTime oldest_wanted(const View& view, const AppPolicy& app, const RowPolicy& row) {
  const ServerTime server = view.quotas.clock(view.account.name).estimate(view.now);
  const bool after_midnight = server.time_since_epoch() % kDay < kHour;
  const WorldTime shown = floor_hour(to_world(view.now) - row.lag);
  return after_midnight && too_few_for(2, view.account, app, row.key.source) ? shown + kHour : shown;
}

// The frame of the next 24 hours of an hourly row: as soon as they are all out; where the row's lag is too
// short for that, an hour before the first bucket that is not in hand is shown, and then the newest 24 hours
// that are out. What the page has passed is not asked for: after an outage that would cost the day's
// requests.
Slot hourly_slot(const View& view, const AppPolicy& app, const RowPolicy& row, const RowProgress& progress) {
  const WorldTime end = floor_hour(view.latest_end(row.key.source));
  const WorldTime oldest = floor_hour(view.earliest_start(row.key.source) + Seconds{60}) + kHour;
  const WorldTime wanted = oldest_wanted(view, app, row);
  const WorldTime missing = std::max({progress.covered_to.value_or(wanted), wanted, oldest});
  const WallTime deadline = to_wall(missing + row.lag);
  const WallTime all_out = to_wall(missing + kDay + view.delay(row.key.source));
  return {std::max(std::min(missing, end - kDay), oldest), std::min(all_out, deadline - kHour), deadline};
}

bool asked_in_slot(const RowProgress& progress, WorldTime next) {
  return progress.asked_for && *progress.asked_for >= next && progress.in_slot;
}

// The first midnight at which the server surely counts anew.
WallTime next_midnight(const View& view) {
  const quota::ServerClock& clock = view.quotas.clock(view.account.name);
  return clock.when_surely(ServerTime{std::chrono::days{utc_day(clock.latest(view.now)) + 1}});
}

int needed_before(const View& view, const AppPolicy& app, agora::Endpoint endpoint, WallTime midnight) {
  const auto phase = view.progress.daily_phase.find(view.account.name);
  int needed = 0;
  for (const RowPolicy& row : app.rows) {
    if (row.key.source != endpoint) continue;
    const RowProgress& progress = view.of(app).rows.at(row.key);
    if (row.key.granularity == agora::Granularity::hour) {
      needed += hourly_slot(view, app, row, progress).due < midnight ? 1 : 0;
    } else if (phase != view.progress.daily_phase.end() && phase->second) {
      const WorldTime next = next_daily(to_world(view.now), row.lag, *phase->second);
      needed += to_wall(next + row.lag) <= midnight && !asked_in_slot(progress, next) ? 1 : 0;
    }
  }
  return needed;
}

// Whether a request can be spared today for a bucket that is late already. Where the rows just fit the day's
// budget it would take the place of one that is not yet late, and so make every next day late.
bool can_spare(const View& view, const AppPolicy& app, agora::Endpoint endpoint) {
  const WallTime midnight = next_midnight(view);
  int needed = 0;
  for (const AppPolicy& other : view.account.apps)
    if (!view.account.quota_per_app || &other == &app)
      needed += needed_before(view, other, endpoint, midnight);
  return view.left_today(endpoint, app) > needed;
}

// The daily bucket to ask for, if any: the next one in its slot; at a cold start also the one that is due,
// or, where that is beyond look-back, the next one early. Later the one that is due only if it can be spared.
std::optional<Slot> daily_slot(const View& view, const AppPolicy& app, const RowPolicy& row,
                               const RowProgress& progress) {
  const auto known = view.progress.daily_phase.find(view.account.name);
  if (known == view.progress.daily_phase.end() || !known->second) {
    // At what hour the vendor's days begin is not known: ask for the day in which, at whatever hour, the
    // bucket begins that is shown now; or, where that is beyond look-back, for the first that can be asked
    // for.
    const WorldTime start = std::max(view.earliest_start(row.key.source) + Seconds{5},
                                     to_world(view.now) - row.lag - kDay + Seconds{1});
    return Slot{start, view.now, view.now};
  }
  const std::int64_t phase = *known->second;
  const WorldTime now = to_world(view.now);
  const WorldTime next = next_daily(now, row.lag, phase);
  const WorldTime due = next - kDay;
  const auto askable = [&](WorldTime bucket) {
    return bucket > view.earliest_start(row.key.source) + Seconds{5} &&
           bucket + kDay <= view.latest_end(row.key.source);
  };
  const WorldTime slot = next + row.lag - kDailySlot;
  const bool asked_next = progress.asked_for && *progress.asked_for >= next;
  if (now >= slot && !asked_in_slot(progress, next))
    return Slot{next, to_wall(slot), to_wall(next + row.lag)};
  const bool has_due = progress.asked_for && *progress.asked_for >= due;
  const bool cold = !(progress.asked_for && progress.in_slot);
  if (has_due || (!cold && !can_spare(view, app, row.key.source))) return std::nullopt;
  if (askable(due)) return Slot{due, view.now, view.now};
  if (!asked_next && askable(next)) return Slot{next, view.now, to_wall(next + row.lag)};
  return std::nullopt;
}

Ask row_ask(const View& view, const AppPolicy& app, const RowKey& key, WorldTime start, WallTime deadline) {
  const agora::Frame frame{start, start + kDay - view.of(key.source).shorter};
  Ask ask{&view.account, &app, {app.app_id, {}}, deadline, {}, {}};
  if (key.source == Endpoint::insight_usage) {
    ask.request.query = agora::UsageQuery{frame, key.metric, key.granularity};
  } else {
    ask.request.query = agora::QualityQuery{frame, key.metric, key.granularity, key.product};
  }
  ask.subjects = {"row " + app.app_id + std::string(name_of(key.source)) +
                      std::string(name_of(key.granularity)) + key.metric + key.product,
                  "insight " + view.account.name};
  ask.reason = key.metric + " " + key.product + " of the day from " + to_iso(start);
  return ask;
}

bool may_try(const View& view, const AppPolicy& app, const RowPolicy& row, const RowProgress& progress) {
  const std::int64_t today = utc_day(view.quotas.clock(view.account.name).estimate(view.now));
  if (progress.failed_day != today) return true;
  // Refused today: again tomorrow, or sooner where the day's budget is far from needed.
  const int per_day = view.account.plan.of(row.key.source).per_day;
  return per_day >= 3 * static_cast<int>(app.rows.size()) && progress.failures_that_day <= kRetries &&
         view.now >= progress.failed_at + kBeforeRetry && view.left_today(row.key.source, app) > per_day / 2;
}

// The daily bucket that is shown now can still be asked for and has not been.
std::optional<WallTime> daily_due_since(const View& view, const RowPolicy& row, const RowProgress& progress) {
  const auto known = view.progress.daily_phase.find(view.account.name);
  if (known == view.progress.daily_phase.end() || !known->second) return std::nullopt;
  const WorldTime due = next_daily(to_world(view.now), row.lag, *known->second) - kDay;
  if (progress.asked_for && *progress.asked_for >= due) return std::nullopt;
  if (due <= view.earliest_start(row.key.source) + Seconds{5}) return std::nullopt;
  return to_wall(due + row.lag);
}

// The first hour that has not been asked for is shown since then; one beyond the look-back is nobody's fault.
WallTime hourly_due_since(const View& view, const RowPolicy& row, const RowProgress& progress) {
  const WorldTime oldest = floor_hour(view.earliest_start(row.key.source)) + kHour;
  return to_wall(std::max(progress.covered_to.value_or(oldest), oldest) + row.lag);
}

}  // namespace

std::optional<WallTime> insight_due_since(const Policy& policy, const AccountPolicy& account,
                                          const AppPolicy& app, agora::Endpoint endpoint,
                                          const Progress& progress, const quota::Quotas& quotas,
                                          WallTime now) {
  // More rows than a day has requests: buckets are left out by plan, and the start has warned of it.
  if (too_few_for(1, account, app, endpoint)) return std::nullopt;
  const InFlight none;
  const View view{policy, account, progress, quotas, none, now};
  std::optional<WallTime> first;
  for (const RowPolicy& row : app.rows) {
    if (row.key.source != endpoint) continue;
    const RowProgress& of_row = view.of(app).rows.at(row.key);
    const std::optional<WallTime> since = row.key.granularity == agora::Granularity::hour
                                              ? std::optional{hourly_due_since(view, row, of_row)}
                                              : daily_due_since(view, row, of_row);
    if (since && *since < now && (!first || *since < *first)) first = since;
  }
  return first;
}

void insight_needs(const View& view, const AppPolicy& app, agora::Endpoint endpoint, Needs& needs) {
  // One at a time until a first answer has told how long a day may be.
  const bool first =
      !view.of(Endpoint::insight_usage).answered && !view.of(Endpoint::insight_quality).answered;
  if (first && view.in_flight.contains("insight " + view.account.name)) return;
  const ServerTime server = view.quotas.clock(view.account.name).latest(view.now);
  const ServerTime midnight{std::chrono::days{utc_day(server) + 1}};
  if (midnight - server < kBeforeMidnight) {
    needs.more_at = std::min(needs.more_at, view.quotas.clock(view.account.name).when_surely(midnight));
    return;
  }
  const AppProgress& state = view.of(app);
  for (const RowPolicy& row : app.rows) {
    if (row.key.source != endpoint) continue;
    const RowProgress& progress = state.rows.at(row.key);
    std::optional<Slot> slot = row.key.granularity == agora::Granularity::hour
                                   ? std::optional{hourly_slot(view, app, row, progress)}
                                   : daily_slot(view, app, row, progress);
    if (!slot || !may_try(view, app, row, progress)) {
      needs.more_at = std::min(needs.more_at, view.now + Millis{60'000});
      continue;
    }
    if (view.now < slot->due || slot->start + kDay > view.latest_end(endpoint)) {
      needs.more_at = std::min(needs.more_at, std::max(slot->due, view.now + Millis{1'000}));
      continue;
    }
    Ask ask = row_ask(view, app, row.key, slot->start, slot->deadline);
    if (view.in_flight.contains(ask.subjects.front())) continue;
    needs.needs.push_back({slot->due, slot->deadline, &app, [ask = std::move(ask)] { return ask; }});
  }
}

}  // namespace agora_exporter::planner
