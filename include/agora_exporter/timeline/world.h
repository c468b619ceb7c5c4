// World: what the page shows, at one instant R. Immutable; shared between threads by shared_ptr<const World>.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::timeline {

inline constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();

// The text of a session, shared by all of its series and by successive Worlds; replaced when the API tells
// another.
struct SessionText {
  std::string app, channel, call_id, sid, uid, network, platform, sdk_version, device_type;
  bool speaker = false;
  std::uint64_t hash = 0;  // stable_hash(sid): which sessions max_series hides
};

struct SessionView {
  std::shared_ptr<const SessionText> text;
  WorldTime joined;
  std::uint32_t first_row = 0;  // its rows in World: [first_row, first_row + rows)
  std::uint32_t rows = 0;       // one for peer 0 (always, first), one for each peer with a series
};

// One (session, peer). Its values are column entries World::values[mid index][row].
struct Row {
  std::uint32_t session = 0;
  std::uint32_t peer_uid = 0;
  // Cumulative since the stream's first point; kAbsent where the session has no such stream.
  double audio_playback = kAbsent, audio_freeze = kAbsent, video_playback = kAbsent, video_freeze = kAbsent;
};

struct UnknownMid {
  std::uint32_t row = 0;
  std::uint32_t mid = 0;
  double value = 0;
};

// Bounds of the histograms, ascending, without +Inf (design, table of metrics).
inline constexpr std::array kLossBounds{.001, .005, .01, .02, .03, .05, .1, .2, .5};
inline constexpr std::array kRoundTripBounds{.01, .025, .05, .1, .2, .4, .8, 1.6};
inline constexpr std::array kFramesBounds{1., 5., 10., 12., 15., 20., 24., 30., 60.};
inline constexpr std::array kCallDurationBounds{10.,   30.,   60.,   120.,   300.,  600.,
                                                1800., 3600., 7200., 14400., 28800.};

inline constexpr std::array kFreezeBounds = kLossBounds;

struct Histogram {
  std::vector<std::uint64_t> buckets;  // per bound, not cumulative; the last entry is +Inf
  double sum = 0;
  std::uint64_t count = 0;
};

// {app, platform, network, sdk_version}
struct Totals {
  std::string app, platform, network, sdk_version;
  double session_seconds = 0;
  double audio_playback = 0, audio_freeze = 0, video_playback = 0, video_freeze = 0;
};
enum class Observed { audio_loss, video_loss, round_trip, video_frames };
inline constexpr int kObservedCount = 4;
// {app, platform, network}
struct ObservedTotals {
  std::string app, platform, network;
  std::array<Histogram, kObservedCount> histograms;  // by Observed
};

// Totals into which sessions go by their weight; of histograms, the number of points.
enum class Estimated {
  session_seconds,
  audio_playback,
  audio_freeze,
  video_playback,
  video_freeze,
  audio_loss,
  video_loss,
  round_trip,
  video_frames
};
inline constexpr int kEstimatedCount = 9;

struct ActiveSessions {
  std::string app, platform, network;
  std::uint64_t count = 0;
};

enum class SecondsOutcome { in_hand, late, missing, sampled_out };
inline constexpr int kSecondsOutcomeCount = 4;
enum class BucketOutcome { shown, missed, revised };

struct InsightSeries {
  agora::Endpoint source;  // insight_usage | insight_quality
  agora::Granularity granularity;
  std::string metric;   // the API's word
  std::string product;  // empty for usage
  WorldTime bucket;     // ts as given
  double value = 0;     // in the page's unit
};
struct InsightLag {
  agora::Endpoint source;
  agora::Granularity granularity;
  Seconds lag;
  std::array<std::uint64_t, 3> buckets{};  // by BucketOutcome, since the process started
};

struct AppWorld {
  std::string app;
  std::uint64_t active_calls = 0;
  std::uint64_t calls_end_unknown = 0;
  std::uint64_t calls_started = 0;
  std::uint64_t calls_ended = 0;
  Histogram call_duration;                         // kCallDurationBounds
  Histogram call_audio_freeze, call_video_freeze;  // kFreezeBounds
  // Of the app's totals since they began, by Estimated; nothing where no session stood for others.
  std::optional<std::array<double, kEstimatedCount>> standard_errors;
  std::vector<InsightSeries> insight;
  std::vector<InsightLag> insight_lags;
  std::array<double, kSecondsOutcomeCount> session_seconds{};  // by SecondsOutcome, since the process started
  // For how many sessions one that is active now stands in the totals, on average; kAbsent while there is
  // none.
  double session_weight = kAbsent;
  std::map<std::string, std::uint64_t>
      points_dropped;  // by reason: "late", "outside_session", "unknown_mid",
                       // "malformed", since the process started
};

struct World {
  WorldTime at;  // R
  // Totals are estimates of the whole population; else they speak of the sessions seen.
  bool representative = true;
  std::vector<AppWorld> apps;
  std::vector<SessionView> sessions;
  std::vector<Row> rows;
  std::vector<std::vector<double>> values;  // [mid index of agora::mids()][row]; kAbsent = no series
  std::vector<UnknownMid> unknown_mids;
  std::vector<Totals> totals;
  std::vector<ObservedTotals> observed;
  std::vector<ActiveSessions> active_sessions;
};

}  // namespace agora_exporter::timeline
