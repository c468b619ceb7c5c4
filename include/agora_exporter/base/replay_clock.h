// R: the instant of the world that the page shows.
#pragma once

#include <algorithm>

#include "agora_exporter/base/time.h"

namespace agora_exporter {

// R = floor(T - lag) in whole seconds, and never moves back: on a longer lag, or a clock set back, it stands
// still until it is caught up. `last` (persisted by the owner) carries that over restarts. Not thread-safe.
class ReplayClock {
 public:
  ReplayClock(Seconds lag, WorldTime last) : lag_(lag), last_(last) {}

  WorldTime at(WallTime now) {
    last_ = std::max(last_, to_world(now) - lag_);
    return last_;
  }
  WorldTime last() const { return last_; }
  Seconds lag() const { return lag_; }

 private:
  Seconds lag_;
  WorldTime last_;
};

}  // namespace agora_exporter
