// The decision: what to ask next, or until when there is nothing to ask. Pure functions of their arguments.
#pragma once

#include <set>
#include <string>
#include <variant>
#include <vector>

#include "agora_exporter/agora/request.h"
#include "agora_exporter/planner/policy.h"
#include "agora_exporter/planner/progress.h"
#include "agora_exporter/quota/quotas.h"

namespace agora_exporter::planner {

// What requests in flight are about, so that nothing is asked twice at once.
using InFlight = std::set<std::string>;

struct Ask {
  const AccountPolicy* account = nullptr;
  const AppPolicy* app = nullptr;
  agora::Request request;
  WallTime deadline;                  // when its answer must be in hand
  std::vector<std::string> subjects;  // for InFlight
  std::string reason;                 // in words
};
struct Wait {
  WallTime until =
      WallTime::max();  // max(): only an answer, or a change of the configuration, brings more to ask
  std::string reason;   // the next request that is known, and when, in words
};
using Decision = std::variant<Ask, Wait>;

// Deadline first, as late as the deadline allows; never a request that a limit forbids. `turned_down` gets
// what was due and not worth a request, for Progress::turn_down().
Decision decide(const Policy& policy, const Progress& progress, const quota::Quotas& quotas,
                const InFlight& in_flight, WallTime now, std::vector<TurnedDown>* turned_down = nullptr);

// The probability with which calls found now are followed: 1 where the budget of each endpoint carries all of
// them, the day's budget spread evenly over the day. `arriving`: a list just received, not yet folded;
// nullptr if none.
double inclusion(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                 const Progress& progress, const quota::Quotas& quotas, WallTime now,
                 const agora::CallList* arriving = nullptr);

// Tells in an answer just received with what probability the calls or sessions that it tells of are followed:
// before it is journaled, so that whoever folds it decides alike.
void sample(const Policy& policy, const Progress& progress, const quota::Quotas& quotas, WallTime now,
            agora::Facts& facts);

// The probability with which sessions are followed that this page tells of first: less than 1 in calls of
// more than Policy::max_sids_per_call.
double sid_inclusion(const Policy& policy, const AppProgress& app, const agora::CallSessionsQuery& query,
                     const agora::SessionPage& page);

// Empty once everything about calls that R needs has been asked for (or refused, or cannot be had); else what
// is missing, in words. `share` is how much of it is done, 0..1.
struct Readiness {
  std::string waiting_for;
  double share = 1;
  Millis rest{0};  // how long that takes at the pace the quota allows, roughly
  bool ready() const { return waiting_for.empty(); }
};
Readiness readiness(const Policy& policy, const Progress& progress, const quota::Quotas& quotas,
                    WallTime now);

// "Everything of this app up to here that can be asked for has been", by source; for lists, sessions and
// metrics of calls.
struct Covered {
  WorldTime lists, sessions, metrics;
};
Covered covered(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                const Progress& progress, const quota::Quotas& quotas, WallTime now);

// Since when the first bucket that the page should show has not been asked for, over the app's rows of that
// endpoint; empty if none is due, or if there are more rows than a day has requests.
std::optional<WallTime> insight_due_since(const Policy& policy, const AccountPolicy& account,
                                          const AppPolicy& app, agora::Endpoint endpoint,
                                          const Progress& progress, const quota::Quotas& quotas,
                                          WallTime now);

}  // namespace agora_exporter::planner
