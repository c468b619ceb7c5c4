// The five endpoints, once authentication and counting have let a request through.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/simulator/readings.h"
#include "agora_exporter/simulator/world.h"
#include "simulator/query.h"
#include "simulator/reply.h"

namespace agora_exporter::simulator {

// What a day or hour of an app came to.
struct UsageStatistics {
  std::int64_t users = 0, sessions = 0, channels = 0, peak_channels = 0, peak_users = 0;
  std::int64_t seconds = 0, video_seconds = 0, audio_seconds = 0;
};
using UsageMemory = std::map<std::tuple<std::string, std::int64_t, std::int64_t>, UsageStatistics>;

struct Desk {
  const World& world;
  const Readings& readings;
  const agora::Limits& limits;  // of the endpoint
  std::string app_id;
  ServerTime now;
  std::uint64_t request_number;
  std::size_t body_cap;
  UsageMemory& usage;

  // Data up to and including this second can be had.
  std::int64_t horizon() const {
    return std::chrono::floor<Seconds>(now.time_since_epoch()).count() - limits.delay.count();
  }
  // The exclusive end of a window.
  std::int64_t end_of(Window w) const {
    return w.end + (readings.last_second == LastSecond::included ? 1 : 0);
  }
};

std::span<const std::string_view> known_parameters(agora::Endpoint endpoint, ServerAge server);

Reply call_lists(const Desk& desk, const Parameters& parameters);
Reply call_sessions(const Desk& desk, const Parameters& parameters);
Reply call_metrics(const Desk& desk, const Parameters& parameters);
Reply insight(const Desk& desk, const Parameters& parameters, bool quality);

// destroyed_ts or leave_ts, by the reading where it has not come yet.
void write_end(JsonText& to, const Desk& desk, std::string_view name, WorldTime end, bool finished);
// By the reading, a call that began before the look-back is refused although the window is not.
std::optional<Reply> check_running_call(const Desk& desk, const Call& call);
// 20, or today up to 100; a Reply of 400 on anything else.
struct Page {  // counts from 1
  std::int64_t number = 1;
  std::int64_t size = 20;
};
std::variant<Page, Reply> page_of(const Desk& desk, const Parameters& parameters);

}  // namespace agora_exporter::simulator
