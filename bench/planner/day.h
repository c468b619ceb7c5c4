// A world of calls that is known whole: what a rehearsal of the planner is held against. Values; any thread
// may read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/base/time.h"

namespace agora_exporter::rehearsal {

// Half-open: [begin, end).
struct Span {
  WorldTime begin;
  WorldTime end;
  bool contains(WorldTime t) const { return begin <= t && t < end; }
};

struct Session {
  std::uint32_t uid = 0;
  WorldTime joined;
  WorldTime left;  // it has points in [joined, left)
};

struct Call {
  std::string id;
  std::string channel;
  WorldTime created;              // the first join
  WorldTime destroyed;            // the last leave
  std::vector<Session> sessions;  // ascending by joined

  // The name of sessions[i], and back; sessions.size() for a name that is not of this call.
  std::string sid(std::size_t i) const { return id + "." + std::to_string(i); }
  std::size_t session_of(std::string_view sid) const;
  double mean_users() const;  // at once
  double peak_users() const;  // at once, at most
};

struct App {
  std::string app_id;
  std::vector<Call> calls;  // ascending by created
};

struct World {
  std::vector<App> apps;
};

// The call with the users of another one, who come and go at the same parts of its life.
Call with_users_of(const Call& other, Call call);

// Sessions' seconds within the span, over all of them.
double session_seconds(const App& app, Span span);
double session_seconds(const World& world, Span span);

// How calls of one app come about. Everything is drawn from the seed.
struct Volume {
  double calls_per_day = 100;
  double users = 4;             // mean; at least 2
  bool users_vary = true;       // 2 + geometric; else exactly `users`
  Seconds duration{900};        // mean
  bool duration_varies = true;  // exponential, of 60 s at least; else exactly so long
  bool churn = true;            // a third joins late or leaves early
  bool rhythm = false;  // three times as many calls at 15:00 UTC as at 03:00, as a cosine; else evenly
  bool spike = false;   // two thirds of each day's calls begin from 08:00 to 09:00 UTC
  int channels = 50;    // calls take them in turn
};
// Calls that begin in the span.
App make_app(const std::string& app_id, const Volume& volume, Span span, std::uint64_t seed);

}  // namespace agora_exporter::rehearsal
