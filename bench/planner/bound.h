// The most session time that anybody could have had in hand, had they known the day. docs/planning.md derives
// it.
#pragma once

#include <string>
#include <vector>

#include "planner/ride.h"

namespace agora_exporter::rehearsal {

// What of the world and the API the bound knows. Lists cost it nothing, nor do limits by second or minute,
// nor latency.
struct BoundInput {
  const World* world = nullptr;
  Span measured;
  Seconds lag{};     // a point of t is in hand in time if its request is sent by t + lag ...
  Seconds delay{};   // ... and not before t + delay
  Seconds window{};  // no request covers more than this
  Seconds sessions_delay{};
  // Requests of one kind sent in [from, to) are `count` at most.
  struct Budget {
    WallTime from, to;
    double count = 0;
  };
  std::vector<Budget> metrics, sessions;
  std::vector<std::pair<WallTime, WallTime>> outages;  // nothing can be sent
  // Where nobody is told how many users a call has before its sessions are asked about: each call is as
  // likely to have the users of so many calls that stand for all of its app. 0: they are known.
  int likely_users = 0;
};
// What the bound is told: the day ahead, or no more of it than an API tells. Then it still knows when each
// call begins and ends; but where servers of 2021 answer, how many users it has only once its sessions were
// asked about; and a change of plan only when it comes, so that it keeps of each budget what the rest of the
// day holds of the session time.
enum class Told { the_day_ahead, what_the_api_tells };
BoundInput bound_input(const World& world, const ApiOptions& api, const RideOptions& ride,
                       Told told = Told::the_day_ahead);

struct Bound {
  double in_hand = 0;  // session seconds
  double whole = 0;    // of all sessions; of likely ones, where users are not known
  std::vector<double> metric_prices,
      session_prices;  // by budget: session seconds that one more request brings
};
Bound bound(const BoundInput& input);

// The same where apps share an account: each has its max-min share of every budget, of what it would need to
// be seen whole. Where users are not told it is the most on average: they must be drawn independently of when
// calls begin and end.
Bound fair_bound(const World& world, const ApiOptions& api, const RideOptions& ride,
                 Told told = Told::the_day_ahead);

}  // namespace agora_exporter::rehearsal
