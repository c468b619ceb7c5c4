// Who is in a call, and who left. A call is asked about as late as the deadlines of its joins and of its
// sessions' lives allow, in one frame that reaches back over everybody whose leaving is not known, as far as
// a frame may.
#include <algorithm>
#include <tuple>

#include "planner/missing.h"
#include "planner/needs.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;

// Before the points are asked for: those of a new joiner have the same deadline.
constexpr Seconds kMargin{80};
constexpr Seconds kSlimMargin{50};  // objective coverage
constexpr Millis kBetweenRuns{20'000};

Seconds margin(const View& view) {
  return view.policy.objective == Objective::coverage ? kSlimMargin : kMargin;
}

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
    return joins_missing_from(call, joins_begin(), joins_end());
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
    return newest &&
           (*newest >= joins_end() || view.deadline_of(*newest + Seconds{1}) - margin(view) > view.now);
  }
};

bool reads_on(const CallView& at) {
  return at.call.run && at.call.run->frame.start > at.reach &&
         run_goes_on(at.view.of(at.app), at.call, at.view.replayed() + kLivesMargin);
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
  if (const auto missing = at.call.joins.first_missing(at.joins_begin(), at.joins_end()))
    low = std::min(low, *missing);
  for (const auto& [sid, session] : at.call.sessions)
    if (session.unresolved()) low = std::min(low, session.joined);
  low = std::max(low - Seconds{1}, at.reach);
  const WorldTime last = at.joins_end() + Seconds{1};
  const WorldTime end = last <= at.end - at.window ? std::max(low + at.window, last) : at.end;
  return {std::max(low, end - at.window), end};
}

using Beyond = std::vector<const SessionProgress*>;

// Sessions whose lives are not known and that joined before a forward frame: heard of longest ago first.
Beyond beyond_of(const CallView& at, const agora::Frame& forward) {
  Beyond beyond;
  for (const auto& [sid, session] : at.call.sessions)
    if (session.unresolved() && session.joined <= forward.start && session.joined > at.reach)
      beyond.push_back(&session);
  std::sort(beyond.begin(), beyond.end(), [](auto* a, auto* b) {
    return std::tuple(a->looked_for_to(), a->joined, a->sid) <
           std::tuple(b->looked_for_to(), b->joined, b->sid);
  });
  return beyond;
}

// Whether users that were not heard of for a while have left: the first one, and who joined in the hour after
// it, as far as a frame may reach. By name, or by the pages of all who joined then, whichever tells of more
// with a request.
agora::CallSessionsQuery lives_query(const CallView& at, Beyond beyond) {
  const WorldTime first = beyond.front()->joined, until = first + at.window - Seconds{2};
  std::erase_if(beyond, [&](auto* s) { return s->joined < first || s->joined > until; });
  const WorldTime last = (*std::max_element(beyond.begin(), beyond.end(), [](auto* a, auto* b) {
                           return a->joined < b->joined;
                         }))->joined;
  agora::CallSessionsQuery query;
  query.frame = {std::max(first - Seconds{1}, at.reach), std::min(last + Seconds{1}, at.end)};
  const auto joined = std::count_if(at.call.sessions.begin(), at.call.sessions.end(), [&](const auto& item) {
    return item.second.joined > query.frame.start && item.second.joined < query.frame.end;
  });
  const int page = at.view.of(at.app).todays_server ? agora::kPageSizeToday : agora::kPageSize;
  const auto pages = static_cast<std::size_t>((joined + page - 1) / page);
  if (beyond.size() > agora::kMaxUids * pages) return query;
  for (const SessionProgress* session : beyond) {
    if (query.uids.size() == agora::kMaxUids) break;
    if (std::find(query.uids.begin(), query.uids.end(), session->uid) == query.uids.end())
      query.uids.push_back(session->uid);
  }
  return query;
}

struct Due {
  std::optional<WorldTime> joins;  // oldest instant whose joins are not known
  std::optional<WorldTime> lives;  // oldest instant up to which an unresolved session was looked for
};

Due due_of(const CallView& at) {
  Due due;
  due.joins = at.missing_join();
  for (const auto& [sid, session] : at.call.sessions)
    if (session.unresolved() && session.joined > at.reach)
      due.lives = std::min(due.lives.value_or(WorldTime::max()), session.looked_for_to());
  return due;
}

Ask build(const CallView& at, WallTime deadline) {
  if (reads_on(at)) {
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
  if (at.forward_waits() && !at.view.of(at.app).sessions_overlap) {
    if (Beyond beyond = beyond_of(at, forward); !beyond.empty())
      return session_ask(at, lives_query(at, std::move(beyond)), deadline,
                         "whether users who fell silent have left");
  }
  agora::CallSessionsQuery query;
  query.frame = forward;
  return session_ask(at, std::move(query), deadline, "who joined and who left");
}

}  // namespace

namespace {

// How much of the next window the call goes on, as far as that is known, and is expected.
double next_length(const CallView& at, Seconds useful) {
  const bool over = at.call.finished && at.call.destroyed;
  const WorldTime known_to = over ? *at.call.destroyed : at.call.last_alive();
  const Seconds known = std::clamp(known_to - at.view.replayed(), Seconds{0}, useful);
  const double unknown = over ? 0 : expected_length(at.view.of(at.app), useful - known);
  return static_cast<double>(known.count()) + unknown;
}

// Of a call whose next window is not asked for, nobody needs to know who joined; and else it is worth what
// those who joined meanwhile bring, and others in the place of those who left.
bool worth_another(const CallView& at, const Prices& prices) {
  const AppProgress& progress = at.view.of(at.app);
  double users = 0;
  for (const auto& [sid, session] : at.call.sessions) users += session.finished ? 0 : 1;
  if (at.call.sessions.empty())
    users = prices.sizes[prices.sizes.size() / 2];  // they joined before the frames so far
  users = std::max(1.0, users);
  const double known = next_length(at, at.view.useful_window());
  const double length = users > agora::kMaxSids ? known * told_apart(0.5) : told_apart(at.call.id, known);
  const double next = length * std::min(users, static_cast<double>(agora::kMaxSids));
  return next >= prices.window && length * users * told_by_asking_again(progress, users) >= prices.call;
}

// Objective coverage: whether a call is worth a request.
bool worthwhile(const CallView& at, const Prices& prices, bool before) {
  const AppProgress& progress = at.view.of(at.app);
  const Seconds useful = at.view.useful_window();
  if (!at.call.sessions_asked) {
    const CallOffer offer = call_offer(progress, at.call, at.view.replayed());
    std::vector<Windows> windows;
    add_windows(prices.sizes, offer, expected_seconds(progress, offer), useful, windows);
    const double value = net_of(windows.data(), windows.data() + windows.size(), prices.window);
    return value > 0 && value >= prices.call * (before ? kSecondThoughts : 1);
  }
  return worth_another(at, prices);
}

// What is to be asked about a call, and by when; nothing if nothing can be, or needs to be.
std::optional<Need> need_of(const CallView& at, Needs& needs) {
  const View& view = at.view;
  // A call that began a moment ago: nothing of it may be asked for yet.
  if (at.end <= at.call.created) {
    needs.more_at = std::min(needs.more_at, view.now + (at.call.created + Seconds{1} - at.end));
    return std::nullopt;
  }
  const Due due = due_of(at);
  if (!due.joins && !due.lives) return std::nullopt;
  const WorldTime oldest =
      std::min(due.joins.value_or(WorldTime::max()), due.lives.value_or(WorldTime::max()));
  const WallTime deadline = view.deadline_of(oldest);
  const WallTime not_before = at.call.sessions_asked && !(at.older_gap() && at.forward_waits())
                                  ? at.call.sessions_asked_at + kBetweenRuns
                                  : WallTime::min();
  WallTime latest = WallTime::max();
  if (due.joins) latest = view.deadline_of(*due.joins) - margin(view);
  if (due.lives) latest = std::min(latest, view.deadline_of(*due.lives) - kLivesMargin);
  const WallTime start_by = std::max(latest, not_before);
  if (start_by <= view.now && at.end <= oldest + Seconds{1}) {
    needs.more_at = std::min(needs.more_at, view.now + (oldest + Seconds{2} - at.end));
    return std::nullopt;
  }
  return Need{start_by, deadline, &at.app, [at, deadline] { return build(at, deadline); }};
}

}  // namespace

void session_needs(const View& view, const AppPolicy& app, Needs& needs) {
  if (!app.calls) return;
  const WorldTime end = view.latest_end(Endpoint::call_sessions);
  const WorldTime reach = view.earliest_start(Endpoint::call_sessions) + Seconds{5};
  const Seconds window = view.longest_window(Endpoint::call_sessions);
  const AppProgress& progress = view.of(app);
  const auto view_of = [&](const std::string& id) {
    return CallView{view, app, progress.calls.at(id), end, reach, window};
  };
  for (const std::string& id : progress.paging) {
    const CallView at = view_of(id);
    if (!view.in_flight.contains("sessions " + id) && reads_on(at))
      needs.needs.push_back({view.now, view.now, &app, [at] { return build(at, at.view.now); }});
  }
  Questions questions{false, margin(view), {}, {}};
  questions.need = [&](const std::string& id) -> std::optional<Need> {
    const CallView at = view_of(id);
    if (view.in_flight.contains("sessions " + id) || (progress.paging.contains(id) && reads_on(at)))
      return std::nullopt;
    return need_of(at, needs);
  };
  questions.worthwhile = [&](const std::string& id, bool considered) {
    const CallView at = view_of(id);
    return app.certain.pins(at.call.channel) || worthwhile(at, view.prices_for(app), considered);
  };
  walk(view, app, progress.sessions_due, questions, needs);
}

}  // namespace agora_exporter::planner
