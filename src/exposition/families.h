// The page's metric families as data: name, type, labels and HELP of everything that World carries. The
// exporter's own are report::own_families().
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/agora/api.h"

namespace agora_exporter::exposition {

enum class FamilyType { counter, gauge, histogram };
std::string_view name_of(FamilyType type);

struct Family {
  std::string name;
  FamilyType type;
  std::string labels;  // comma-separated, for the documentation
  std::string help;    // without trailing stop
  std::string from;    // what in the API it is made of, for the documentation
  // HELP with planner.objective: coverage, of totals; else empty.
  std::string coverage_help{};
};

// Families that are no rows of the catalog, in the order of kFixed in families.cc.
enum class Fixed : std::size_t {
  insight_bucket,
  insight_lag,
  active_calls,
  active_sessions,
  calls_end_unknown,
  calls_started,
  calls_ended,
  call_duration,
  call_audio_freeze,
  call_video_freeze,
  session_seconds,
  audio_playback,
  audio_freeze,
  video_playback,
  video_freeze,
  observed_audio_loss,
  observed_video_loss,
  observed_round_trip,
  observed_video_frames,
  standard_error,
  session_info,
  session_join,
  session_audio_playback,
  session_audio_freeze,
  session_video_playback,
  session_video_freeze,
  session_unknown_mid,
  replay_timestamp,
  seconds_outcome,
  sampling_weight,
  insight_buckets,
  points_dropped,
  sessions_hidden,
};
inline constexpr std::size_t kFixedCount = static_cast<std::size_t>(Fixed::sessions_hidden) + 1;

const Family& family(Fixed which);
// By index of agora::mids().
const std::vector<Family>& mid_families();
// Position in agora::usage_metrics() or quality_metrics(), by `source`.
const std::vector<Family>& insight_families(agora::Endpoint source, agora::Granularity granularity);

}  // namespace agora_exporter::exposition
