// The API over a known world, in memory: it answers with decoded bodies, so that a simulated day costs no
// JSON, and is as strict about limits as the specification ("API limitations").
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/plans.h"
#include "planner/day.h"

namespace agora_exporter::rehearsal {

struct ApiOptions {
  agora::Plan plan;
  // Another plan from an instant on, as after an upgrade. Requests of the UTC day so far still count.
  std::optional<std::pair<WallTime, agora::Plan>> plan_changes;
  bool overlapping = false;  // lists and sessions give what overlaps the frame, else what began in it
  bool today = false;        // pages of 100
  bool signals = false;      // points hold freezes and losses as well (signal.h)
  double failing = 0;        // share of the requests that are answered by a server error, drawn from the seed
  // What a server may get wrong, each for a share of the calls or sessions, by their names.
  double left_out = 0;     // sessions that no answer tells of any more 40 minutes after they joined
  double never_left = 0;   // sessions that are never told to have left
  double never_ended = 0;  // calls that are never told to have ended
  std::uint64_t seed = 1;
};

// How many of the first `count` requests of an endpoint on a UTC day fail.
int failing_requests(const ApiOptions& options, agora::Endpoint endpoint, std::int64_t day, int count);

// One thread. `now` does not go back.
class Api {
 public:
  Api(const World& world, ApiOptions options);

  // The answer to a request that arrives at `now`. A point set has one point per session asked about: its
  // newest in the frame, in mid 20001; and its signals.
  agora::Body answer(const agora::Request& request, WallTime now);

  struct Count {
    int requests = 0;  // refused ones too
    int refused = 0;   // by a limit
    int failed = 0;    // by the seed
    int most_per_second = 0, most_per_minute = 0, most_per_day = 0;
  };
  const Count& count(agora::Endpoint endpoint) const { return counts_[static_cast<std::size_t>(endpoint)]; }
  // Requests of that UTC day.
  int on_day(agora::Endpoint endpoint, std::int64_t day) const;
  const agora::Plan& plan_at(WallTime now) const;
  const Call* find_call(const std::string& app_id, const std::string& call_id) const {
    return find(*apps_.at(app_id), call_id);
  }

 private:
  struct Windows {
    std::int64_t second = 0, minute = 0, day = 0;
    int in_second = 0, in_minute = 0;
    std::map<std::int64_t, int> per_day;
  };
  std::optional<agora::Refusal> refusal(agora::Endpoint endpoint, const agora::Frame& frame, WallTime now);
  agora::CallList list(const App& app, const agora::CallListQuery& query, WallTime now) const;
  agora::Body sessions(const App& app, const agora::CallSessionsQuery& query, WallTime now) const;
  agora::Body points(const App& app, const agora::CallMetricsQuery& query) const;
  const Call* find(const App& app, const std::string& call_id) const;

  const World& world_;
  const ApiOptions options_;
  std::map<std::string, const App*> apps_;
  std::map<std::string, std::unordered_map<std::string, const Call*>> calls_;
  std::map<std::string, Seconds> longest_call_;
  std::array<Count, agora::kEndpoints.size()> counts_{};
  std::array<Windows, agora::kEndpoints.size()> windows_{};
};

}  // namespace agora_exporter::rehearsal
