// Who is in a call, and who left. A call is asked about as late as the deadlines of its joins and of its
// sessions' lives allow, in one frame that reaches back over everybody whose leaving is not known, as far as
// a frame may.
#include <algorithm>

#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// Before the points are asked for: those of a new joiner have the same deadline.
constexpr Seconds kMargin{80};
constexpr Millis kBetweenRuns{20'000};

struct CallView {
  const View& view;
  const AppPolicy& app;
  const CallProgress& call;
  WorldTime end;    // latest end_ts
  WorldTime reach;  // earliest start_ts
  Seconds window;   // longest window

  // The last instant whose joins matter: the call's end, or now.
  WorldTime joins_end() const {
    return call.finished && call.destroyed ? std::min(*call.destroyed, end - Seconds{1}) : end - Seconds{1};
  }
  WorldTime joins_begin() const { return std::max(call.created, reach + Seconds{1}); }
  std::optional<WorldTime> missing_join() const {
    return call.joins.first_missing(joins_begin(), joins_end());
  }

  // A gap of the known joins behind the newest of them: the early joiners of a call that was found late.
  std::optional<agora::Frame> older_gap() const {
    const auto gap = call.joins.newest_gap(joins_begin(), joins_end());
    if (!gap || gap->end < joins_end()) return gap;
    return gap->start > joins_begin() ? call.joins.newest_gap(joins_begin(), gap->start - Seconds{1})
                                      : std::nullopt;
  }
  // The joins since the newest known ones need not be asked about yet.
  bool forward_waits() const {
    const auto newest = call.joins.newest();
    return newest && (*newest >= joins_end() || view.deadline_of(*newest + Seconds{1}) - kMargin > view.now);
  }
};

bool unresolved(const SessionProgress& session) { return !session.finished; }

// Whether the run of pages has not yet reached everybody that it was for.
bool run_goes_on(const CallView& at) {
  if (!at.call.run || at.call.run->done) return false;
  const PageRun& run = *at.call.run;
  if (run.frame.start <= at.reach) return false;
  if (!run.descending) return true;
  const auto missing = at.call.joins.first_missing(run.frame.start + Seconds{1}, run.frame.end - Seconds{1});
  if (missing && *missing >= at.call.created) return true;
  // Where frames give all that overlap them, those who joined before the frame stand on its last pages.
  const bool overlap = at.view.of(at.app).sessions_overlap;
  return std::any_of(at.call.sessions.begin(), at.call.sessions.end(), [&](const auto& item) {
    const SessionProgress& s = item.second;
    return unresolved(s) && (overlap || s.joined >= run.frame.start) && s.joined <= run.lowest_join &&
           s.alive_to < run.frame.end - Seconds{10};
  });
}

Ask session_ask(const CallView& at, agora::CallSessionsQuery query, WallTime deadline, std::string reason) {
  query.call_id = at.call.id;
  query.exclude_server_user = !at.app.server_users;
  if (at.view.of(at.app).todays_server) query.page_size = agora::kPageSizeToday;
  return {&at.view.account,           &at.app,          {at.app.app_id, std::move(query)}, deadline,
          {"sessions " + at.call.id}, std::move(reason)};
}

// The frame up to now that reaches back over every unresolved join, or as far as a frame may. At a long lag a
// call may have ended before all that: then the frame ends sooner.
agora::Frame forward_frame(const CallView& at) {
  WorldTime low = at.joins_end();
  if (const auto missing = at.missing_join()) low = std::min(low, *missing);
  for (const auto& [sid, session] : at.call.sessions)
    if (unresolved(session)) low = std::min(low, session.joined);
  low = std::max(low - Seconds{1}, at.reach);
  const WorldTime last = at.joins_end() + Seconds{1};
  const WorldTime end = last <= at.end - at.window ? std::max(low + at.window, last) : at.end;
  return {std::max(low, end - at.window), end};
}

// Sessions whose lives are to be asked about beyond the reach of a forward frame: a narrow frame around their
// joins.
agora::CallSessionsQuery lives_query(const CallView& at, const std::vector<const SessionProgress*>& due) {
  agora::CallSessionsQuery query;
  const WorldTime first = due.front()->joined;
  query.frame = {std::max(first - Seconds{1}, at.reach), first + Seconds{1}};
  for (const SessionProgress* session : due) {
    if (query.uids.size() == agora::kMaxUids || session->joined + Seconds{1} - query.frame.start > at.window)
      break;
    query.frame.end = std::min(std::max(query.frame.end, session->joined + Seconds{1}), at.end);
    if (std::find(query.uids.begin(), query.uids.end(), session->uid) == query.uids.end())
      query.uids.push_back(session->uid);
  }
  return query;
}

struct Due {
  std::optional<WorldTime> joins;  // oldest instant whose joins are not known
  std::optional<WorldTime> lives;  // oldest instant up to which an unresolved session is known to live
};

Due due_of(const CallView& at) {
  Due due;
  due.joins = at.missing_join();
  for (const auto& [sid, session] : at.call.sessions)
    if (unresolved(session) && session.joined > at.reach)
      due.lives = std::min(due.lives.value_or(session.alive_to), session.alive_to);
  return due;
}

Ask build(const CallView& at, WallTime deadline) {
  if (run_goes_on(at)) {
    agora::CallSessionsQuery query;
    query.frame = at.call.run->frame;
    query.page_no = at.call.run->next_page;
    return session_ask(at, std::move(query), deadline, "next page of a call's sessions");
  }
  const agora::Frame forward = forward_frame(at);
  if (const auto gap = at.older_gap(); gap && at.forward_waits()) {
    agora::CallSessionsQuery query;
    query.frame.end = std::min(gap->end + Seconds{1}, at.end);
    query.frame.start = std::max({gap->start - Seconds{1}, query.frame.end - at.window, at.reach});
    return session_ask(at, std::move(query), deadline, "early joiners of a long call");
  }
  std::vector<const SessionProgress*> beyond;
  for (const auto& [sid, session] : at.call.sessions)
    if (unresolved(session) && session.joined <= forward.start && session.joined > at.reach)
      beyond.push_back(&session);
  if (at.forward_waits() && !beyond.empty() && !at.view.of(at.app).sessions_overlap) {
    std::sort(beyond.begin(), beyond.end(), [](auto* a, auto* b) { return a->alive_to < b->alive_to; });
    const WorldTime oldest = beyond.front()->alive_to + Seconds{60};
    std::erase_if(beyond, [&](auto* s) { return s->alive_to > oldest; });
    std::sort(beyond.begin(), beyond.end(), [](auto* a, auto* b) { return a->joined < b->joined; });
    return session_ask(at, lives_query(at, beyond), deadline, "whether users who fell silent have left");
  }
  agora::CallSessionsQuery query;
  query.frame = forward;
  return session_ask(at, std::move(query), deadline, "who joined and who left");
}

}  // namespace

void session_needs(const View& view, const AppPolicy& app, Needs& needs) {
  if (!app.calls) return;
  const WorldTime end = view.latest_end(Endpoint::call_sessions);
  const WorldTime reach = view.earliest_start(Endpoint::call_sessions) + Seconds{5};
  const Seconds window = view.longest_window(Endpoint::call_sessions);
  const AppProgress& progress = view.of(app);
  for (const std::string& id : progress.open) {
    const CallProgress& call = progress.calls.at(id);
    if (!call.followed || call.given_up || view.in_flight.contains("sessions " + id)) continue;
    const CallView at{view, app, call, end, reach, window};
    if (run_goes_on(at)) {
      needs.needs.push_back({view.now, view.now, &app, [at] { return build(at, at.view.now); }});
      continue;
    }
    // A call that began a moment ago: nothing of it may be asked for yet.
    if (end <= call.created) {
      needs.more_at = std::min(needs.more_at, view.now + (call.created + Seconds{1} - end));
      continue;
    }
    const Due due = due_of(at);
    if (!due.joins && !due.lives) continue;
    const WorldTime oldest =
        std::min(due.joins.value_or(WorldTime::max()), due.lives.value_or(WorldTime::max()));
    const WallTime deadline = view.deadline_of(oldest);
    const WallTime not_before = call.sessions_asked && !(at.older_gap() && at.forward_waits())
                                    ? call.sessions_asked_at + kBetweenRuns
                                    : WallTime::min();
    const WallTime start_by = std::max(deadline - kMargin, not_before);
    if (start_by <= view.now && end <= oldest + Seconds{1}) {
      needs.more_at = std::min(needs.more_at, view.now + (oldest + Seconds{2} - end));
      continue;
    }
    needs.needs.push_back({start_by, deadline, &app, [at, deadline] { return build(at, deadline); }});
  }
}

}  // namespace agora_exporter::planner
