// The days on which the planner is measured. Each is a world, an API and what goes wrong, drawn from a seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "planner/ride.h"

namespace agora_exporter::rehearsal {

struct Scenario {
  std::string name;   // "three-times-over"
  std::string words;  // what it is, for the table
  World world;
  ApiOptions api;
  RideOptions ride;
};

// A day of such a world, on a plan, without anything that goes wrong; the ride begins the day before.
Scenario make_day(World world, const std::string& plan);
// The day that is measured: 2026-03-02, UTC.
Span measured_day();

std::vector<std::string> scenario_names();
// Aborts on an unknown name. `objective` is left to the caller.
// `prefix`: of the names of apps, and so of calls and sessions.
Scenario make_scenario(const std::string& name, std::uint64_t seed, const std::string& prefix = "app");

}  // namespace agora_exporter::rehearsal
