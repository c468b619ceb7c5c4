// Needs: what could be asked of an endpoint, each with the latest time to start. Private to the planner.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agora_exporter/planner/decide.h"
#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::planner {

struct Need {
  WallTime start_by;  // asked later, its deadline is in danger
  WallTime deadline;
  const AppPolicy* app = nullptr;
  std::function<Ask()> ask;  // builds the request; called for the one that is chosen
};

// What an endpoint is asked for now, and when that may grow without any new answer.
struct Needs {
  std::vector<Need> needs;
  WallTime more_at = WallTime::max();
};

struct View {
  const Policy& policy;
  const AccountPolicy& account;
  const Progress& progress;
  const quota::Quotas& quotas;
  const InFlight& in_flight;
  WallTime now;

  WorldTime replayed() const { return to_world(now) - policy.lag; }
  const AppProgress& of(const AppPolicy& app) const { return progress.apps.at(app.app_id); }
  const EndpointProgress& of(agora::Endpoint endpoint) const {
    return progress.endpoints.at({account.name, endpoint});
  }
  Seconds delay(agora::Endpoint endpoint) const {
    return account.plan.of(endpoint).delay + of(endpoint).more_delay;
  }
  // The frame that may be asked for: end_ts, start_ts, and the longest window. One second less than the
  // specification's "at most": whether it means < or <= is not known.
  WorldTime latest_end(agora::Endpoint endpoint) const {
    return quota::latest_end(quotas.clock(account.name), now, delay(endpoint));
  }
  WorldTime earliest_start(agora::Endpoint endpoint) const {
    return quota::earliest_start(quotas.clock(account.name), now, account.plan.of(endpoint).look_back);
  }
  Seconds longest_window(agora::Endpoint endpoint) const {
    return account.plan.of(endpoint).longest_window - Seconds{1} - of(endpoint).shorter;
  }
  // When an instant of the world must be in hand; an instant that R has passed: now.
  WallTime deadline_of(WorldTime t) const { return std::max(now, to_wall(t + policy.lag)); }
  int left_today(agora::Endpoint endpoint, const AppPolicy& app) const;
  // Spending of the day is at or below an even pace, give or take a twelfth of the day.
  bool within_pace(agora::Endpoint endpoint, const AppPolicy& app) const;
};

void list_needs(const View& view, const AppPolicy& app, Needs& needs);
void session_needs(const View& view, const AppPolicy& app, Needs& needs);
void point_needs(const View& view, const AppPolicy& app, Needs& needs);
void insight_needs(const View& view, const AppPolicy& app, agora::Endpoint endpoint, Needs& needs);

// The oldest instant from which calls matter to the page: those created earlier cannot be running at R, or
// cannot be asked about.
WorldTime lists_floor(const View& view, const AppPolicy& app);

}  // namespace agora_exporter::planner
