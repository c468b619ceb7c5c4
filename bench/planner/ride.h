// A ride of the real planner through a known world, in virtual time: decide(), Progress, Quotas, as the
// collector uses them.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "agora_exporter/planner/policy.h"
#include "planner/api.h"
#include "planner/decision_log.h"
#include "planner/score.h"

namespace agora_exporter::rehearsal {

struct RideOptions {
  planner::Policy policy;  // of one account
  WallTime begin, end;     // of the ride; `measured` lies within, early enough for its deadlines
  Span measured;
  std::vector<std::pair<WallTime, WallTime>> outages;  // the exporter is down: what is in flight is lost
  std::optional<std::pair<WallTime, agora::Plan>> plan_changes;  // in the configuration, without a restart
  Millis latency{300};
  bool keep_log = false;
  std::function<void(const agora::Facts&)>
      heard;  // hears each fact, in the order of receipt; empty = nobody does
};

struct RideResult {
  double in_hand = 0, whole = 0;  // session seconds of `measured`
  std::vector<std::pair<double, double>> by_hour;
  std::map<std::string, double> of_app;
  std::array<Api::Count, agora::kEndpoints.size()> counts;
  std::array<int, agora::kEndpoints.size()> on_day{};  // requests on the day in which `measured` begins
  std::uint64_t decisions = 0;
  // Calls that began in `measured`: told of at all, before R came to their beginning; and their ends before R
  // came to those.
  int calls_told = 0, calls_told_in_time = 0, ends_told_in_time = 0;
  DecisionLog log;           // where it was asked for
  std::vector<Miss> misses;  // likewise
  double share() const { return whole > 0 ? in_hand / whole : 1; }
};

RideResult ride(const World& world, const ApiOptions& api, const RideOptions& options);

}  // namespace agora_exporter::rehearsal
