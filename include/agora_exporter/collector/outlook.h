// What the exporter will do next, and what the day is expected to bring: worked out from its state folder,
// without sending or writing anything.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::collector {

struct PlannedRequest {
  WallTime at;
  std::string account, app;
  std::string request, reason;  // in words
  WallTime deadline;            // when its answer must be in hand
};

// Of an account's requests to an endpoint in the server's UTC day. Where each app has a quota of its own: of
// all of them.
struct EndpointOutlook {
  agora::Endpoint endpoint;
  int limit = 0;  // 0 = none
  int used = 0;
  std::optional<int> left;     // none: no limit
  std::optional<double> pace;  // planner::pace()
  // What following every call, and asking for every row of Insight, takes until midnight; by the hour but for
  // Insight, beginning with the rest of this hour.
  double expected = 0;
  std::vector<double> by_hour;
  double beyond() const {
    return left ? std::max(0.0, expected - *left) : 0;
  }  // requests that there will not be
};
struct AppOutlook {
  std::string name;
  double calls = 0;        // that are expected to begin in the rest of the day
  double probability = 1;  // with which one that is found now is followed
};
struct AccountOutlook {
  std::string name;
  std::optional<double> advised_lag;  // planner::advised_lag()
  std::vector<EndpointOutlook> endpoints;
  std::vector<AppOutlook> apps;  // that follow calls
};

struct Outlook {
  WallTime now, midnight;  // the end of the UTC day, by the local clock
  WorldTime replayed;      // R
  Seconds lag{};
  bool coverage = false;  // planner.objective: a call is always followed, as far as its requests are worth it
  std::vector<PlannedRequest> requests;
  std::string then;  // why there are no more of them
  std::vector<AccountOutlook> accounts;
};

// At most `requests` of those until midnight. Answers are not guessed: each request is taken to be under way
// from then on, so what an answer may bring is not among them. `disk`: written to as by a start; give it a
// storage::make_snapshot().
Result<Outlook> look_ahead(const Options& options, const Clock& clock, storage::Disk& disk,
                           std::size_t requests);

}  // namespace agora_exporter::collector
