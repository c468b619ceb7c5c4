// Small worlds by hand, for the tests of what requests can do for each other.
#pragma once

#include <string>
#include <utility>

#include "planner/scenarios.h"

namespace agora_exporter::rehearsal {

// Call `index` of a world: its users are there from its beginning to its end.
inline Call plain_call(int index, Seconds after_midnight, Seconds length, int users,
                       std::string channel = "channel") {
  Call call;
  call.id = "call-" + std::to_string(index);
  call.channel = std::move(channel);
  call.created = measured_day().begin + after_midnight;
  call.destroyed = call.created + length;
  for (int i = 0; i < users; ++i)
    call.sessions.push_back({static_cast<std::uint32_t>(100 + i), call.created, call.destroyed});
  return call;
}

inline World world_of(std::vector<Call> calls) { return {{App{"app", std::move(calls)}}}; }

inline int requests(const RideResult& result, agora::Endpoint endpoint) {
  return result.on_day[static_cast<std::size_t>(endpoint)];
}
inline int refused(const RideResult& result) {
  int sum = 0;
  for (const Api::Count& count : result.counts) sum += count.refused;
  return sum;
}

}  // namespace agora_exporter::rehearsal
