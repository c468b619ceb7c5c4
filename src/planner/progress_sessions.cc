// What call/sessions and call/metrics teach: who was in a call, and whose points are in hand.
#include <algorithm>

#include "agora_exporter/agora/sampling.h"
#include "planner/context.h"

namespace agora_exporter::planner {
namespace {

// So many seconds of a session's life without a point are odd: points come every 2 s.
constexpr Seconds kDoubted{30};

void note_page(const agora::CallSessionsQuery& query, const agora::SessionPage& page, WorldTime known_to,
               CallProgress& call) {
  const int page_no = query.page_no.value_or(1);
  if (page_no == 1) call.run = PageRun{query.frame, 1, known_to, WorldTime::max(), true, false};
  if (!call.run || call.run->frame != query.frame || call.run->next_page != page_no) return;
  PageRun& run = *call.run;
  for (const agora::SessionEntry& session : page.sessions) {
    if (session.joined > run.lowest_join) run.descending = false;
    run.lowest_join = std::min(run.lowest_join, session.joined);
  }
  const std::int64_t size = page.page_size > 0 ? page.page_size : agora::kPageSize;
  ++run.next_page;
  run.done = page.sessions.empty() || page_no * size >= page.total_size;
}

// Which joins are all known after this page.
void note_joins(const AppProgress& app, WorldTime replayed, CallProgress& call) {
  const PageRun& run = *call.run;
  const WorldTime end = run.frame.end - Seconds{1};  // the last second may be excluded
  if (!run.done) {
    if (run.descending) call.joins.add(std::max(run.lowest_join, run.frame.start) + Seconds{1}, end);
    return;
  }
  // Where frames give all that overlap them, one that reaches back to R shows everybody who matters.
  const bool whole = app.sessions_overlap && run.frame.start <= replayed;
  call.joins.add(whole ? std::min(call.created, run.frame.start) : run.frame.start + Seconds{1}, end);
}

void note_session(const agora::SessionEntry& entry, WorldTime known_to, WorldTime replayed, double inclusion,
                  CallProgress& call) {
  const auto [found, is_new] = call.sessions.try_emplace(entry.sid);
  SessionProgress& session = found->second;
  if (is_new) {
    session.sid = entry.sid;
    session.uid = entry.uid;
    session.covered_to = entry.joined - Seconds{1};
    session.followed = agora::is_sampled(entry.sid, inclusion);
  }
  session.joined = entry.joined;
  session.alive_to = std::max(session.alive_to, entry.joined);
  if (!entry.finished) {
    session.alive_to = std::max(session.alive_to, known_to);
    return;
  }
  session.finished = true;
  session.left = entry.left.value_or(session.alive_to);
  session.alive_to = *session.left;
  if (*session.left <= replayed || session.covered_to >= *session.left) session.complete = true;
}

// Notes which sessions an answer should have told of, and did not: they are not asked about on and on.
void note_left_out(const agora::Frame& frame, const std::vector<std::uint32_t>& uids, bool overlap,
                   WorldTime known_to, CallProgress& call) {
  for (auto& [sid, session] : call.sessions) {
    const bool asked_about = uids.empty() || std::find(uids.begin(), uids.end(), session.uid) != uids.end();
    const bool in_frame = overlap || (session.joined > frame.start && session.joined < frame.end);
    if (session.unresolved() && asked_about && in_frame && session.alive_to < known_to)
      session.left_out = std::max(session.left_out, known_to);
  }
}

// Whether an answer without a point of a session leaves out enough of its life to be doubted: it is asked
// once more, while there is time, before it is believed.
bool is_odd_silence(const SessionProgress& session, const agora::Frame& frame, Seconds trail) {
  WorldTime until = frame.end - trail;
  if (session.finished) until = std::min(*session.left, frame.end - kSettle);
  return until - std::max(session.covered_to, frame.start) >= kDoubted;
}

double still_running(const CallProgress& call) {
  return static_cast<double>(std::count_if(call.sessions.begin(), call.sessions.end(),
                                           [](const auto& item) { return !item.second.finished; }));
}

}  // namespace

void Progress::apply_sessions(const Context& at, const agora::SessionPage& page) {
  const auto& query = std::get<agora::CallSessionsQuery>(at.facts.asked.request.query);
  const agora::Asked& asked = at.facts.asked;
  const auto [found, is_new] = at.progress.calls.try_emplace(query.call_id);
  CallProgress& call = found->second;
  if (is_new) {  // its list answer was lost with a damaged file
    call.id = query.call_id;
    call.created = query.frame.start;
    call.followed = true;
    call.first_told_at = asked.received_at;
    at.progress.open.insert(call.id);
    at.progress.by_created.emplace(call.created, call.id);
  }
  if (call.done && !call.sessions_asked) {  // let go when a list told of its end, while this was under way
    call.done = false;
    at.progress.open.insert(call.id);
  }
  if (call.done) return;
  const double going_on = still_running(call);
  const auto newest = call.joins.newest();
  const bool forward = !newest || query.frame.end - Seconds{1} > *newest;
  const std::size_t before = call.sessions.size();
  for (const agora::SessionEntry& entry : page.sessions) {
    if (entry.joined < query.frame.start - Seconds{1}) at.progress.sessions_overlap = true;
    note_session(entry, at.known_to(), asked.replayed, asked.inclusion, call);
  }
  const bool first_page = query.page_no.value_or(1) == 1 && query.uids.empty();
  // Its size, where the frame holds all who can have joined.
  if (!call.sessions_asked && first_page && query.frame.start <= call.created && page.total_size > 0)
    at.progress.sizes.note(call.channel, static_cast<double>(page.total_size));
  const bool first_time = query.page_no.value_or(1) == call.requests[0];
  if (call.sessions_asked && first_page && going_on > 0) {
    const auto joined = static_cast<double>(call.sessions.size() - before);
    const double left = std::max(0.0, going_on + joined - still_running(call));
    if (forward) at.progress.joined_meanwhile += 0.03 * (joined / going_on - at.progress.joined_meanwhile);
    at.progress.left_meanwhile += 0.03 * (std::min(1.0, left / going_on) - at.progress.left_meanwhile);
  }
  call.sessions_asked = true;
  call.let_go = false;
  call.sessions_asked_at = asked.received_at;
  if (!query.uids.empty()) {
    note_left_out(query.frame, query.uids, at.progress.sessions_overlap, at.known_to(), call);
    return;
  }
  note_page(query, page, at.known_to(), call);
  if (!call.run) return;
  note_joins(at.progress, asked.replayed, call);
  if (call.run->done)
    note_left_out(call.run->frame, {}, at.progress.sessions_overlap, call.run->known_to, call);
  if (first_time && call.run->done)
    at.progress.mean_pages += 0.05 * (query.page_no.value_or(1) - at.progress.mean_pages);
}

void Progress::apply_points(const Context& at, const agora::PointSet& points) {
  const auto& query = std::get<agora::CallMetricsQuery>(at.facts.asked.request.query);
  CallProgress* call = at.call_asked_about();
  if (!call || call->done) return;
  std::map<std::string, WorldTime> newest;
  for (const agora::Stream& stream : points.streams) {
    WorldTime& of_sid = newest[points.sids[stream.sid]];
    for (std::uint32_t i = stream.begin; i < stream.end; ++i) of_sid = std::max(of_sid, points.times[i]);
  }
  // Silence is believed only up to some minutes before the frame's end: data may trail behind the data delay.
  const Seconds window = policy_.lag - at.account.plan.of(at.endpoint).delay;
  const Seconds trail = std::clamp(window / 2, Seconds{10}, kTrail);
  for (const std::string& sid : query.sids) {
    const auto found = call->sessions.find(sid);
    if (found == call->sessions.end()) continue;
    SessionProgress& session = found->second;
    session.asked = true;
    session.asked_at = at.facts.asked.received_at;
    const auto point = newest.find(sid);
    if (point != newest.end()) {
      session.silences = 0;
      session.covered_to = std::max(session.covered_to, point->second);
      if (!session.finished) session.alive_to = std::max(session.alive_to, point->second);
    }
    if (point == newest.end() && is_odd_silence(session, query.frame, trail) && ++session.silences == 1)
      continue;
    session.covered_to = std::max(session.covered_to, query.frame.end - trail);
    if (!session.finished) continue;
    if (query.frame.end >= *session.left + kSettle ||
        (point != newest.end() && point->second >= *session.left))
      session.complete = true;
  }
}

}  // namespace agora_exporter::planner
