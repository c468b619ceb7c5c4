// How many calls and sessions are active, against the simulated world.
#pragma once

#include "system/truth_check.h"

namespace agora_exporter::system_tests {

// Never more than the world's, and no fewer than those that began recently enough to be promised. Where that
// is all of them this is equality, and no call's end may be unknown either.
void compare_calls(const timeline::World& world, const simulator::Truth& truth, const TruthOptions& options,
                   Difference& to);
// The same by platform and network.
void compare_active_sessions(const timeline::World& world, const simulator::Truth& truth,
                             const TruthOptions& options, Difference& to);

}  // namespace agora_exporter::system_tests
