// What of a call is missing, by the facts alone: the keys of the agendas. With the clock a need can only turn
// out later, or to be none.
#pragma once

#include "agora_exporter/planner/progress.h"

namespace agora_exporter::planner {

// From which instant on, of a span, it is not known who joined. A call that all have left is over
// (specification): where a list says that it goes on, joins are missing once it may have been empty for twice
// as long as is known.
std::optional<WorldTime> joins_missing_from(const CallProgress& call, WorldTime begin, WorldTime end);
// From which instant on it is not known who joined, or who is still there.
std::optional<WorldTime> sessions_missing_from(const CallProgress& call);
// From which instant on points of it are missing that R has not passed.
std::optional<WorldTime> points_missing_from(const CallProgress& call, WorldTime replayed);
// Whether the run of pages has not yet reached everybody that it was for. Who is known to have gone on until
// after `silent` need not be looked for on further pages.
bool run_goes_on(const AppProgress& app, const CallProgress& call, WorldTime silent);
// Points tell who is still there: so whoever has had none is asked about after the points were, in this time
// before the deadline.
inline constexpr Seconds kLivesMargin{40};

}  // namespace agora_exporter::planner
