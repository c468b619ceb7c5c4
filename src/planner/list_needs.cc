// Discovery of calls and of their ends: needs of one endpoint.
//   forward   the newest part of time, every period;
//   older     what an answer left out (more than 100 calls), and at a cold start the history back to the
//             look-back, since a call of many hours may still be running;
//   pinned    calls of pinned channels by name, where not all calls can be found;
//   ends      under the reading that call/lists gives the calls that began in the frame, the end of a call
//             shows only in a frame that holds its start: such calls are listed again before R reaches what
//             is known of them.
#include <algorithm>

#include "planner/list_room.h"
#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

constexpr Seconds kEndsMargin{150};
constexpr Seconds kEndsLate{600};
constexpr Seconds kFirstPause{15};
constexpr Seconds kLongestPause{3'600};
// Of the 100 calls that an answer may hold: known ones beside the new ones.
constexpr double kKnownAndNew = 85;
constexpr double kHistoryShare = 0.1;  // of the day's budget

Ask list_ask(const View& view, const AppPolicy& app, agora::Frame frame, WallTime deadline,
             std::string reason) {
  agora::CallListQuery query{frame, {}, {}, {}};
  if (view.of(app).todays_server) query.page_size = static_cast<int>(agora::kListSize);
  return {&view.account,    &app, {app.app_id, std::move(query)}, deadline, {"lists " + app.app_id},
          std::move(reason)};
}

// The start of a frame that also holds the starts of calls whose end is not known, as far back as one answer
// can hold them all.
WorldTime reach_back(const View& view, const AppPolicy& app, agora::Frame frame) {
  const AppProgress& progress = view.of(app);
  const WorldTime reach = std::max(frame.end - view.longest_window(Endpoint::call_lists),
                                   view.earliest_start(Endpoint::call_lists) + Seconds{5});
  WorldTime start = frame.start;
  const double fresh = progress.calls_per_second * static_cast<double>((frame.end - frame.start).count());
  double held = 0;
  for (auto it = progress.by_created.lower_bound({frame.end, {}});
       it != progress.by_created.begin() && held + fresh < kKnownAndNew; ++held) {
    --it;
    if (it->first <= reach) break;
    if (!progress.calls.at(it->second).finished) start = std::min(start, it->first - Seconds{1});
  }
  return std::max(start, reach);
}

void forward_need(const View& view, const AppPolicy& app, const ListRoom& room, agora::Frame gap,
                  WorldTime end, Needs& needs) {
  WorldTime start = std::max({gap.start - Seconds{1}, end - view.longest_window(Endpoint::call_lists),
                              view.earliest_start(Endpoint::call_lists) + Seconds{5}});
  // After an outage where one answer does not hold all: those that began after R first.
  if (start + longest_frame(view, app) < end) start = std::max(start, view.replayed() - Seconds{60});
  WallTime due = to_wall(gap.start + age_when_listed(view));
  if (room.falls_short()) due = std::max(due, paced(view, app, room));
  const WallTime deadline = view.deadline_of(gap.start);
  const WorldTime until = std::min(end, start + longest_frame(view, app));
  needs.needs.push_back({due, deadline, &app, [=, &view, &app] {
                           agora::Frame frame{start, until};
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

// Where not all calls can be found, those of pinned channels are asked for by name.
void pinned_needs(const View& view, const AppPolicy& app, const ListRoom& room, WorldTime end, Needs& needs) {
  if (app.certain.channels.empty() || room.can_spare()) return;
  const AppProgress& progress = view.of(app);
  for (const std::string& channel : app.certain.channels) {
    const auto known = progress.listed_by_name.find(channel);
    const WorldTime newest = std::max(progress.listed.newest().value_or(WorldTime{}),
                                      view.replayed() - view.longest_window(Endpoint::call_lists) / 2);
    const WorldTime from = known == progress.listed_by_name.end() || !known->second.newest()
                               ? std::min(newest, end - Seconds{2})
                               : *known->second.newest();
    const WorldTime start = std::max(from - Seconds{1}, end - view.longest_window(Endpoint::call_lists));
    const WallTime due = to_wall(from + age_when_listed(view)), deadline = view.deadline_of(from);
    needs.needs.push_back(
        {due, deadline, &app, [=, &view, &app] {
           Ask ask = list_ask(view, app, {start, end}, deadline, "calls of the pinned channel " + channel);
           std::get<agora::CallListQuery>(ask.request.query).channel = channel;
           return ask;
         }});
  }
}

// Asking again at once about a call that an answer left out would spend the day's requests on one call.
WallTime ends_due(const View& view, const CallProgress& call, WorldTime last_alive) {
  const WallTime due = to_wall(last_alive + view.policy.lag - kEndsMargin);
  if (call.left_out == 0) return due;
  const Seconds pause = std::min(kLongestPause, kFirstPause * (1 << std::min(call.left_out - 1, 10)));
  return std::max(due, call.left_out_at + pause);
}

struct Ending {
  const CallProgress* call = nullptr;
  WallTime due = WallTime::max();
};

// The call whose end is asked about next. Of a call whose sessions are known it decides what its next request
// brings: those first, unless they are late already. Of the others the one that has just become due: it
// serves more to know of some in time than of all too late.
Ending next_ending(const View& view, const AppPolicy& app) {
  constexpr int kLooks = 100;  // at calls that an answer has left out
  const AppProgress& progress = view.of(app);
  const WorldTime reach = view.earliest_start(Endpoint::call_lists) + Seconds{5};
  const WorldTime due_by = to_world(view.now + kEndsMargin) - view.policy.lag;
  Ending next;
  int looks = 0;
  const auto take = [&](WorldTime last_alive, const std::string& id) {
    const CallProgress& call = progress.calls.at(id);
    if (call.created - Seconds{1} <= reach) return ++looks < kLooks;
    if (const WallTime due = ends_due(view, call, last_alive); due < next.due) next = {&call, due};
    return next.due > view.now && last_alive <= due_by && ++looks < kLooks;
  };
  progress.known_alive.for_each_since(due_by - kEndsLate, take);
  for (const Agenda* agenda : {&progress.known_alive, &progress.others_alive}) {
    looks = 0;
    if (next.due > view.now) agenda->for_each_before(due_by + Seconds{1}, take);
    looks = 0;
    if (next.due > view.now) agenda->for_each_since(due_by + Seconds{1}, take);
  }
  return next;
}

// How far a frame that begins at `start` may reach and hold no more calls than one answer.
WorldTime reach_ahead(const View& view, const AppPolicy& app, WorldTime start) {
  const WorldTime end =
      std::min(start + view.longest_window(Endpoint::call_lists), view.latest_end(Endpoint::call_lists));
  const auto& known = view.of(app).by_created;
  double held = 0;
  for (auto it = known.lower_bound({start + Seconds{1}, {}}); it != known.end() && it->first < end; ++it)
    if (++held > kKnownAndNew) return it->first;
  return end;
}

void ends_need(const View& view, const AppPolicy& app, const ListRoom& room, Needs& needs) {
  const auto [next, due] = next_ending(view, app);
  if (!next) return;
  const WallTime deadline = view.deadline_of(next->last_alive());
  if (due <= view.now && (!view.within_pace(Endpoint::call_lists, app) || !room.can_spare())) return;
  needs.needs.push_back(
      {due, deadline, &app, [next = next, deadline, &view, &app] {
         const WorldTime latest = view.latest_end(Endpoint::call_lists);
         agora::Frame frame{next->created - Seconds{1}, std::min(next->created + Seconds{1}, latest)};
         // One that was left out may have been cut off: alone it must be named.
         if (next->left_out == 0) frame.end = std::max(frame.end, reach_ahead(view, app, frame.start));
         return list_ask(view, app, frame, deadline, "whether call " + next->id + " has ended");
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
  const ListRoom room = list_room(view, app);
  const Intervals& listed = view.of(app).listed;
  const std::optional<agora::Frame> gap = listed.newest_gap(floor, end - Seconds{1});
  std::optional<agora::Frame> older;
  if (gap && gap->end == end - Seconds{1}) {
    forward_need(view, app, room, *gap, end, needs);
    older = listed.newest_gap(floor, gap->start - Seconds{1});
    if (gap->start <= floor) older.reset();
  } else {
    older = gap;
    // Nothing newer may be asked for yet: in a second there is.
    needs.more_at = std::min(needs.more_at, view.now + Seconds{1});
  }
  if (older && (older->end < view.replayed() || !room.falls_short())) older_need(view, app, *older, needs);
  pinned_needs(view, app, room, end, needs);
  ends_need(view, app, room, needs);
}

}  // namespace agora_exporter::planner
