#include "agora_exporter/planner/progress.h"

#include <algorithm>

#include "planner/context.h"
#include "planner/missing.h"
#include "planner/offers.h"

namespace agora_exporter::planner {
namespace {

constexpr int kBadRequestsForACall = 3;
constexpr Seconds kLongestBackoff{300};
constexpr Seconds kAdvance{10};     // of R, between two looks at what it has passed
constexpr Seconds kLookAgain{600};  // at what was turned down

// A failing endpoint is asked again after 2, 4, 8 ... 300 s: an outage of a day must not cost the day's
// budget.
Millis backoff(int failures) {
  return std::min<Millis>(Millis{Seconds{1} * (1 << std::min(failures, 10))}, kLongestBackoff);
}

// Also when it says again and again that a second or minute is used up although it is not: each refusal may
// count in the day.
bool is_endpoint_trouble(agora::ApiError error) {
  using enum agora::ApiError;
  return error == rate_quota || error == unauthorized || error == server_error || error == transport ||
         error == malformed || error == not_found || error == bad_request;
}

// A call ends when its last user leaves (specification): who is said to go on long after the end, or of whom
// nothing more is said, left with it.
void end_sessions_of_ended(CallProgress& call) {
  if (!call.finished || !call.destroyed) return;
  for (auto& [sid, session] : call.sessions) {
    if (!session.unresolved() || session.looked_for_to() <= *call.destroyed + kSettle) continue;
    session.finished = true;
    session.left = session.alive_to = *call.destroyed;
    session.complete = session.covered_to >= *session.left;
  }
}

}  // namespace

WorldTime CallProgress::last_alive() const {
  WorldTime last = std::max(created, alive_to);
  for (const auto& [sid, session] : sessions) last = std::max(last, session.alive_to);
  return last;
}

std::optional<WorldTime> CallProgress::deserted_since() const {
  constexpr Seconds kToBeSure{60};
  if (finished) return std::nullopt;
  WorldTime last = created;
  for (const auto& [sid, session] : sessions) {
    if (!session.finished) return std::nullopt;
    last = std::max(last, *session.left);
  }
  if (joins.first_missing(created, last + kToBeSure)) return std::nullopt;
  return last;
}

std::optional<WorldTime> CallProgress::empty_since() const {
  const auto since = deserted_since();
  return since && !sessions.empty() && alive_to <= *since ? since : std::nullopt;
}

Progress::Progress(const Policy& policy) : policy_(policy) {
  for (const AccountPolicy& account : policy.accounts) {
    for (const AppPolicy& app : account.apps) {
      by_app_[app.app_id] = {&account, &app};
      AppProgress& progress = apps[app.app_id];
      for (const RowPolicy& row : app.rows) progress.rows[row.key];
    }
    for (const agora::Endpoint endpoint : agora::kEndpoints) endpoints[{account.name, endpoint}];
  }
}

Learned Progress::apply(const agora::Facts& facts) {
  Learned learned;
  const auto found = by_app_.find(facts.asked.request.app_id);
  if (found == by_app_.end()) return learned;
  const agora::Endpoint endpoint = agora::endpoint_of(facts.asked.request);
  const auto& [account, app] = found->second;
  const Context at{facts, *account, *app, apps[app->app_id], endpoints[{account->name, endpoint}], endpoint};
  const double took = static_cast<double>((facts.asked.received_at - facts.asked.asked_at).count()) / 1e3;
  at.endpoint_state.latency += 0.1 * (std::clamp(took, 0.0, 10.0) - at.endpoint_state.latency);
  if (CallProgress* call = at.call_asked_about())
    ++call->requests[endpoint == agora::Endpoint::call_metrics ? 1 : 0];
  if (facts.todays_server) at.progress.todays_server = true;

  if (const auto* refusal = std::get_if<agora::Refusal>(&facts.body)) {
    apply_refusal(at, *refusal, learned);
  } else if (std::holds_alternative<agora::Undecodable>(facts.body)) {
    apply_refusal(at, agora::Refusal{agora::ApiError::malformed, 200, {}, {}}, learned);
  } else {
    success(at);
    if (const auto* list = std::get_if<agora::CallList>(&facts.body)) apply_list(at, *list, learned);
    if (const auto* page = std::get_if<agora::SessionPage>(&facts.body)) apply_sessions(at, *page);
    if (const auto* points = std::get_if<agora::PointSet>(&facts.body)) apply_points(at, *points);
    if (const auto* row = std::get_if<agora::InsightRow>(&facts.body)) apply_row(at, *row);
  }
  if (CallProgress* call = at.call_asked_about()) {
    close_if_done(at.progress, *call, facts.asked.received_at);
    note_due(at.progress, *call, facts.asked.received_at);
  }
  return learned;
}

void Progress::success(const Context& at) {
  at.endpoint_state.failures = 0;
  at.endpoint_state.not_before = {};
  at.endpoint_state.no_access_day = -1;
  at.endpoint_state.answered = true;
  at.endpoint_state.last_ok = true;
  at.progress.forbidden[static_cast<std::size_t>(at.endpoint)] = {};
  WorldTime& newest = at.progress.newest_frame_end[static_cast<std::size_t>(at.endpoint)];
  newest = std::max(newest, agora::frame_of(at.facts.asked.request).end);
}

void Progress::apply_refusal(const Context& at, const agora::Refusal& refusal, Learned& learned) {
  using enum agora::ApiError;
  EndpointProgress& endpoint = at.endpoint_state;
  const agora::Asked& asked = at.facts.asked;
  CallProgress* call = at.call_asked_about();
  if (refusal.error != no_access && refusal.error != forbidden) endpoint.last_ok = false;
  if (refusal.error == forbidden) {
    Forbidden& own = at.progress.forbidden[static_cast<std::size_t>(at.endpoint)];
    own.not_before = asked.received_at + backoff(++own.failures);
  }

  // Insight's "at most 1 day" may mean 86,400 s or less: the first refusal of a whole day, in whatever words,
  // teaches it.
  const bool first_whole_day =
      agora::is_insight(at.endpoint) && !endpoint.answered && endpoint.shorter == Seconds{0};
  if (refusal.error == too_long || (first_whole_day && refusal.error == bad_request)) {
    endpoint.shorter += agora::is_insight(at.endpoint) ? Seconds{1} : Seconds{60};
    if (agora::is_insight(at.endpoint)) {  // the other one counts days alike
      endpoints[{at.account.name, agora::Endpoint::insight_usage}].shorter = endpoint.shorter;
      endpoints[{at.account.name, agora::Endpoint::insight_quality}].shorter = endpoint.shorter;
    }
    return;
  }
  if (refusal.error == no_access) endpoint.no_access_day = asked.ticket.day;
  if (refusal.error == too_early)
    endpoint.more_delay = std::min(endpoint.more_delay + Seconds{5}, Seconds{120});
  if (is_endpoint_trouble(refusal.error)) {
    ++endpoint.failures;
    endpoint.not_before = asked.received_at + backoff(endpoint.failures);
  }
  if (RowProgress* row = at.row_asked_about()) {
    if (refusal.error == no_access) return;
    row->failures_that_day = row->failed_day == asked.ticket.day ? row->failures_that_day + 1 : 1;
    row->failed_day = asked.ticket.day;
    row->failed_at = asked.received_at;
    if (refusal.error == too_old) row->covered_to.reset();
  }
  if (at.endpoint == agora::Endpoint::call_lists && refusal.error == too_old)
    at.progress.history_refused = true;
  if (!call) return;
  if (refusal.error == too_large) {
    const auto* query = std::get_if<agora::CallMetricsQuery>(&asked.request.query);
    if (query && query->sids.size() > 1) {
      call->sids_at_once = query->sids.size() / 2;
      return;
    }
  }
  if (refusal.error == bad_request || refusal.error == malformed) ++call->refusals;
  if (refusal.error == too_old || refusal.error == too_large || call->refusals >= kBadRequestsForACall) {
    if (!call->given_up) learned.failed.push_back(call->id);
    call->given_up = true;
  }
}

void Progress::close_if_done(AppProgress& app, CallProgress& call, WallTime now) {
  if (call.done) return;
  end_sessions_of_ended(call);
  const WorldTime r = to_world(now) - policy_.lag;
  bool over = call.finished;
  // Nothing of it can be in time. A sample is asked about all the same, so that what is missing can be
  // counted.
  const bool passed =
      policy_.objective == Objective::coverage && call.finished && call.destroyed && *call.destroyed <= r;
  if (call.followed && !call.given_up && !call.let_go && !passed) {
    over = over && call.destroyed && !joins_missing_from(call, call.created, *call.destroyed);
    for (const auto& [sid, session] : call.sessions) {
      // One that never was told to have left is not waited for when the call is long over.
      const bool lost = !session.finished && call.finished && session.alive_to < r - Seconds{3'600};
      over = over && (session.settled(r) || lost);
    }
  }
  if (!over) return;
  call.done = true;
  app.open.erase(call.id);
  if (!call.followed || !call.destroyed) return;
  if (!call.sessions_asked) return;
  for (std::size_t i = 0; i < 2; ++i)
    app.mean_requests[i] += 0.05 * (call.requests[i] - app.mean_requests[i]);
  call.sessions.clear();
  call.joins = {};
}

void Progress::note_due(AppProgress& app, CallProgress& call, WallTime now) {
  const bool due = call.followed && !call.given_up && !call.done && !(call.let_go && call.finished);
  app.sessions_due.set(call.id, due ? sessions_missing_from(call) : std::nullopt);
  app.points_due.set(call.id, due ? points_missing_from(call, to_world(now) - policy_.lag) : std::nullopt);
  const bool alive = !call.done && !call.finished;
  app.known_alive.set(call.id,
                      alive && call.sessions_asked ? std::optional{call.last_alive()} : std::nullopt);
  app.others_alive.set(call.id,
                       alive && !call.sessions_asked ? std::optional{call.last_alive()} : std::nullopt);
  if (due && run_goes_on(app, call, to_world(now) - policy_.lag + kLivesMargin)) {
    app.paging.insert(call.id);
  } else {
    app.paging.erase(call.id);
  }
  note_running(app, call);
}

void Progress::advance(WallTime now) {
  const WorldTime r = to_world(now) - policy_.lag;
  if (r < advanced_to_ + kAdvance && r >= advanced_to_) return;
  advanced_to_ = r;
  for (auto& [id, app] : apps) {
    std::vector<std::string> passed;
    for (const Agenda* agenda : {&app.points_due, &app.sessions_due})
      agenda->for_each([&](WorldTime from, const std::string& call) {
        if (from < r) passed.push_back(call);
        return from < r;
      });
    for (const std::string& of_id : passed) {
      CallProgress& call = app.calls.at(of_id);
      close_if_done(app, call, now);
      note_due(app, call, now);
    }
  }
}

void Progress::turn_down(const std::vector<TurnedDown>& calls, WallTime now) {
  const WorldTime r = to_world(now) - policy_.lag;
  for (const TurnedDown& turned_down : calls) {
    AppProgress& app = apps.at(turned_down.app_id);
    CallProgress& call = app.calls.at(turned_down.call_id);
    if (turned_down.points) {
      app.points_due.set(call.id, turned_down.again);
      continue;
    }
    if (turned_down.late && !call.sessions_asked) {
      call.let_go = true;
      close_if_done(app, call, now);
      note_due(app, call, now);
    }
    if (app.sessions_due.of(call.id))
      app.sessions_due.set(call.id, turned_down.late ? r + kLookAgain : turned_down.again);
  }
}

WallTime Progress::needed_since() const {
  WallTime since = WallTime::max();
  for (const auto& [id, app] : apps)
    for (const std::string& call : app.open) since = std::min(since, app.calls.at(call).first_told_at);
  return since;
}

}  // namespace agora_exporter::planner
