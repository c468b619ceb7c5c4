#include "planner/decision_log.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "planner/ride.h"

namespace agora_exporter::rehearsal {
namespace {

using agora::Endpoint;

constexpr Seconds kRecovery{180};  // after an outage everything is due at once
constexpr Seconds kPiece{60};

class Reader {
 public:
  Reader(const DecisionLog& log, const RideOptions& options) : options_(options) {
    const agora::Plan& plan = options.policy.accounts.front().plan;
    delay_ = plan.of(Endpoint::call_metrics).delay;
    for (const LogEntry& entry : log) {
      if (!entry.call_id.empty()) by_call_[entry.call_id].push_back(&entry);
      asked_.insert(entry.sids.begin(), entry.sids.end());
      if (!entry.turned_down && entry.left == 0) spent_[{entry.endpoint, utc_day(entry.at)}] = entry.at;
    }
  }

  Cause cause_of(const Call& call, std::size_t session, WorldTime t) const {
    const std::string& call_id = call.id;
    const bool sampled = options_.policy.objective == planner::Objective::representative &&
                         call.sessions.size() > static_cast<std::size_t>(options_.policy.max_sids_per_call);
    if (sampled && !asked_.contains(call.sid(session))) return Cause::left_out;
    const WallTime from = to_wall(t + delay_), deadline = to_wall(t + options_.policy.lag);
    for (const auto& [begin, end] : options_.outages)
      if (begin <= deadline && deadline <= end + kRecovery) return Cause::down;
    const auto found = by_call_.find(call_id);
    const bool heard_of = found != by_call_.end();
    bool asked = false;
    if (heard_of) {
      for (const LogEntry* entry : found->second) {
        const bool in_time = entry->at >= from && entry->at <= deadline + kPiece;
        if (in_time && entry->failed) return Cause::failed;
        if (in_time && entry->turned_down) return Cause::not_worth_it;
        asked = asked || !entry->turned_down;
      }
    }
    if (is_spent(Endpoint::call_sessions, deadline) || is_spent(Endpoint::call_metrics, deadline) ||
        (!heard_of && is_spent(Endpoint::call_lists, deadline)))
      return Cause::spent;
    if (asked) return Cause::could_be_had;
    if (heard_of) return Cause::not_worth_it;
    return options_.policy.objective == planner::Objective::representative ? Cause::left_out
                                                                           : Cause::could_be_had;
  }

 private:
  bool is_spent(Endpoint endpoint, WallTime by) const {
    const auto spent = spent_.find({endpoint, utc_day(by)});
    return spent != spent_.end() && spent->second <= by;
  }

  const RideOptions& options_;
  Seconds delay_{};
  std::unordered_map<std::string, std::vector<const LogEntry*>> by_call_;
  std::unordered_set<std::string> asked_;                        // sids
  std::map<std::pair<Endpoint, std::int64_t>, WallTime> spent_;  // by UTC day: when the last request was sent
};

}  // namespace

const char* words_of(Cause cause) {
  switch (cause) {
    case Cause::down:
      return "the exporter was down";
    case Cause::failed:
      return "an answer was an error";
    case Cause::spent:
      return "no request was left";
    case Cause::not_worth_it:
      return "not worth a request";
    case Cause::left_out:
      return "not of the sample";
    case Cause::could_be_had:
      return "a request could have had it";
  }
  return "";
}

std::vector<Miss> misses(const Score& score, const DecisionLog& log, const RideOptions& options) {
  const Reader reader(log, options);
  std::vector<Miss> all;
  score.for_each_gap([&](const std::string& app_id, const Call& call, std::size_t session, Span gap) {
    for (WorldTime t = gap.begin; t < gap.end; t += kPiece) {
      const Span piece{t, std::min(gap.end, t + kPiece)};
      const Cause cause = reader.cause_of(call, session, t);
      if (!all.empty() && all.back().sid == call.sid(session) && all.back().cause == cause &&
          all.back().span.end == t) {
        all.back().span.end = piece.end;
      } else {
        all.push_back({app_id, call.id, call.sid(session), piece, cause});
      }
    }
  });
  return all;
}

std::string text_of(const LogEntry& entry) {
  return to_iso(entry.at) + " " + std::string(agora::name_of(entry.endpoint)) + " " + entry.call_id +
         (entry.turned_down ? " turned down" : " asked, " + std::to_string(entry.left) + " left") + ", due " +
         to_iso(entry.deadline) + ": " + entry.reason + (entry.failed ? " (failed)" : "");
}

}  // namespace agora_exporter::rehearsal
