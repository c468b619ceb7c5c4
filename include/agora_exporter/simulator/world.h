// The procedural world behind the simulated API: every call, session and point is a function of the seed and
// the time, so any instant, past or future, can be asked for and nothing is stored.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/base/result.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::simulator {

inline constexpr std::string_view kDefaultAppId = "a1b2c3d4e5f60718293a4b5c6d7e8f90";

struct AppVolume {
  std::string app_id{kDefaultAppId};
  int calls_per_day = 100;  // exactly so many begin on each UTC day; the guaranteed ones below come on top
};

// Half-open: [begin, end).
struct Span {
  WorldTime begin;
  WorldTime end;
};

// A bad time that is planned: some users on one network, chosen call by call, hear and see more freezes.
struct PlannedIncident {
  Span span;
  std::string network;
  double share = 0.3;  // of the users on it
  // Of every value of the mids 20005 and 20011, cut to the time from point to point: where that cuts much,
  // the mean rises by less.
  double freeze_factor = 3;
};

struct WorldOptions {
  std::uint64_t seed = 1;
  std::vector<AppVolume> apps{AppVolume{}};
  bool daily_rhythm = true;  // else calls begin evenly over the day

  // Sizes and durations. The exact forms take the place of the distributions, server users not counted.
  std::optional<int> users;         // people in every call
  std::optional<Seconds> duration;  // of every call, at most 10,200 s
  double mean_users = 4;            // 2 at least; heavy tail up to max_users
  int max_users = 200;
  Seconds mean_duration{900};
  bool churn = true;          // late joins, early leaves, reconnections within 5 s, one uid twice at once
  double server_users = 0.1;  // share of calls with a Linux user in it

  // Points. Without `spacing` most mids have one every 2 s, some every 4, 6 or 10 s, some streams unevenly.
  std::optional<Seconds> spacing;        // every mid, evenly
  bool gaps = true;                      // lost points, and silences of a whole session of 12 to 90 s
  bool incidents = true;                 // times in which a network or a platform is bad
  std::vector<PlannedIncident> planned;  // on top of those
  bool unused_hours = false;  // now and then an hour in which nobody used a product: its quality is null
  bool unknown_mids = true;   // now and then a mid that no catalog has

  // Guaranteed for every app and UTC day, on top of calls_per_day.
  bool long_call = true;    // longer than 3 h (each third longer than 8 h), at most 12 h
  bool large_call = false;  // 150 users
  bool doubled_uid = true;  // one uid twice at once, and a reconnection
};

// "Wi-Fi,0.3,3,2026-03-02T10:00:00Z,40": network, share, factor, begin (Unix seconds or RFC 3339), minutes.
Result<void> add_planned_incident(WorldOptions& to, std::string_view text);

struct Incident {
  Span span;
  int severity = 0;  // 1 to 256
};

struct FreezeIncident {
  Span span;
  double factor = 1;
};

// Platform, network and the rest are constant over a session's life.
struct Session {
  std::string sid;
  std::uint32_t uid = 0;
  std::uint32_t user = 0;  // ordinal in the call; the sessions of one user share uid
  std::string account;     // today's server only
  std::string network;     // empty: the API leaves it out
  std::string platform;    // Android, iOS, Windows, macOS, Web, Linux
  std::string sdk_version;
  std::string device_type;
  bool speaker = true;
  bool server_user = false;  // platform Linux
  WorldTime joined;
  WorldTime left;
  std::vector<Span> gaps;               // silences of all its streams
  std::vector<Incident> incidents;      // those that touch it
  std::vector<FreezeIncident> planned;  // likewise, of its user
};

struct CallHead {
  std::string call_id;
  std::string channel;
  WorldTime created;    // the first join, server users included
  WorldTime destroyed;  // the last leave
};

struct Call {
  CallHead head;
  std::uint64_t hash = 0;
  std::vector<Session> sessions;  // ascending by (joined, sid)
};

// One series of a session; made by World::streams. Beyond mid and peer it is the world's own.
struct Stream {
  std::uint32_t mid = 0;
  std::uint32_t peer_uid = 0;
  std::uint32_t model = 0;  // row of the table of models
  std::uint64_t hash = 0;
  std::int64_t origin = 0;  // Unix seconds of its 0th point
  std::int64_t step = 2;
  bool uneven = false;
  std::vector<Span> spans;  // when the session, and the peer if any, are in the call
};

// A value is an integer over a power of ten, so that its text and its double are exact.
struct Point {
  WorldTime at;
  std::int64_t digits = 0;
  double value = 0;  // digits / 10^decimals, in the unit of the JSON (percent, kbit/s, ms, ...)
};

// One thread. All instants are whole seconds; a session's points lie in [joined, left).
class World {
 public:
  explicit World(WorldOptions options);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const WorldOptions& options() const { return options_; }
  bool has_app(std::string_view app_id) const;

  // Calls that were created in [a, b); calls with created < b and destroyed > a. Ascending by (created,
  // call_id).
  std::vector<CallHead> created_in(std::string_view app_id, WorldTime a, WorldTime b) const;
  std::vector<CallHead> active_in(std::string_view app_id, WorldTime a, WorldTime b) const;
  // nullptr: no such call in this app.
  std::shared_ptr<const Call> call(std::string_view app_id, std::string_view call_id) const;

  std::vector<Stream> streams(const Call& call, std::size_t session) const;
  // Points of a stream with at in [a, b], ascending.
  std::vector<Point> points(const Call& call, std::size_t session, const Stream& stream, WorldTime a,
                            WorldTime b) const;

 private:
  struct Cache;
  WorldOptions options_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace agora_exporter::simulator
