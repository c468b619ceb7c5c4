#include "planner/api.h"

#include <algorithm>

#include "agora_exporter/base/hash.h"
#include "planner/signal.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::ApiError;
using agora::Endpoint;

constexpr Seconds kTellsFor{2'400};  // of a session that is left out later

agora::Refusal refused(ApiError error) { return {error, 200, {}, std::nullopt}; }

// What is told of a call or session at `now` is as of now - delay.
bool is_over(WorldTime end, WallTime now, Seconds delay) { return end <= to_world(now) - delay; }

// Whether a name is of the share that something is wrong with.
bool is_odd(const std::string& name, double share) {
  constexpr std::uint64_t kOdd = 0x0dd;
  return share > 0 && unit_interval(stable_hash(name, kOdd)) < share;
}

bool fails(const ApiOptions& options, Endpoint endpoint, std::int64_t day, int ordinal) {
  const std::string which =
      std::string(agora::name_of(endpoint)) + " " + std::to_string(day) + " " + std::to_string(ordinal);
  return options.failing > 0 && unit_interval(stable_hash(which, options.seed)) < options.failing;
}

void add_signals(const Call& call, std::size_t session, const agora::Frame& frame, agora::PointSet& set) {
  const Signal signal(call, session);
  for (std::size_t mid = 0; mid < kSignalMids.size(); ++mid) {
    const auto begin = static_cast<std::uint32_t>(set.times.size());
    signal.for_each_point(frame.start, frame.end, [&](WorldTime t) {
      set.times.push_back(t);
      set.values.push_back(signal.value(mid, t));
    });
    const auto end = static_cast<std::uint32_t>(set.times.size());
    set.streams.push_back({static_cast<std::uint32_t>(set.sids.size()), kSignalMids[mid], 1, begin, end});
  }
}

}  // namespace

int failing_requests(const ApiOptions& options, Endpoint endpoint, std::int64_t day, int count) {
  int failing = 0;
  for (int ordinal = 1; ordinal <= count; ++ordinal)
    failing += fails(options, endpoint, day, ordinal) ? 1 : 0;
  return failing;
}

Api::Api(const World& world, ApiOptions options) : world_(world), options_(std::move(options)) {
  for (const App& app : world_.apps) {
    apps_[app.app_id] = &app;
    auto& by_id = calls_[app.app_id];
    Seconds& longest = longest_call_[app.app_id];
    for (const Call& call : app.calls) {
      by_id[call.id] = &call;
      longest = std::max(longest, call.destroyed - call.created);
    }
  }
}

const agora::Plan& Api::plan_at(WallTime now) const {
  return options_.plan_changes && now >= options_.plan_changes->first ? options_.plan_changes->second
                                                                      : options_.plan;
}

int Api::on_day(Endpoint endpoint, std::int64_t day) const {
  const auto& per_day = windows_[static_cast<std::size_t>(endpoint)].per_day;
  const auto found = per_day.find(day);
  return found == per_day.end() ? 0 : found->second;
}

std::optional<agora::Refusal> Api::refusal(Endpoint endpoint, const agora::Frame& frame, WallTime now) {
  const agora::Limits& limits = plan_at(now).of(endpoint);
  Count& count = counts_[static_cast<std::size_t>(endpoint)];
  Windows& windows = windows_[static_cast<std::size_t>(endpoint)];
  const std::int64_t second = unix_seconds(to_world(now));
  if (second != windows.second) windows.in_second = 0;
  if (second / 60 != windows.minute) windows.in_minute = 0;
  windows.second = second;
  windows.minute = second / 60;
  ++count.requests;
  count.most_per_second = std::max(count.most_per_second, ++windows.in_second);
  count.most_per_minute = std::max(count.most_per_minute, ++windows.in_minute);
  const int today = ++windows.per_day[utc_day(now)];
  count.most_per_day = std::max(count.most_per_day, today);
  if (limits.per_day > 0 && today > limits.per_day) return refused(ApiError::day_quota);
  if (limits.per_minute > 0 && windows.in_minute > limits.per_minute) return refused(ApiError::rate_quota);
  if (limits.per_second > 0 && windows.in_second > limits.per_second) return refused(ApiError::rate_quota);
  if (to_wall(frame.end) >= now - limits.delay) return refused(ApiError::too_early);
  if (to_wall(frame.start) <= now - limits.look_back) return refused(ApiError::too_old);
  const bool too_long = agora::is_insight(endpoint) ? frame.end - frame.start > limits.longest_window
                                                    : frame.end - frame.start >= limits.longest_window;
  if (too_long) return refused(ApiError::too_long);
  return std::nullopt;
}

const Call* Api::find(const App& app, const std::string& call_id) const {
  const auto& by_id = calls_.at(app.app_id);
  const auto found = by_id.find(call_id);
  return found == by_id.end() ? nullptr : found->second;
}

agora::CallList Api::list(const App& app, const agora::CallListQuery& query, WallTime now) const {
  const Seconds delay = plan_at(now).of(Endpoint::call_lists).delay;
  const std::size_t most = static_cast<std::size_t>(
      query.page_size ? *query.page_size : (options_.today ? 20 : static_cast<int>(agora::kListSize)));
  agora::CallList list;
  std::int64_t found = 0;
  auto call = std::upper_bound(app.calls.begin(), app.calls.end(), query.frame.end,
                               [](WorldTime t, const Call& c) { return t < c.created; });
  const WorldTime oldest =
      options_.overlapping ? query.frame.start - longest_call_.at(app.app_id) : query.frame.start;
  while (call != app.calls.begin()) {
    --call;
    if (call->created < oldest) break;
    if (options_.overlapping && call->destroyed <= query.frame.start) continue;
    if (!query.channel.empty() && call->channel != query.channel) continue;
    if (static_cast<std::size_t>(++found) > most) continue;
    agora::CallEntry entry{call->id, call->channel, call->created, std::nullopt,
                           is_over(call->destroyed, now, delay) && !is_odd(call->id, options_.never_ended)};
    if (entry.finished) entry.destroyed = call->destroyed;
    if (options_.today) {
      entry.mean_users = call->mean_users();
      entry.peak_users = call->peak_users();
    }
    list.calls.push_back(std::move(entry));
  }
  list.has_more = static_cast<std::size_t>(found) > most;
  if (options_.today) list.total_size = found;
  return list;
}

agora::Body Api::sessions(const App& app, const agora::CallSessionsQuery& query, WallTime now) const {
  const Call* call = find(app, query.call_id);
  if (!call) return refused(ApiError::not_found);
  const Seconds delay = plan_at(now).of(Endpoint::call_sessions).delay;
  agora::SessionPage page;
  page.page_no = query.page_no.value_or(1);
  page.page_size = options_.today ? query.page_size.value_or(agora::kPageSize) : agora::kPageSize;
  const std::int64_t first = static_cast<std::int64_t>(page.page_no - 1) * page.page_size;
  for (std::size_t i = call->sessions.size(); i-- > 0;) {
    const Session& session = call->sessions[i];
    if (session.joined > query.frame.end) continue;
    if (options_.overlapping ? session.left <= query.frame.start : session.joined < query.frame.start)
      continue;
    if (!query.uids.empty() &&
        std::find(query.uids.begin(), query.uids.end(), session.uid) == query.uids.end())
      continue;
    if (is_odd(call->sid(i), options_.left_out) && now > to_wall(session.joined) + kTellsFor) continue;
    const std::int64_t place = page.total_size++;
    if (place < first || place >= first + page.page_size) continue;
    agora::SessionEntry entry;
    entry.sid = call->sid(i);
    entry.uid = session.uid;
    entry.joined = session.joined;
    entry.finished = is_over(session.left, now, delay) && !is_odd(entry.sid, options_.never_left);
    if (entry.finished) entry.left = session.left;
    page.sessions.push_back(std::move(entry));
  }
  return page;
}

agora::Body Api::points(const App& app, const agora::CallMetricsQuery& query) const {
  const Call* call = find(app, query.call_id);
  if (!call) return refused(ApiError::not_found);
  if (query.sids.empty() || query.sids.size() > agora::kMaxSids) return refused(ApiError::bad_request);
  agora::PointSet set;
  for (const std::string& sid : query.sids) {
    const std::size_t i = call->session_of(sid);
    if (i == call->sessions.size()) return refused(ApiError::bad_request);
    const Session& session = call->sessions[i];
    const WorldTime newest = std::min(query.frame.end, session.left - Seconds{1});
    if (newest < std::max(query.frame.start, session.joined)) continue;
    const auto at = static_cast<std::uint32_t>(set.times.size());
    set.streams.push_back({static_cast<std::uint32_t>(set.sids.size()), 20001, 0, at, at + 1});
    set.times.push_back(newest);
    set.values.push_back(0);
    if (options_.signals) add_signals(*call, i, query.frame, set);
    set.sids.push_back(sid);
  }
  return set;
}

agora::Body Api::answer(const agora::Request& request, WallTime now) {
  const Endpoint endpoint = agora::endpoint_of(request);
  Count& count = counts_[static_cast<std::size_t>(endpoint)];
  if (auto no = refusal(endpoint, agora::frame_of(request), now)) {
    ++count.refused;
    return std::move(*no);
  }
  if (fails(options_, endpoint, utc_day(now), on_day(endpoint, utc_day(now)))) {
    ++count.failed;
    return agora::Refusal{ApiError::server_error, 500, {}, std::nullopt};
  }
  const auto app = apps_.find(request.app_id);
  if (app == apps_.end()) return refused(ApiError::forbidden);
  if (const auto* lists = std::get_if<agora::CallListQuery>(&request.query))
    return list(*app->second, *lists, now);
  if (const auto* sessions_of = std::get_if<agora::CallSessionsQuery>(&request.query))
    return sessions(*app->second, *sessions_of, now);
  if (const auto* metrics = std::get_if<agora::CallMetricsQuery>(&request.query))
    return points(*app->second, *metrics);
  return agora::InsightRow{};
}

}  // namespace agora_exporter::rehearsal
