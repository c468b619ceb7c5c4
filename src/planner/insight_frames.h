// When an insight row is to be asked for, and for which part of time.
#pragma once

#include <functional>
#include <optional>

#include "planner/insight_scope.h"

namespace agora_exporter::planner {

struct InsightFrame {
  WorldTime start;
  int days = 1;       // its length
  WallTime due;       // not asked before
  WallTime deadline;  // the first of it is shown
};

// The next hours of an hourly row: as soon as all that a request brings are out; where the row's lag is too
// short for that, just before the first bucket that is not in hand is shown, and then the newest hours that
// are out. What the page has passed is not asked for: after an outage that would cost the day's requests.
InsightFrame hourly_frame(const View& view, const InsightScope& scope, const RowPolicy& row,
                          const RowProgress& progress);

// The daily bucket to ask for, if any: the next one in its slot; at a cold start also the one that is due,
// or, where that is beyond look-back, the next one early. Later the one that is due only if a request can be
// spared.
std::optional<InsightFrame> daily_frame(const View& view, const InsightScope& scope, const RowPolicy& row,
                                        const RowProgress& progress, const std::function<bool()>& can_spare);

// Whether a daily row has been asked for this bucket in its slot.
bool asked_in_slot(const RowProgress& progress, WorldTime bucket);

}  // namespace agora_exporter::planner
