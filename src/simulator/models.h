// How each mid behaves in the simulated world: one row a mid.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace agora_exporter::simulator {

enum class Media { any, audio, video, low_video };  // low: the second, smaller video stream
enum class Side { own, sending, remote };           // sending: of the user's own stream; remote: of a peer's
enum class Client { any, native, web };

// A value is digits / 10^decimals in the API's unit:
//   digits = base + swing * slow + noise * white + effect * severity / 256, cut to [least, most]
// where base is constant over the stream in [base_least, base_most], slow in [0, 1) changes over 16 points,
// white is in [0, 1) and severity is that of an incident. A base below `least` makes a value that is mostly
// `least`.
struct Model {
  std::uint32_t mid;
  Side side;
  Media media;
  Client client;
  bool percent;
  int decimals;
  std::int64_t step;  // seconds between points
  std::int32_t base_least, base_most, swing, noise, effect, least, most;
  // 0: none; else the value is a rung of a ladder of resolutions: 1 widths, 2 heights, 3 and 4 of the low
  // stream
  int ladder;
};

std::span<const Model> models();
// Audio and video freeze: milliseconds since the point before, with two decimals.
constexpr bool is_freeze(std::uint32_t mid) { return mid == 20005 || mid == 20011; }
// A mid that no catalog has; its model is the last.
inline constexpr std::uint32_t kUnknownMid = 20'099;

inline constexpr std::array<std::array<std::int32_t, 4>, 4> kLadders{
    {{1280, 960, 640, 320}, {720, 540, 360, 180}, {320, 240, 160, 120}, {180, 135, 90, 68}}};

}  // namespace agora_exporter::simulator
