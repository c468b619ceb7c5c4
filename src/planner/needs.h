// Needs: what could be asked of an endpoint, each with the latest time to start. Private to the planner.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "agora_exporter/planner/decide.h"
#include "agora_exporter/quota/arithmetic.h"
#include "planner/prices.h"

namespace agora_exporter::planner {

struct Need {
  WallTime start_by;  // asked later, its deadline is in danger
  WallTime deadline;
  const AppPolicy* app = nullptr;
  std::function<Ask()> ask;  // builds the request; called for the one that is chosen
};

// What an endpoint is asked for now, and when that may grow without any new answer.
struct Needs {
  std::vector<Need> needs;        // all that are due, and the next ones
  std::map<WallTime, int> crowd;  // how many must start by then, those in `needs` among them
  WallTime more_at = WallTime::max();
  bool cut_short = false;  // more was due than one decision looks at, and none of it was worth a request yet
};

struct View {
  const Policy& policy;
  const AccountPolicy& account;
  const Progress& progress;
  const quota::Quotas& quotas;
  const InFlight& in_flight;
  WallTime now;
  std::vector<TurnedDown>* turned_down = nullptr;
  mutable PricesByApp prices{};  // worked out for the first that asks

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
  // How much of a session's life one call/metrics request can bring.
  Seconds useful_window() const {
    return std::max(Seconds{60},
                    quota::useful_window(account.plan.of(agora::Endpoint::call_metrics), policy.lag));
  }
  const Prices& prices_for(const AppPolicy& app) const {
    if (prices.empty()) prices = prices_of(*this);
    return prices.at(&app);
  }
  int left_today(agora::Endpoint endpoint, const AppPolicy& app) const;
  // Spending of the day is at or below an even pace, give or take a quarter of an hour.
  bool within_pace(agora::Endpoint endpoint, const AppPolicy& app) const;
};

// What was not worth its price when it was due must be worth more to be taken later: else each rise and fall
// of the price would let in some that it should not.
inline constexpr double kSecondThoughts = 1.2;
inline bool was_considered(const View& view, const Need& need) {
  return view.now > need.start_by + Seconds{30};
}

// What is asked about each call of an agenda.
struct Questions {
  bool points = false;  // else its sessions
  Seconds margin;       // before the deadline, at most, that a request starts
  std::function<std::optional<Need>(const std::string& call)> need;          // nothing if there is none
  std::function<bool(const std::string& call, bool considered)> worthwhile;  // objective coverage
};
// Goes through an agenda, oldest first, until nothing more urgent can come, and a little beyond what is due.
void walk(const View& view, const AppPolicy& app, const Agenda& agenda, const Questions& questions,
          Needs& needs);

void list_needs(const View& view, const AppPolicy& app, Needs& needs);
void session_needs(const View& view, const AppPolicy& app, Needs& needs);
void point_needs(const View& view, const AppPolicy& app, Needs& needs);
void insight_needs(const View& view, const AppPolicy& app, agora::Endpoint endpoint, Needs& needs);

// The oldest instant from which calls matter to the page: those created earlier cannot be running at R, or
// cannot be asked about.
WorldTime lists_floor(const View& view, const AppPolicy& app);

}  // namespace agora_exporter::planner
