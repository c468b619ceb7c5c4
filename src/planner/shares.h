// How apps of an account share what is left of the day's requests.
#pragma once

#include "planner/needs.h"

namespace agora_exporter::planner {

// The world up to here is due before midnight.
WorldTime last_of_today(const View& view);
// What is left of the day's requests, less a little for what comes otherwise than expected; the less, the
// later it is.
double room_today(const View& view, const AppPolicy& app, agora::Endpoint endpoint);

// What each app gets of `room`, of what all apps of the account would like: by weight, max-min, so that one
// that wants little gets all of it, and what it leaves goes to the others.
double fair_share(const View& view, const AppPolicy& app, double room,
                  const std::function<double(const AppPolicy&)>& wish);

}  // namespace agora_exporter::planner
