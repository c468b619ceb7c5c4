// The points of sessions, in batches of up to 20 sids of one call, as late as the deadline of the most urgent
// allows, so that one request covers as much as it may.
#include <algorithm>

#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// Objective coverage, where each second of a window counts: still more than the 10 s after which a hang is
// given up.
constexpr Seconds kSlimMargin{20};
constexpr Millis kBetweenAsks{30'000};
// A session that was asked about up to a moment ago is not worth a place in a batch.
constexpr Seconds kWorthwhile{45};

Seconds margin(const View& view) {
  return view.policy.objective == Objective::coverage ? kSlimMargin : quota::kSlack;
}

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

struct Waiting {
  WorldTime from;
  double apart;  // as offers are told apart: the same sessions are followed on, where not all can be
  const SessionProgress* session;
};

std::vector<Waiting> waiting(const CallView& at) {
  std::vector<Waiting> sessions;
  const WorldTime replayed = at.view.replayed();
  for (const auto& [sid, session] : at.call.sessions) {
    const auto from = needed_from(session, replayed);
    if (!from || *from + Seconds{1} >= at.end || at.view.in_flight.contains("points " + sid)) continue;
    sessions.push_back({*from, told_apart(sid, 1), &session});
  }
  std::sort(sessions.begin(), sessions.end(), [](const Waiting& a, const Waiting& b) {
    return std::tie(a.from, b.apart, a.session->sid) < std::tie(b.from, a.apart, b.session->sid);
  });
  return sessions;
}

Batch make_batch(const CallView& at) {
  Batch batch;
  const std::vector<Waiting> sessions = waiting(at);
  batch.frame.start = std::max(sessions.front().from, at.reach);
  batch.frame.end = std::min(at.end, batch.frame.start + at.window);
  for (const auto& [from, apart, session] : sessions) {
    if (batch.sessions.size() == at.call.sids_at_once) break;
    if (!batch.sessions.empty() && from + kWorthwhile > batch.frame.end && !session->finished) break;
    batch.sessions.push_back(session);
  }
  return batch;
}

// Session seconds that a batch brings. Sessions that are not known to have left are taken to be there until
// the call's end, and as long as the call is known to go on; after that as likely as calls that go on last.
double value_of(const CallView& at, const Batch& batch) {
  double seconds = 0;
  for (const SessionProgress* session : batch.sessions) {
    const WorldTime from = std::max(*needed_from(*session, at.view.replayed()), batch.frame.start);
    WorldTime to = batch.frame.end;
    if (at.call.finished && at.call.destroyed) to = std::min(to, *at.call.destroyed);
    if (session->finished) to = std::min(to, *session->left);
    seconds += static_cast<double>(std::max(Seconds{0}, to - from).count());
    if (!at.call.finished && !session->finished) {
      const Seconds unsure = std::max(Seconds{0}, to - std::max(at.call.last_alive(), from));
      seconds -= static_cast<double>(unsure.count()) - expected_length(at.view.of(at.app), unsure);
    }
  }
  return told_apart(batch.sessions.front()->sid, seconds);
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

// What is to be asked about a call, and by when; nothing if nothing can be, or needs to be.
std::optional<Need> need_of(const CallView& at, Needs& needs) {
  const View& view = at.view;
  WorldTime oldest = WorldTime::max();
  WallTime not_before = WallTime::min();
  for (const auto& [sid, session] : at.call.sessions) {
    const auto from = needed_from(session, view.replayed());
    if (!from || *from >= oldest || view.in_flight.contains("points " + sid)) continue;
    oldest = *from;
    not_before = session.asked ? session.asked_at + kBetweenAsks : WallTime::min();
  }
  if (oldest == WorldTime::max()) return std::nullopt;
  if (at.end <= oldest + Seconds{1} || at.end <= at.reach) {
    needs.more_at = std::min(needs.more_at, view.now + (oldest + Seconds{2} - at.end));
    return std::nullopt;
  }
  const WallTime deadline = view.deadline_of(oldest);
  return Need{std::max(deadline - margin(view), not_before), deadline, &at.app,
              [at, deadline] { return build(at, deadline); }};
}

}  // namespace

void point_needs(const View& view, const AppPolicy& app, Needs& needs) {
  if (!app.calls) return;
  const WorldTime end = view.latest_end(Endpoint::call_metrics);
  const WorldTime reach = view.earliest_start(Endpoint::call_metrics) + Seconds{5};
  const Seconds window = view.longest_window(Endpoint::call_metrics);
  const AppProgress& progress = view.of(app);
  const auto view_of = [&](const std::string& id) {
    return CallView{view, app, progress.calls.at(id), end, reach, window};
  };
  Questions questions{true, margin(view), {}, {}};
  questions.need = [&](const std::string& id) { return need_of(view_of(id), needs); };
  questions.worthwhile = [&](const std::string& id, bool considered) {
    const CallView at = view_of(id);
    return app.certain.pins(at.call.channel) ||
           value_of(at, make_batch(at)) >= view.prices_for(app).window * (considered ? kSecondThoughts : 1);
  };
  walk(view, app, progress.points_due, questions, needs);
}

}  // namespace agora_exporter::planner
