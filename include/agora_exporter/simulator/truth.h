// What the simulated world really was: what tests compare a page with.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/simulator/readings.h"
#include "agora_exporter/simulator/world.h"

namespace agora_exporter::simulator {

struct TruthCall {
  std::string call_id;
  std::string channel;
  WorldTime created, destroyed;
};

struct TruthSession {
  std::string call_id;
  std::string channel;
  WorldTime call_created;
  Session session;
};

struct TruthSeries {
  std::size_t session = 0;  // index into Truth::sessions
  std::uint32_t mid = 0;
  std::uint32_t peer_uid = 0;
  double value = 0;  // in the unit of the JSON
  WorldTime point;   // p: of which the value is
  WorldTime first;   // the stream's first point
};

// The world at R.
struct Truth {
  WorldTime at;
  std::vector<TruthCall> calls;        // created <= R < destroyed, ascending by (created, call_id)
  std::vector<TruthSession> sessions;  // joined <= R < left
  // By the design's rule: the newest point p <= R is shown if R - p <= 10 s, or if the next point q comes
  // with q - p <= 60 s.
  std::vector<TruthSeries> series;
};

// {platform, network, sdk_version as "major.minor"}
struct TotalsKey {
  std::string platform, network, sdk_version;
  friend auto operator<=>(const TotalsKey&, const TotalsKey&) = default;
};
struct SessionTotals {
  double session_seconds = 0;
  double audio_playback = 0, audio_freeze = 0, video_playback = 0, video_freeze = 0;  // seconds
};
// {platform, network, mid}: mids 20016, 20018, 20022, 20010
struct ObservedKey {
  std::string platform, network;
  std::uint32_t mid = 0;
  friend auto operator<=>(const ObservedKey&, const ObservedKey&) = default;
};

// What passed in (a, b].
struct TruthTotals {
  std::uint64_t calls_started = 0;
  std::uint64_t calls_ended = 0;
  std::map<std::int64_t, std::uint64_t> durations;  // of the ended calls, seconds -> how many
  std::map<TotalsKey, SessionTotals> sessions;
  std::map<ObservedKey, std::map<double, std::uint64_t>>
      observed;  // value in the unit of the JSON -> how many points
};

struct TruthOptions {
  bool server_users = false;         // Linux users too
  bool percent_as_fraction = false;  // Readings::percent
};

Truth truth_at(const World& world, std::string_view app_id, WorldTime r, TruthOptions options = {});
// Adds what passed in (a, b]; intervals that follow one another add up to the whole.
void add_totals(const World& world, std::string_view app_id, WorldTime a, WorldTime b, TruthOptions options,
                TruthTotals& to);
// GET /truth?appid=...&ts=...
std::string to_json(const Truth& truth);

}  // namespace agora_exporter::simulator
