// Bad times: of a network or a platform for all, and silences of one session.
#pragma once

#include <cstdint>
#include <vector>

#include "agora_exporter/simulator/world.h"

namespace agora_exporter::simulator {

// Those of the app that touch the session's network or platform during its life, ascending, not overlapping.
std::vector<Incident> incidents_of(const WorldOptions& options, std::uint32_t app, const Session& session);
// The planned ones that hit the session's user and touch its life.
std::vector<FreezeIncident> planned_of(const WorldOptions& options, std::uint64_t call_hash,
                                       const Session& session);
// Silences of 12 to 90 s within `life`, ascending, not overlapping.
std::vector<Span> gaps_of(std::uint64_t key, Span life);

}  // namespace agora_exporter::simulator
