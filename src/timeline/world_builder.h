// From the stores to the World at R.
#pragma once

#include <cstdint>

#include "agora_exporter/timeline/world.h"
#include "timeline/session_store.h"

namespace agora_exporter::timeline {

// Sessions shown at `r`, their rows, values and unknown mids, and how many there are by label.
void show_sessions(const SessionStore& store, const Rules& rules, std::int64_t r, World& world);

}  // namespace agora_exporter::timeline
