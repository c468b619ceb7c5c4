// The kinds of time, each a type of its own, so that one cannot be handed in for another.
//
//   WallTime    UTC as the local clock reads it, in milliseconds.
//   ServerTime  UTC as the vendor's servers read it; quota windows are counted in it. quota::ServerClock
//   converts. WorldTime   an instant of the replayed world, whole seconds of UTC: every timestamp of the API,
//   and R. SteadyTime  monotonic, for measuring durations; has no date.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace agora_exporter {

using Millis = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

namespace detail {
template <class Tag, class Unit>
struct ClockTag {
  using duration = Unit;
  using rep = typename Unit::rep;
  using period = typename Unit::period;
  using time_point = std::chrono::time_point<ClockTag>;
  static constexpr bool is_steady = false;
};
struct WallTag {};
struct ServerTag {};
struct WorldTag {};
struct SteadyTag {};
}  // namespace detail

using WallTime = detail::ClockTag<detail::WallTag, Millis>::time_point;
using ServerTime = detail::ClockTag<detail::ServerTag, Millis>::time_point;
using WorldTime = detail::ClockTag<detail::WorldTag, Seconds>::time_point;
using SteadyTime = detail::ClockTag<detail::SteadyTag, std::chrono::nanoseconds>::time_point;

inline constexpr Seconds kDay{86'400};

constexpr WorldTime world_time(std::int64_t unix_seconds) { return WorldTime{Seconds{unix_seconds}}; }
constexpr std::int64_t unix_seconds(WorldTime t) { return t.time_since_epoch().count(); }

constexpr WallTime wall_time(std::int64_t unix_seconds) { return WallTime{Seconds{unix_seconds}}; }
constexpr double unix_seconds(WallTime t) { return static_cast<double>(t.time_since_epoch().count()) / 1e3; }

// The world instant that the local clock reads as "now", whole seconds, rounded down.
constexpr WorldTime to_world(WallTime t) {
  return WorldTime{std::chrono::floor<Seconds>(t.time_since_epoch())};
}
// The wall clock's reading when the world was at `t`.
constexpr WallTime to_wall(WorldTime t) { return WallTime{t.time_since_epoch()}; }

// Days since 1970-01-01 UTC; negative before it.
template <class Tag, class Unit>
constexpr std::int64_t utc_day(std::chrono::time_point<detail::ClockTag<Tag, Unit>> t) {
  return std::chrono::floor<std::chrono::days>(t.time_since_epoch()).count();
}

// "2026-11-24T17:39:51Z"
std::string to_iso(WorldTime t);
std::string to_iso(WallTime t);
// "2026-11-24" of a day number as utc_day() counts.
std::string day_to_iso(std::int64_t day);

// "30m", "48h", "1m30s", "250ms": as the config reads them.
std::string to_text(Millis duration);

}  // namespace agora_exporter
