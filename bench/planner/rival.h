// A fair rival, for comparison: it plans nothing.
#pragma once

#include "planner/ride.h"

namespace agora_exporter::rehearsal {

// Lists every 87 s, and spends all session and metrics requests of the day, evenly over it, round-robin over
// the calls then active, each for the longest window up to what is available. It knows the sessions that its
// requests told it of, and asks of a call with more than 20 about each 20 in turn.
RideResult rival(const World& world, const ApiOptions& api, const RideOptions& options);

}  // namespace agora_exporter::rehearsal
