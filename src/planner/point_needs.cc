// The points of sessions, in batches of up to 20 sids of one call, as late as the deadline of the most urgent
// allows, so that one request covers as much as it may.
#include <algorithm>

#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

constexpr Seconds kMargin = quota::kSlack;
constexpr Millis kBetweenAsks{30'000};
// A session that was asked about up to a moment ago is not worth a place in a batch.
constexpr Seconds kWorthwhile{45};

// From when points of a session are needed; nothing if no more are to be had that R has not passed.
std::optional<WorldTime> needed_from(const SessionProgress& session, WorldTime replayed) {
  if (session.settled(replayed)) return std::nullopt;
  return std::max(session.covered_to, replayed);
}

struct Batch {
  std::vector<const SessionProgress*> sessions;  // most urgent first
  agora::Frame frame;
};

struct CallView {
  const View& view;
  const AppPolicy& app;
  const CallProgress& call;
  WorldTime end;    // latest end_ts
  WorldTime reach;  // earliest start_ts
  Seconds window;   // longest window
};

std::vector<const SessionProgress*> waiting(const CallView& at) {
  std::vector<const SessionProgress*> sessions;
  const WorldTime replayed = at.view.replayed();
  for (const auto& [sid, session] : at.call.sessions) {
    const auto from = needed_from(session, replayed);
    if (!from || *from + Seconds{1} >= at.end || at.view.in_flight.contains("points " + sid)) continue;
    sessions.push_back(&session);
  }
  return sessions;
}

Batch make_batch(const CallView& at) {
  Batch batch;
  const WorldTime replayed = at.view.replayed();
  std::vector<const SessionProgress*> sessions = waiting(at);
  std::sort(sessions.begin(), sessions.end(), [&](const auto* a, const auto* b) {
    const WorldTime from_a = *needed_from(*a, replayed), from_b = *needed_from(*b, replayed);
    return std::tie(from_a, a->sid) < std::tie(from_b, b->sid);
  });
  batch.frame.start = std::max(*needed_from(*sessions.front(), replayed), at.reach);
  batch.frame.end = std::min(at.end, batch.frame.start + at.window);
  for (const SessionProgress* session : sessions) {
    const WorldTime from = *needed_from(*session, replayed);
    if (batch.sessions.size() == at.call.sids_at_once) break;
    if (!batch.sessions.empty() && from + kWorthwhile > batch.frame.end && !session->finished) break;
    batch.sessions.push_back(session);
  }
  return batch;
}

Ask build(const CallView& at, WallTime deadline) {
  const Batch batch = make_batch(at);
  agora::CallMetricsQuery query{batch.frame, at.call.id, {}};
  Ask ask{&at.view.account, &at.app, {}, deadline, {}, {}};
  for (const SessionProgress* session : batch.sessions) {
    query.sids.push_back(session->sid);
    ask.subjects.push_back("points " + session->sid);
  }
  ask.request = {at.app.app_id, std::move(query)};
  ask.reason = "points of " + std::to_string(batch.sessions.size()) + " sessions, due " + to_iso(deadline);
  return ask;
}

}  // namespace

void point_needs(const View& view, const AppPolicy& app, Needs& needs) {
  if (!app.calls) return;
  const WorldTime end = view.latest_end(Endpoint::call_metrics);
  const WorldTime reach = view.earliest_start(Endpoint::call_metrics) + Seconds{5};
  const Seconds window = view.longest_window(Endpoint::call_metrics);
  const WorldTime replayed = view.replayed();
  const AppProgress& progress = view.of(app);
  for (const std::string& id : progress.open) {
    const CallProgress& call = progress.calls.at(id);
    if (!call.followed || call.given_up || call.sessions.empty()) continue;
    WorldTime oldest = WorldTime::max();
    WallTime not_before = WallTime::min();
    for (const auto& [sid, session] : call.sessions) {
      const auto from = needed_from(session, replayed);
      if (!from || *from >= oldest || view.in_flight.contains("points " + sid)) continue;
      oldest = *from;
      not_before = session.asked ? session.asked_at + kBetweenAsks : WallTime::min();
    }
    if (oldest == WorldTime::max()) continue;
    const WallTime deadline = view.deadline_of(oldest);
    const WallTime start_by = std::max(deadline - kMargin, not_before);
    if (end <= oldest + Seconds{1} || end <= reach) {
      needs.more_at = std::min(needs.more_at, view.now + (oldest + Seconds{2} - end));
      continue;
    }
    needs.needs.push_back(
        {start_by, deadline, &app,
         [at = CallView{view, app, call, end, reach, window}, deadline] { return build(at, deadline); }});
  }
}

}  // namespace agora_exporter::planner
