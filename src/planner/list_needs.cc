// Discovery of calls and of their ends. Three kinds of need, one endpoint:
//   forward   the newest part of time, every period;
//   older     what an answer left out (more than 100 calls), and at a cold start the history back to the
//   look-back,
//             since a call of many hours may still be running;
//   ends      under the reading that call/lists gives the calls that began in the frame, the end of a call
//   shows only
//             in a frame that holds its start: such calls are listed again before R reaches what is known of
//             them.
#include <algorithm>

#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// Between the listing of a call and the deadline of its first point, sessions and points must be asked about.
constexpr Seconds kPipeline{180};
constexpr Seconds kEndsMargin{150};
constexpr Seconds kFirstPause{15};
constexpr Seconds kLongestPause{3'600};
// Known calls that one answer may hold beside new ones, of its 100.
constexpr int kKnownInOneAnswer = 80;
constexpr double kHistoryShare = 0.1;  // of the day's budget

Seconds period(const View& view, const AppPolicy& app) {
  const agora::Limits& limits = view.account.plan.of(Endpoint::call_lists);
  const Seconds room = view.policy.lag - view.delay(Endpoint::call_lists) - kPipeline;
  Seconds period = std::clamp(room / 4, Seconds{20}, Seconds{600});
  if (limits.per_day > 0) {
    const auto sharers = view.account.quota_per_app ? 1 : static_cast<std::int64_t>(view.account.apps.size());
    period = std::max(period, Seconds{2 * kDay.count() * sharers / limits.per_day});
  }
  (void)app;
  return std::min(period, std::max(room, Seconds{20}));
}

Ask list_ask(const View& view, const AppPolicy& app, agora::Frame frame, WallTime deadline,
             std::string reason) {
  agora::CallListQuery query{frame, {}, {}, {}};
  if (view.of(app).todays_server) query.page_size = static_cast<int>(agora::kListSize);
  return {&view.account,    &app, {app.app_id, std::move(query)}, deadline, {"lists " + app.app_id},
          std::move(reason)};
}

// Starts of calls whose end is not known, newest first, as far back as one answer can hold them all.
WorldTime reach_back(const View& view, const AppPolicy& app, agora::Frame frame) {
  const AppProgress& progress = view.of(app);
  const WorldTime reach = std::max(frame.end - view.longest_window(Endpoint::call_lists),
                                   view.earliest_start(Endpoint::call_lists) + Seconds{5});
  std::vector<std::pair<WorldTime, bool>> known;  // created, end not known
  for (const auto& [id, call] : progress.calls)
    if (call.created > reach && call.created < frame.end) known.emplace_back(call.created, !call.finished);
  std::sort(known.rbegin(), known.rend());
  WorldTime start = frame.start;
  for (std::size_t i = 0; i < known.size() && i < kKnownInOneAnswer; ++i)
    if (known[i].second) start = std::min(start, known[i].first - Seconds{1});
  return std::max(start, reach);
}

void forward_need(const View& view, const AppPolicy& app, agora::Frame gap, WorldTime end, Needs& needs) {
  const WorldTime start = std::max({gap.start - Seconds{1}, end - view.longest_window(Endpoint::call_lists),
                                    view.earliest_start(Endpoint::call_lists) + Seconds{5}});
  const WallTime due = to_wall(gap.start + view.delay(Endpoint::call_lists) + period(view, app));
  const WallTime deadline = view.deadline_of(gap.start);
  needs.needs.push_back({due, deadline, &app, [=, &view, &app] {
                           agora::Frame frame{start, end};
                           if (!view.of(app).lists_overlap) frame.start = reach_back(view, app, frame);
                           return list_ask(view, app, frame, deadline,
                                           "calls that began since the last list");
                         }});
}

void older_need(const View& view, const AppPolicy& app, agora::Frame gap, Needs& needs) {
  const agora::Limits& limits = view.account.plan.of(Endpoint::call_lists);
  const AppProgress& progress = view.of(app);
  const bool history = gap.end < view.replayed();
  if (history && (progress.history_refused ||
                  (limits.per_day > 0 && progress.history_requests > kHistoryShare * limits.per_day)))
    return;
  const WorldTime end = gap.end + Seconds{1};
  const WorldTime start = std::max({gap.start - Seconds{1}, end - view.longest_window(Endpoint::call_lists),
                                    view.earliest_start(Endpoint::call_lists) + Seconds{5}});
  if (start >= end) return;
  needs.needs.push_back({view.now, view.deadline_of(gap.start), &app, [=, &view, &app] {
                           return list_ask(view, app, {start, end}, view.now,
                                           history ? "long calls that may still be running"
                                                   : "calls that the last list left out");
                         }});
}

// Asking again at once about a call that an answer left out would spend the day's requests on one call.
WallTime ends_due(const View& view, const CallProgress& call) {
  const WallTime due = to_wall(call.last_alive() + view.policy.lag - kEndsMargin);
  if (call.left_out == 0) return due;
  const Seconds pause = std::min(kLongestPause, kFirstPause * (1 << std::min(call.left_out - 1, 10)));
  return std::max(due, call.left_out_at + pause);
}

void ends_need(const View& view, const AppPolicy& app, Needs& needs) {
  const AppProgress& progress = view.of(app);
  const WorldTime reach = view.earliest_start(Endpoint::call_lists) + Seconds{5};
  const CallProgress* first = nullptr;
  WallTime due = WallTime::max();
  for (const std::string& id : progress.open) {
    const CallProgress& call = progress.calls.at(id);
    if (call.finished || call.created - Seconds{1} <= reach) continue;
    if (const WallTime its = ends_due(view, call); its < due) {
      due = its;
      first = &call;
    }
  }
  if (!first) return;
  const WallTime deadline = view.deadline_of(first->last_alive());
  if (due <= view.now && !view.within_pace(Endpoint::call_lists, app)) return;
  needs.needs.push_back(
      {due, deadline, &app, [=, &view, &app] {
         const WorldTime latest = view.latest_end(Endpoint::call_lists);
         agora::Frame frame{first->created - Seconds{1}, std::min(first->created + Seconds{1}, latest)};
         agora::Frame wide{frame.start,
                           std::min(frame.start + view.longest_window(Endpoint::call_lists), latest)};
         // One that was left out may have been cut off: alone it must be named.
         if (first->left_out == 0 && reach_back(view, app, {wide.end, wide.end}) <= frame.start) frame = wide;
         return list_ask(view, app, frame, deadline, "whether call " + first->id + " has ended");
       }});
}

}  // namespace

WorldTime lists_floor(const View& view, const AppPolicy& app) {
  const WorldTime reach = view.earliest_start(Endpoint::call_lists) + Seconds{60};
  return view.of(app).lists_overlap ? std::max(reach, view.replayed()) : reach;
}

void list_needs(const View& view, const AppPolicy& app, Needs& needs) {
  if (!app.calls || view.in_flight.contains("lists " + app.app_id)) return;
  const WorldTime end = view.latest_end(Endpoint::call_lists);
  const WorldTime floor = lists_floor(view, app);
  const Intervals& listed = view.of(app).listed;
  const std::optional<agora::Frame> gap = listed.newest_gap(floor, end - Seconds{1});
  std::optional<agora::Frame> older;
  if (gap && gap->end == end - Seconds{1}) {
    forward_need(view, app, *gap, end, needs);
    older = listed.newest_gap(floor, gap->start - Seconds{1});
    if (gap->start <= floor) older.reset();
  } else {
    older = gap;
    // Nothing newer may be asked for yet: in a second there is.
    needs.more_at = std::min(needs.more_at, view.now + Seconds{1});
  }
  if (older) older_need(view, app, *older, needs);
  ends_need(view, app, needs);
}

}  // namespace agora_exporter::planner
