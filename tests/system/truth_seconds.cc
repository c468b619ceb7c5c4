#include "system/truth_seconds.h"

#include <algorithm>
#include <set>
#include <utility>

namespace agora_exporter::system_tests {
namespace {

// So long an answer may still turn "missing" into "late".
constexpr Seconds kSettles{300};

}  // namespace

std::int64_t SecondsCheck::Known::within(WorldTime a, WorldTime b) const {
  return std::max<std::int64_t>(0, (std::min(b, left) - std::max(a, joined)).count());
}

// The world's sessions up to `until`.
void SecondsCheck::meet(WorldTime until) {
  for (const simulator::CallHead& head : world_.active_in(app_id_, met_until_, until + Seconds{1})) {
    const auto call = world_.call(app_id_, head.call_id);
    for (const simulator::Session& s : call->sessions) {
      if (s.server_user || s.left <= start_) continue;
      sessions_.try_emplace(
          s.sid, Known{s.joined, s.left, head.call_id, s.joined > start_ && head.created > start_});
    }
  }
  met_until_ = until;
}

void SecondsCheck::note_absences(const timeline::World& page, const simulator::Truth& truth,
                                 const std::string& app_name) {
  std::set<std::string> shown;
  for (const timeline::SessionView& view : page.sessions)
    if (view.text->app == app_name) shown.insert(view.text->sid);
  std::map<std::string, WorldTime> absent;
  for (const simulator::TruthSession& session : truth.sessions) {
    const std::string& sid = session.session.sid;
    if (shown.contains(sid)) {
      sessions_.at(sid).certain = true;
      continue;
    }
    absent[sid] = page.at;
    if (const auto before = absent_since_.find(sid); before != absent_since_.end())
      absences_.push_back({{before->second, page.at}, sid});
  }
  absent_since_ = std::move(absent);
}

void SecondsCheck::compare(const timeline::World& page, const simulator::Truth& truth,
                           const TruthOptions& options, Difference& to) {
  meet(page.at);
  note_absences(page, truth, options.app_name);
  const WorldTime until = page.at - kSettles;
  // Until the exporter is ready nothing need be in hand; what R passes later must be.
  const bool ready = options.began_after != WorldTime::max();
  const WorldTime in_hand_from = ready ? std::min(until, options.points_after) : until;
  std::int64_t least = 0, most = 0, late_at_most = 0;
  for (const auto& [sid, session] : sessions_) {
    if (!followed_.contains(session.call_id)) continue;
    const std::int64_t seconds = session.within(start_, until);
    most += seconds;
    if (session.certain) least += seconds;
    late_at_most += session.within(start_, in_hand_from);
  }
  uncertain_ = most - least;
  absent_ = 0;
  for (const auto& [span, sid] : absences_) {
    const Known& session = sessions_.at(sid);
    if (span.end <= until && session.certain && followed_.contains(session.call_id))
      absent_ += (span.end - span.begin).count();
  }
  for (const timeline::AppWorld& app : page.apps) {
    if (app.app != options.app_name) continue;
    const auto& [in_hand, late, missing, sampled_out] = app.session_seconds;
    not_in_hand_ = static_cast<std::int64_t>(late + missing);
    accounted_ = static_cast<std::int64_t>(in_hand) + not_in_hand_;
  }
  const auto told = [](std::int64_t n, const char* what) {
    return std::to_string(n) + " session seconds " + what;
  };
  if (accounted_ < least)
    to.missing.push_back(told(accounted_, "accounted for, of ") + std::to_string(least));
  if (accounted_ > most) to.wrong.push_back(told(accounted_, "accounted for, of ") + std::to_string(most));
  if (not_in_hand_ < absent_)
    to.missing.push_back(told(not_in_hand_, "late or missing, though absent ") + std::to_string(absent_));
  if (not_in_hand_ > late_at_most)
    to.missing.push_back(told(not_in_hand_, "late or missing, of ") + std::to_string(late_at_most));
}

}  // namespace agora_exporter::system_tests
