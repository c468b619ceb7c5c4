#include "planner/score.h"

#include <algorithm>

namespace agora_exporter::rehearsal {
namespace {

constexpr std::int64_t kHour = 3'600;

template <class Visit>
void each_hour(std::int64_t origin, std::int64_t begin, std::int64_t end, Visit visit) {
  while (begin < end) {
    const std::int64_t hour = (begin - origin) / kHour;
    const std::int64_t until = std::min(end, origin + (hour + 1) * kHour);
    visit(static_cast<std::size_t>(hour), static_cast<double>(until - begin));
    begin = until;
  }
}

}  // namespace

Score::Score(const World& world, Span measured, Seconds lag) : measured_(measured), lag_(lag) {
  by_hour_.resize(static_cast<std::size_t>((measured.end - measured.begin).count() / kHour) + 1);
  const std::int64_t origin = unix_seconds(measured.begin);
  for (const App& app : world.apps) {
    of_app_[app.app_id] = 0;
    for (const Call& call : app.calls) {
      calls_[app.app_id][call.id] = {&call, {}};
      for (const Session& session : call.sessions) {
        const std::int64_t begin = unix_seconds(std::max(session.joined, measured.begin));
        const std::int64_t end = unix_seconds(std::min(session.left, measured.end));
        whole_ += static_cast<double>(std::max<std::int64_t>(0, end - begin));
        each_hour(origin, begin, end,
                  [&](std::size_t hour, double seconds) { by_hour_[hour].second += seconds; });
      }
    }
  }
}

void Score::add(std::int64_t begin, std::int64_t end, double& of_app) {
  in_hand_ += static_cast<double>(end - begin);
  of_app += static_cast<double>(end - begin);
  each_hour(unix_seconds(measured_.begin), begin, end,
            [&](std::size_t hour, double seconds) { by_hour_[hour].first += seconds; });
}

void Score::received(const std::string& app_id, const agora::CallMetricsQuery& query, WallTime at) {
  CallScore& score = calls_.at(app_id).at(query.call_id);
  score.held.resize(score.call->sessions.size());
  double& of_app = of_app_.at(app_id);
  // What R has passed came too late. R is floor(T - lag).
  const WorldTime from = std::max({query.frame.start, to_world(at - lag_) + Seconds{1}, measured_.begin});
  const WorldTime to = std::min(query.frame.end + Seconds{1}, measured_.end);
  for (const std::string& sid : query.sids) {
    const std::size_t i = score.call->session_of(sid);
    const Session& session = score.call->sessions.at(i);
    std::int64_t begin = unix_seconds(std::max(session.joined, from));
    std::int64_t end = unix_seconds(std::min(session.left, to));
    if (begin >= end) continue;
    auto& held = score.held[i];
    // What is not held yet, piece by piece; then one interval stands for all it touches.
    auto next = held.upper_bound(begin);
    if (next != held.begin() && std::prev(next)->second >= begin) --next;
    std::int64_t cursor = begin;
    while (next != held.end() && next->first <= end) {
      if (next->first > cursor) add(cursor, next->first, of_app);
      cursor = std::max(cursor, next->second);
      begin = std::min(begin, next->first);
      end = std::max(end, next->second);
      next = held.erase(next);
    }
    if (cursor < end) add(cursor, end, of_app);
    held[begin] = end;
  }
}

void Score::for_each_gap(const Visit& visit) const {
  for (const auto& [app_id, calls] : calls_) {
    for (const auto& [id, score] : calls) {
      for (std::size_t i = 0; i < score.call->sessions.size(); ++i) {
        const Session& session = score.call->sessions[i];
        WorldTime cursor = std::max(session.joined, measured_.begin);
        const WorldTime end = std::min(session.left, measured_.end);
        if (i < score.held.size()) {
          for (const auto& [from, to] : score.held[i]) {
            if (world_time(from) > cursor) visit(app_id, *score.call, i, {cursor, world_time(from)});
            cursor = std::max(cursor, world_time(to));
          }
        }
        if (cursor < end) visit(app_id, *score.call, i, {cursor, end});
      }
    }
  }
}

double Score::in_hand_of(const std::string& app_id) const { return of_app_.at(app_id); }

}  // namespace agora_exporter::rehearsal
