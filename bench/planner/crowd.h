// Many calls under way at once, known to Progress by facts: what the cost of a decision is measured on.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agora_exporter/planner/decide.h"

namespace agora_exporter::rehearsal {

enum class Moment {
  just_asked,  // everything was asked for a moment ago
  steady,      // calls were asked about one after the other, and the first are due again
  all_due,     // nobody was asked about for long, as after an outage
  spent        // and the day's requests are used up
};

struct CrowdOptions {
  std::string plan = "enterprise";
  planner::Objective objective = planner::Objective::representative;
  Moment moment = Moment::steady;
  int calls = 10'000, sessions_of_a_call = 10;
};

// Stays where it is: Progress refers to the policy.
struct Crowd {
  explicit Crowd(const CrowdOptions& options);
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  planner::Decision decide() const { return planner::decide(policy, *progress, quotas, {}, now); }

  planner::Policy policy;
  std::unique_ptr<planner::Progress> progress;
  quota::Quotas quotas;
  WallTime now;
};

// What decide() is compared with: the same question without an agenda, put to each call and each session.
struct Scan {
  struct Urgent {
    WallTime start_by = WallTime::max();
    WorldTime oldest = WorldTime::max();  // of what is missing
    std::string call;
  };
  Urgent points, sessions, ends;
  double session_seconds = 0;  // that are missing, in all: what an objective would weigh
};
Scan full_scan(const Crowd& crowd);

}  // namespace agora_exporter::rehearsal
