// The design's rules for what a page shows, as the truth applies them ("What the page shows").
#pragma once

#include <cstdint>

#include "simulator/models.h"

namespace agora_exporter::simulator {

inline constexpr std::int64_t kShownFor = 10;     // a point without a successor, seconds
inline constexpr std::int64_t kLongestStep = 60;  // between two points of one run, seconds

// In the unit of the JSON.
double value_of(const Model& model, std::int64_t digits, bool percent_as_fraction);

}  // namespace agora_exporter::simulator
