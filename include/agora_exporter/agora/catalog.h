// The tables of the API's vocabulary. A new mid, insight metric, experience or factor is one row in
// catalog.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace agora_exporter::agora {

// How the number in the JSON becomes the base unit on the page.
enum class Scale {
  one,          // as it is
  percent,      // percent in the JSON, a ratio on the page; `units.percent: fraction` turns it off
  kilobits,     // kbit/s -> bytes per second: x 125
  milliseconds  // ms -> seconds: / 1000
};

struct Mid {
  std::uint32_t id;
  std::string_view family;  // metric name without "agora_session_": "app_cpu_ratio"
  std::string_view help;    // the API's meaning, in a sentence without the trailing stop
  std::string_view unit;    // the API's unit: "percent", "kbit/s", "ms", "frames/s", "pixels", "dB", "1"
  Scale scale;
  bool about_remote_user;  // carries the remote user's uid in peer_uid
  bool in_specification;   // in the specification of 2021; the others came later
};

// All known mids, ascending by id; the position in it is a mid's index in timeline::World.
std::span<const Mid> mids();
std::optional<std::size_t> mid_index(std::uint32_t id);

// The factor that takes the JSON's number to the page's.
double factor_of(Scale scale, bool percent_is_fraction);

struct InsightMetric {
  std::string_view word;    // the API's parameter value and JSON field: "userCount"
  std::string_view family;  // without "agora_insight_daily_": "users"
  std::string_view help;
  bool duration;  // in the account's units.duration; the page shows seconds
};
std::span<const InsightMetric> usage_metrics();    // 8
std::span<const InsightMetric> quality_metrics();  // 5
inline constexpr std::string_view kProducts[] = {"Native", "WebRTC"};

struct Named {
  std::uint32_t id;
  std::string_view description;
};
std::span<const Named> experiences();  // 3
std::span<const Named> factors();      // 37

// mids with a part of their own in the totals
inline constexpr std::uint32_t kAudioFreezeMid = 20005;
inline constexpr std::uint32_t kVideoFreezeMid = 20011;
inline constexpr std::uint32_t kAudioLossMid = 20016;
inline constexpr std::uint32_t kVideoLossMid = 20018;
inline constexpr std::uint32_t kRoundTripMid = 20022;
inline constexpr std::uint32_t kVideoFramesMid = 20010;

}  // namespace agora_exporter::agora
