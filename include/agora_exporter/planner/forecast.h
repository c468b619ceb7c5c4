// What a day is expected to ask for, by the calls of lately, and how the quota meets that. Pure functions;
// nothing is decided by them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "agora_exporter/planner/policy.h"
#include "agora_exporter/planner/progress.h"
#include "agora_exporter/quota/quotas.h"

namespace agora_exporter::planner {

// How long a call went on, and how many users it had.
struct CallShape {
  double seconds = 0;
  double users = 0;
};
// Calls of an app: how many in a day, and what they are like.
struct Volume {
  double calls = 0;
  std::vector<CallShape> shapes;  // a sample of them
};
// The day that follows `from`.
Volume volume_of(const AppProgress& app, WorldTime from);

// Requests that following calls takes, whole: at call/metrics one for each useful window and 20 users, at
// call/sessions one for each window.
struct Requests {
  double sessions = 0;
  double metrics = 0;
};
Requests requests_for(const agora::Plan& plan, const Volume& volume, Seconds lag);

// The smallest lag, in whole minutes, at which all these calls fit into 80 % of a day's requests to
// call/sessions and call/metrics. Infinite where none within the look-back suffices; nothing where there are
// no calls.
std::optional<double> advised_lag(const agora::Plan& plan, std::span<const Volume> volumes);
// For an account, by the calls of its apps; where each app has a quota of its own, for the one that needs
// most.
std::optional<double> advised_lag(const Policy& policy, const AccountPolicy& account,
                                  const Progress& progress, WallTime now);

// Requests to call/lists, call/sessions or call/metrics that following every call of the app takes in [from,
// to) of the wall clock; those to Insight are not spread by hours.
double expected_requests(const Policy& policy, const AccountPolicy& account, const AppPolicy& app,
                         agora::Endpoint endpoint, const Progress& progress, WallTime from, WallTime to);

// The share of the day's requests that is used, over the share of the day's expected demand that has come: 1
// = on pace. Where that is not known, and for all but call/sessions and call/metrics, the demand is taken to
// be even. Nothing before a hundredth of the demand has come, or without a limit.
std::optional<double> pace(const Policy& policy, const AccountPolicy& account, agora::Endpoint endpoint,
                           const Progress& progress, const quota::Quotas& quotas, WallTime now);

}  // namespace agora_exporter::planner
