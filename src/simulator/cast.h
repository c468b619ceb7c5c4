// Who is in a call, when, and with what.
#pragma once

#include <vector>

#include "agora_exporter/simulator/world.h"
#include "simulator/schedule.h"

namespace agora_exporter::simulator {

// Sessions ascending by (joined, sid). The first join is head.created and the last leave head.destroyed, and
// in between someone is always there.
std::vector<Session> cast_of(const WorldOptions& options, const CallKey& key, const CallHead& head);

// Users 0 to kSpeakers - 1 speak; nobody subscribes to the others.
inline constexpr std::uint32_t kSpeakers = 8;
inline constexpr std::size_t kMostPeers = 4;

}  // namespace agora_exporter::simulator
