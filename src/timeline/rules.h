// What the rooms inside need of the options, worked out once.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agora_exporter/timeline/timeline.h"
#include "timeline/coverage.h"

namespace agora_exporter::timeline {

struct Rules {
  explicit Rules(TimelineOptions given);

  TimelineOptions options;
  std::vector<std::string> names, ids;       // by app
  std::map<std::string, std::size_t> by_id;  // app_id -> app
  std::vector<std::vector<double>> factors;  // by app, then by mid index
  // Counters "since the process started" tell of facts and instants after this R only.
  std::int64_t process_start = 0;
  // R of the checkpoint: what facts before it told for the first time is in there.
  std::int64_t restored_at = INT64_MIN;
};

// Counters of an app since the process started.
struct Tally {
  SecondsCounts seconds{};
  std::uint64_t late = 0, outside_session = 0, unknown_mid = 0, malformed = 0;
};

}  // namespace agora_exporter::timeline
