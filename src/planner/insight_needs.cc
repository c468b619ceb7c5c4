// Insight rows in fair rotation: each hourly row once a day, as soon as all that a request brings is out;
// each daily bucket in the last hours before it is shown.
#include <algorithm>

#include "planner/insight_frames.h"
#include "planner/insight_slots.h"
#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// A request so close to the server's midnight may count in both days: of ten, that is too many.
constexpr Millis kBeforeMidnight{70'000};
constexpr Millis kBeforeRetry{600'000};
constexpr int kRetries = 2;

// What the rows need of the day's requests, seen from now. Counted when it is asked for first, which is
// seldom.
class Budget {
 public:
  Budget(const View& view, const AppPolicy& app, const InsightScope& scope)
      : view_(view), scope_(scope), left_(view.left_today(scope.endpoint, app)) {
    const quota::ServerClock& clock = view.quotas.clock(view.account.name);
    today_ = utc_day(clock.estimate(view.now));
    // The first midnight at which the server surely counts anew.
    midnight_ = clock.when_surely(ServerTime{std::chrono::days{utc_day(clock.latest(view.now)) + 1}});
  }

  int left() const { return left_; }
  std::int64_t today() const { return today_; }
  // Whether a request can be spared today for a bucket that is late already, or was refused once. Where the
  // rows just fit the day's budget it would take the place of one that is not yet late, and so make every
  // next day late.
  bool can_spare() const { return left_ > needed(); }

 private:
  // Rows that have not had their turn today and fall due before midnight.
  int needed() const {
    if (needed_) return *needed_;
    needed_ = 0;
    for (const InsightScope::Share& share : scope_.shares)
      for (const RowPolicy* row : share.rows)
        *needed_ += needs_today(*row, view_.of(*share.app).rows.at(row->key)) ? 1 : 0;
    return *needed_;
  }

  bool needs_today(const RowPolicy& row, const RowProgress& progress) const {
    if (progress.failed_day == today_) return false;
    if (row.key.granularity == agora::Granularity::hour)
      return hourly_frame(view_, scope_, row, progress).due < midnight_;
    const auto phase = view_.progress.daily_phase.find(view_.account.name);
    if (phase == view_.progress.daily_phase.end() || !phase->second) return false;
    const WorldTime next = next_daily(to_world(view_.now), row.lag, *phase->second);
    return to_wall(next + row.lag) <= midnight_ && !asked_in_slot(progress, next);
  }

  const View& view_;
  const InsightScope& scope_;
  int left_ = 0;
  std::int64_t today_ = 0;
  WallTime midnight_;
  mutable std::optional<int> needed_;
};

bool may_try(const View& view, const InsightScope& scope, const Budget& budget, const RowProgress& progress) {
  if (progress.failed_day != budget.today()) return true;
  if (progress.failures_that_day > kRetries || view.now < progress.failed_at + kBeforeRetry) return false;
  // Refused today: once more if a request can be spared; and again where the day's budget is far from needed.
  const bool plenty = scope.suffices_for(3) && budget.left() > scope.per_day / 2;
  return plenty || (progress.failures_that_day == 1 && budget.can_spare());
}

Ask row_ask(const View& view, const AppPolicy& app, const RowKey& key, const InsightFrame& asked) {
  const agora::Frame frame{asked.start, asked.start + asked.days * kDay - view.of(key.source).shorter};
  Ask ask{&view.account, &app, {app.app_id, {}}, asked.deadline, {}, {}};
  if (key.source == Endpoint::insight_usage) {
    ask.request.query = agora::UsageQuery{frame, key.metric, key.granularity};
  } else {
    ask.request.query = agora::QualityQuery{frame, key.metric, key.granularity, key.product};
  }
  ask.subjects = {"row " + app.app_id + std::string(name_of(key.source)) +
                      std::string(name_of(key.granularity)) + key.metric + key.product,
                  "insight " + view.account.name};
  ask.reason = key.metric + " " + key.product + " of " +
               (asked.days == 1 ? "the day" : std::to_string(asked.days) + " days") + " from " +
               to_iso(asked.start);
  return ask;
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

void row_need(const View& view, const AppPolicy& app, const InsightScope& scope, const Budget& budget,
              const RowPolicy& row, Needs& needs) {
  const RowProgress& progress = view.of(app).rows.at(row.key);
  const bool hourly = row.key.granularity == agora::Granularity::hour;
  const std::optional<InsightFrame> frame =
      hourly ? std::optional{hourly_frame(view, scope, row, progress)}
             : daily_frame(view, scope, row, progress, [&] { return budget.can_spare(); });
  if (!frame || !may_try(view, scope, budget, progress)) {
    needs.more_at = std::min(needs.more_at, view.now + Millis{60'000});
    return;
  }
  if (view.now < frame->due || frame->start + frame->days * kDay > view.latest_end(scope.endpoint)) {
    needs.more_at = std::min(needs.more_at, std::max(frame->due, view.now + Millis{1'000}));
    return;
  }
  Ask ask = row_ask(view, app, row.key, *frame);
  if (view.in_flight.contains(ask.subjects.front())) return;
  needs.needs.push_back({frame->due, frame->deadline, &app, [ask = std::move(ask)] { return ask; }});
}

}  // namespace

std::optional<WallTime> insight_due_since(const Policy& policy, const AccountPolicy& account,
                                          const AppPolicy& app, agora::Endpoint endpoint,
                                          const Progress& progress, const quota::Quotas& quotas,
                                          WallTime now) {
  const InFlight none;
  const View view{policy, account, progress, quotas, none, now};
  // Rows that are not followed are left out by plan, and the start has warned of it.
  const InsightScope scope(view, app, endpoint);
  std::optional<WallTime> first;
  for (const RowPolicy* row : scope.of(app)) {
    const RowProgress& of_row = view.of(app).rows.at(row->key);
    const std::optional<WallTime> since = row->key.granularity == agora::Granularity::hour
                                              ? std::optional{hourly_due_since(view, *row, of_row)}
                                              : daily_due_since(view, *row, of_row);
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
  const InsightScope scope(view, app, endpoint);
  if (scope.of(app).empty()) return;
  const Budget budget(view, app, scope);
  for (const RowPolicy* row : scope.of(app)) row_need(view, app, scope, budget, *row, needs);
}

}  // namespace agora_exporter::planner
