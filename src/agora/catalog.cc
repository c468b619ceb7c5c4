// Sources: specification, "Metrics ID", "Experience ID", "Factor ID", "Query usage metrics" and "Query
// quality metrics"; the vendor's current reference for mids from 20030 on and for units. The families are the
// page's names (docs/metrics.md). The loss of 20036-20038 has no stated unit: it is taken as percent, like
// every other loss.
#include "agora_exporter/agora/catalog.h"

#include <algorithm>
#include <array>

namespace agora_exporter::agora {
namespace {

constexpr bool kOwn = false;    // about the session's own user
constexpr bool kRemote = true;  // about the remote user named by peer_uid
constexpr bool kSpec = true;    // in the specification
constexpr bool kLater = false;  // in the vendor's current reference only

using enum Scale;

// clang-format off
constexpr std::array kMids{
    Mid{20001, "app_cpu_ratio", "CPU usage of the app", "percent", percent, kOwn, kSpec},
    Mid{20002, "system_cpu_ratio", "CPU usage of the system", "percent", percent, kOwn, kSpec},
    Mid{20003, "audio_upstream_bytes_per_second", "Upstream bitrate of the audio", "kbit/s", kilobits, kOwn, kSpec},
    Mid{20004, "audio_downstream_bytes_per_second", "Downstream bitrate of the audio", "kbit/s", kilobits, kRemote, kSpec},
    Mid{20005, "audio_freeze_duration_seconds", "Freeze time in rendering the audio", "ms", milliseconds, kRemote, kSpec},
    Mid{20006, "video_low_upstream_bytes_per_second", "Upstream bitrate of the low-quality video stream", "kbit/s", kilobits, kOwn, kSpec},
    Mid{20007, "video_capture_frames_per_second", "Capturing frame rate of the video", "frames/s", one, kOwn, kSpec},
    Mid{20008, "video_high_upstream_frames_per_second", "Upstream frame rate of the high-quality video stream", "frames/s", one, kOwn, kSpec},
    Mid{20009, "video_downstream_bytes_per_second", "Downstream bitrate of the video", "kbit/s", kilobits, kRemote, kSpec},
    Mid{20010, "video_downstream_frames_per_second", "Downstream frame rate of the video", "frames/s", one, kRemote, kSpec},
    Mid{20011, "video_freeze_duration_seconds", "Freeze time in rendering the video", "ms", milliseconds, kRemote, kSpec},
    Mid{20013, "video_quantization_parameter", "Quality of picture (QP) of the video: the lower, the better", "1", one, kOwn, kSpec},
    Mid{20015, "audio_upstream_loss_ratio", "Upstream packet loss of the audio", "percent", percent, kOwn, kSpec},
    Mid{20016, "audio_end_to_end_loss_ratio", "End-to-end packet loss of the audio", "percent", percent, kRemote, kSpec},
    Mid{20017, "video_upstream_loss_ratio", "Upstream packet loss of the video", "percent", percent, kOwn, kSpec},
    Mid{20018, "video_end_to_end_loss_ratio", "End-to-end packet loss of the video", "percent", percent, kRemote, kSpec},
    Mid{20019, "video_received_width_pixels", "Width of the received video", "pixels", one, kRemote, kSpec},
    Mid{20020, "video_received_height_pixels", "Height of the received video", "pixels", one, kRemote, kSpec},
    Mid{20021, "task_scheduling_delay_seconds", "Task scheduling delay", "ms", milliseconds, kOwn, kSpec},
    Mid{20022, "router_round_trip_seconds", "Round-trip time from the client to the local router", "ms", milliseconds, kOwn, kSpec},
    Mid{20023, "video_low_upstream_frames_per_second", "Upstream frame rate of the low-quality video stream", "frames/s", one, kOwn, kSpec},
    Mid{20024, "video_high_upstream_bytes_per_second", "Upstream bitrate of the high-quality video stream", "kbit/s", kilobits, kOwn, kSpec},
    Mid{20025, "audio_sent_volume", "Sampling volume of the sent audio", "dB", one, kOwn, kSpec},
    Mid{20026, "audio_played_volume", "Playback volume of the received audio", "dB", one, kRemote, kSpec},
    Mid{20027, "video_sent_width_pixels", "Width of the sent video", "pixels", one, kOwn, kSpec},
    Mid{20028, "video_sent_height_pixels", "Height of the sent video", "pixels", one, kOwn, kSpec},
    Mid{20030, "video_low_downstream_bytes_per_second", "Downstream bitrate of the low-quality video stream", "kbit/s", kilobits, kRemote, kLater},
    Mid{20031, "video_low_downstream_frames_per_second", "Downstream frame rate of the low-quality video stream", "frames/s", one, kRemote, kLater},
    Mid{20032, "video_low_received_width_pixels", "Width of the received low-quality video", "pixels", one, kRemote, kLater},
    Mid{20033, "video_low_received_height_pixels", "Height of the received low-quality video", "pixels", one, kRemote, kLater},
    Mid{20034, "video_low_sent_width_pixels", "Width of the sent low-quality video", "pixels", one, kOwn, kLater},
    Mid{20035, "video_low_sent_height_pixels", "Height of the sent low-quality video", "pixels", one, kOwn, kLater},
    Mid{20036, "webrtc_video_downstream_loss_ratio", "Downstream packet loss of the video in WebRTC", "percent", percent, kRemote, kLater},
    Mid{20037, "webrtc_audio_upstream_loss_ratio", "Upstream packet loss of the audio in WebRTC", "percent", percent, kOwn, kLater},
    Mid{20038, "webrtc_video_upstream_loss_ratio", "Upstream packet loss of the video in WebRTC", "percent", percent, kOwn, kLater},
};

constexpr std::array<InsightMetric, 8> kUsage{{
    {"userCount", "users", "Users across channels; one user in two channels counts twice", false},
    {"sessionCount", "sessions", "Times a user joined a channel", false},
    {"channelCount", "channels", "Channels: from the first user's join to the last user's leave", false},
    {"peakCurrentChannels", "peak_channels", "Most channels in use at once", false},
    {"peakCurrentUsers", "peak_users", "Most users in calls at once, across channels", false},
    {"totalDuration", "duration_seconds", "Duration of video and audio-only calls, summed over users", true},
    {"totalVideoDuration", "video_duration_seconds", "Duration of video calls, summed over users", true},
    {"totalAudioDuration", "audio_duration_seconds", "Duration of audio-only calls, summed over users", true},
}};

constexpr std::array<InsightMetric, 5> kQuality{{
    {"joinSuccessRate", "join_success_ratio", "Users who joined, by attempts to join", false},
    {"joinSuccessIn5sRate", "join_success_within_5s_ratio", "Users who joined within 5 seconds, by attempts to join", false},
    {"audioFreezeRate", "audio_freeze_ratio", "Audio freezes over 200 ms, by audio time of all streams", false},
    {"videoFreezeRate", "video_freeze_ratio", "Video freezes over 600 ms, by video time of all streams", false},
    {"networkDelay", "network_delay_ratio", "End-to-end network delays over 400 ms, by audio and video time of all streams", false},
}};

constexpr std::array<Named, 3> kExperiences{{
    {4, "Video freeze"},
    {5, "Audio freeze"},
    {6, "Join-channel delay"},
}};

constexpr std::array<Named, 37> kFactors{{
    {1, "Two same UIDs interfere with each other"},
    {2, "The user is banned by the administrator"},
    {3, "Connection failure"},
    {8, "Downstream network latency in video transmission"},
    {9, "Downstream network latency in audio transmission"},
    {10, "High CPU usage"},
    {11, "Device is busy"},
    {12, "The user stops sending audio streams"},
    {13, "The user stops sending video streams"},
    {14, "The user disables the audio module"},
    {15, "The user disables the video module"},
    {16, "The remote user stops receiving the audio stream of the local user"},
    {17, "The remote user stops receiving the video stream of the local user"},
    {21, "Upstream packet loss in video transmission"},
    {22, "Upstream packet loss in audio transmission"},
    {23, "Downstream packet loss in video transmission"},
    {24, "Downstream packet loss in audio transmission"},
    {25, "Electron integration"},
    {29, "Weak Wi-Fi signal (including hotspots)"},
    {30, "The user is banned from the channel"},
    {31, "Join-channel failure because of an invalid App ID"},
    {32, "Join-channel failure because of an invalid channel name"},
    {33, "Join-channel failure because of an invalid token"},
    {34, "Join-channel failure because of an expired token"},
    {35, "Join-channel failure because the user is intercepted"},
    {36, "Join-channel timeout"},
    {37, "Network reconnection triggered by network disconnection"},
    {38, "Network reconnection triggered by proxy server setup"},
    {39, "Network reconnection triggered by token renewal"},
    {40, "Network reconnection triggered by user IP address change"},
    {41, "Network reconnection triggered by network connection timeout"},
    {42, "Upstream network latency in video transmission"},
    {43, "Upstream network latency in audio transmission"},
    {44, "Upstream network jitter in video transmission"},
    {45, "Upstream network jitter in audio transmission"},
    {46, "Downstream network jitter in video transmission"},
    {47, "Downstream network jitter in audio transmission"},
}};
// clang-format on

}  // namespace

std::span<const Mid> mids() { return kMids; }

std::optional<std::size_t> mid_index(std::uint32_t id) {
  const auto* const at = std::lower_bound(
      kMids.begin(), kMids.end(), id, [](const Mid& mid, std::uint32_t wanted) { return mid.id < wanted; });
  if (at == kMids.end() || at->id != id) return std::nullopt;
  return static_cast<std::size_t>(at - kMids.begin());
}

double factor_of(Scale scale, bool percent_is_fraction) {
  switch (scale) {
    case Scale::one:
      return 1.0;
    case Scale::percent:
      return percent_is_fraction ? 1.0 : 0.01;
    case Scale::kilobits:
      return 125.0;
    case Scale::milliseconds:
      return 0.001;
  }
  return 1.0;
}

std::span<const InsightMetric> usage_metrics() { return kUsage; }
std::span<const InsightMetric> quality_metrics() { return kQuality; }
std::span<const Named> experiences() { return kExperiences; }
std::span<const Named> factors() { return kFactors; }

}  // namespace agora_exporter::agora
