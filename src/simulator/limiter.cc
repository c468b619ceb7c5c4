#include "simulator/limiter.h"

#include <algorithm>

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kDayMillis = 86'400'000;

std::int64_t window_of(ServerTime t, std::int64_t length) { return t.time_since_epoch().count() / length; }

int count_in(const std::map<std::int64_t, int>& windows, std::int64_t window) {
  const auto found = windows.find(window);
  return found == windows.end() ? 0 : found->second;
}

void add(std::map<std::int64_t, int>& windows, std::int64_t window, std::int64_t keep) {
  ++windows[window];
  windows.erase(windows.begin(), windows.lower_bound(windows.rbegin()->first - keep));
}

// The most of the ascending `times` that lie in a window (t - length, t] that ends at or after `from`.
int most_in(const std::deque<ServerTime>& times, ServerTime from, Millis length) {
  int most = 0;
  for (auto last = std::lower_bound(times.begin(), times.end(), from); last != times.end(); ++last) {
    const auto first = std::upper_bound(times.begin(), last, *last - length);
    most = std::max(most, static_cast<int>(last - first) + 1);
  }
  return most;
}

}  // namespace

Excess Tally::excess(const agora::Limits& limits, ServerTime now) const {
  if (limits.per_day > 0 && in_day(now) >= limits.per_day) return Excess::day;
  if (limits.per_minute > 0 && in_minute(now) >= limits.per_minute) return Excess::minute;
  if (limits.per_second > 0 && in_second(now) >= limits.per_second) return Excess::second;
  return Excess::none;
}

void Tally::count(ServerTime now) {
  add(seconds_, window_of(now, 1'000), 120);
  add(minutes_, window_of(now, kMinute), 10);
  add(days_, window_of(now, kDayMillis), 2);
}

int Tally::in_second(ServerTime t) const { return count_in(seconds_, window_of(t, 1'000)); }
int Tally::in_minute(ServerTime t) const { return count_in(minutes_, window_of(t, kMinute)); }
int Tally::in_day(ServerTime t) const { return count_in(days_, window_of(t, kDayMillis)); }

void Recorder::record(ServerTime now, Usage& usage) {
  tally_.count(now);
  ++usage.requests;
  usage.most_per_second = std::max(usage.most_per_second, tally_.in_second(now));
  usage.most_per_minute = std::max(usage.most_per_minute, tally_.in_minute(now));
  usage.most_per_day = std::max(usage.most_per_day, tally_.in_day(now));
  last_minute_.insert(std::upper_bound(last_minute_.begin(), last_minute_.end(), now), now);
  usage.most_in_any_second = std::max(usage.most_in_any_second, most_in(last_minute_, now, Millis{1'000}));
  usage.most_in_any_minute = std::max(usage.most_in_any_minute, most_in(last_minute_, now, Millis{kMinute}));
  while (last_minute_.back() - last_minute_.front() > Millis{3 * kMinute}) last_minute_.pop_front();
}

}  // namespace agora_exporter::simulator
