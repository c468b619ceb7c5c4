// What the day's lists suffice for: finding the calls, and beyond that telling their ends. Private to the
// planner.
#pragma once

#include "planner/needs.h"

namespace agora_exporter::planner {

// Calls are listed as late as asking about their sessions and points allows: most of them are over by then,
// and one answer tells both their beginnings and their ends.
Seconds age_when_listed(const View& view);

// So long that an answer holds all calls that began in it, as far as the rate of new calls tells.
Seconds longest_frame(const View& view, const AppPolicy& app);

struct ListRoom {
  bool limited = false;
  double left = 0;       // requests
  double discovery = 0;  // that finding the calls takes that are to be listed before midnight
  double pinned = 0;     // that pinned channels take until then, if they are asked for by name

  // There are more requests than finding the calls takes, even if more of them come than foreseen.
  bool can_spare() const;
  // There are fewer, less those for pinned channels, which are asked for by name then: some calls are never
  // heard of.
  bool falls_short() const;
};
// Worked out once for a decision: it goes through the hours until midnight.
ListRoom list_room(const View& view, const AppPolicy& app);

// Where lists fall short they are spread over the calls that are expected, so that the evening is seen as
// well as the morning: each is followed by a time of which nothing is heard.
WallTime paced(const View& view, const AppPolicy& app, const ListRoom& room);

}  // namespace agora_exporter::planner
