// Which sessions and mids a page shows.
#pragma once

#include <cstdint>
#include <vector>

#include "agora_exporter/exposition/page.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::exposition {

struct Selection {
  std::vector<std::uint32_t> sessions;  // indices in World::sessions, by (app, call, sid): the same whatever
                                        // the World's order, and neighbours share most of their text
  std::vector<bool> mids;               // by index of agora::mids()
  bool audio_counters = true;           // go with mid 20005
  bool video_counters = true;           // go with mid 20011
  std::vector<std::uint32_t> unknown;   // indices in World::unknown_mids whose mid is chosen
  std::size_t hidden = 0;               // sessions hidden by max_series
};

// Sessions are taken in ascending order of SessionText::hash while the sum of their series fits into
// max_series. A session near the lower end of the hashes is thus shown whatever else comes and goes.
Selection select(const timeline::World& world, const PageOptions& options);

}  // namespace agora_exporter::exposition
