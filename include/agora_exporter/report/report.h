// What the collector publishes about itself, as values. Immutable; shared by shared_ptr<const Report>.
#pragma once

#include <prometheus/metric_family.h>

#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::report {

struct EndpointStatus {
  std::string account;
  agora::Endpoint endpoint;
  bool access = true;   // false: the plan lacks it ("no auth"); tried again once a UTC day
  int limit_today = 0;  // 0 = none
  int used_today = 0;
  int assumed_spent = 0;     // of used_today: taken as spent at start, for want of a ledger
  std::string last_error;    // in words, empty if the last answer was a success
  std::uint64_t errors = 0;  // in a row
};

struct Status {
  std::string version;
  WallTime started;
  Seconds lag{};
  bool replayed = false;                // the journal has been folded
  bool ready = false;                   // and all that R needs about calls has been asked for
  std::string waiting_for;              // why not ready, in words
  std::optional<WallTime> complete_at;  // when the first complete page is expected, or was there
  std::string storage_error;            // a disk that cannot be written, in words
  std::string next;                     // what the planner does next, with its reason
  std::vector<EndpointStatus> endpoints;
};

struct Report {
  SteadyTime heartbeat;                            // when the collector published it
  std::vector<prometheus::MetricFamily> families;  // the exporter's own, but for those that World carries
  Status status;
};

}  // namespace agora_exporter::report
