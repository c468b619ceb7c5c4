// The server's own counting of requests. It shares nothing with the exporter's.
#pragma once

#include <cstdint>
#include <deque>
#include <map>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/base/time.h"
#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::simulator {

enum class Excess { none, second, minute, day };

// Requests of one scope and endpoint in UTC seconds, minutes and days of the server. Times may arrive a
// little out of order.
class Tally {
 public:
  Excess excess(const agora::Limits& limits, ServerTime now) const;
  void count(ServerTime now);
  int in_second(ServerTime t) const;
  int in_minute(ServerTime t) const;
  int in_day(ServerTime t) const;

 private:
  std::map<std::int64_t, int> seconds_, minutes_, days_;
};

// Every request that came, for the tests.
class Recorder {
 public:
  void record(ServerTime now, Usage& usage);

 private:
  Tally tally_;
  std::deque<ServerTime> last_minute_;  // ascending
};

}  // namespace agora_exporter::simulator
