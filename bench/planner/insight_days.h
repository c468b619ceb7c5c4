// Ten days of insight rows: the real planner against an API that answers from a known world and fails once a
// day.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "agora_exporter/planner/policy.h"

namespace agora_exporter::rehearsal {

struct InsightDays {
  std::string plan = "standard";
  int apps = 1;
  bool both_ends = true;  // a day at 1h is answered with 25 points
  bool failing = true;    // one request of each endpoint on each UTC day is answered by a server error
  int days = 10;          // measured, after twelve that are not
  std::uint64_t seed = 1;
};

// Of one endpoint. A bucket counts where it was in hand, and over, when the page came to show it: at ts + L.
struct InsightResult {
  int rows = 0;                                     // asked for
  int followed = 0;                                 // of them at least one bucket was obtained
  Seconds lag{};                                    // L
  int requests = 0;                                 // in the days
  int failed = 0;                                   // of them
  int refused = 0;                                  // by a limit, at any time
  int most_per_day = 0;                             // by the server's count
  double wanted = 0, obtained = 0, obtainable = 0;  // buckets that were to be shown in the days
  double least_of_a_row = 0;             // share of what was wanted, of the followed row that got least
  std::map<std::string, double> of_app;  // obtained
  double share() const { return obtained / wanted; }
  double obtainable_share() const { return obtainable / wanted; }
};

// By endpoint. Every app asks for all usage metrics at 1d and all quality metrics of both products at 1h.
std::map<agora::Endpoint, InsightResult> insight_days(const InsightDays& options);

}  // namespace agora_exporter::rehearsal
