// When calls begin and end. Time is cut into slots with a fixed number of calls each, and durations are
// bounded per layer, so that "which calls were on at t?" looks back over a bounded number of slots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/simulator/world.h"

namespace agora_exporter::simulator {

enum class Layer : std::uint8_t {
  ordinary,  // slots of 10 minutes, calls of at most kLongestOrdinary
  daily      // slots of a day, calls of at most kLongest: the guaranteed ones, and the other long ones
};
inline constexpr std::int64_t kSlot = 600;
inline constexpr std::int64_t kSlotsPerDay = 144;
inline constexpr std::int64_t kDaySlot = 86'400;
inline constexpr std::int64_t kLongestOrdinary = 10'200;
inline constexpr std::int64_t kLongest = 43'200;

// Places in the daily layer.
inline constexpr std::uint32_t kLongCall = 0;
inline constexpr std::uint32_t kLargeCall = 1;
inline constexpr std::uint32_t kDoubledCall = 2;
inline constexpr std::uint32_t kFirstOtherLong = 3;

struct CallKey {
  std::uint32_t app = 0;
  Layer layer = Layer::ordinary;
  std::uint32_t slot = 0;
  std::uint32_t index = 0;
  std::uint64_t packed() const;
};

std::uint64_t hash_of(const WorldOptions& options, const CallKey& key);
CallHead head_of(const WorldOptions& options, const CallKey& key);
// The keys of a slot.
std::vector<CallKey> keys_of_slot(const WorldOptions& options, std::uint32_t app, Layer layer,
                                  std::int64_t slot);
// The way back from an id; empty where the world has no such call.
std::optional<CallKey> key_of(const WorldOptions& options, std::string_view call_id);

}  // namespace agora_exporter::simulator
