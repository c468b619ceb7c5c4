// Whether two Worlds show the same replayed page.
#pragma once

#include <string>

#include "agora_exporter/timeline/world.h"

namespace agora_exporter::system_tests {

// Sessions, series, per-session counters, calls, insight buckets, totals and histograms, in any order; not
// what counts from the start of the process. Values are compared exactly: the replayed world is a function of
// the facts and R. `difference`, if not null, tells the first few.
bool same_world(const timeline::World& a, const timeline::World& b, std::string* difference);

}  // namespace agora_exporter::system_tests
