#include "simulator/equipment.h"

#include <iterator>

namespace agora_exporter::simulator {
namespace {

template <std::size_t N>
const char* pick(Dice& dice, const char* const (&of)[N]) {
  return of[dice.below(static_cast<std::int64_t>(N))];
}

constexpr const char* kMobileNetworks[] = {"Wi-Fi", "Wi-Fi", "Wi-Fi", "Wi-Fi", "Wi-Fi",
                                           "4G",    "4G",    "4G",    "5G",    "3G"};
constexpr const char* kDesktopNetworks[] = {"Wi-Fi", "Wi-Fi", "LAN", "LAN", "Unknown"};
constexpr const char* kWebNetworks[] = {"Wi-Fi", "4G", "", ""};
constexpr const char* kNativeVersions[] = {"4.3.0",    "4.2.6.12", "4.2.6.12",
                                           "4.1.1.30", "3.7.2.4",  "2.2.0.07_14"};
constexpr const char* kWebVersions[] = {"4.20.0", "4.19.3", "4.18.2"};

}  // namespace

Equipment person_equipment(Dice& dice) {
  Equipment e;
  const double kind = dice.unit();
  if (kind < 0.32) {
    e = {"Android", pick(dice, kMobileNetworks), pick(dice, kNativeVersions), ""};
    e.device_type = pick(dice, {"Android (6.0)", "Android (12)", "Android (13)", "Android (14)"});
  } else if (kind < 0.58) {
    e = {"iOS", pick(dice, kMobileNetworks), pick(dice, kNativeVersions), ""};
    e.device_type = pick(dice, {"iPhone (16.7)", "iPhone (17.4)", "iPad (17.4)"});
  } else if (kind < 0.74) {
    e = {"Windows", pick(dice, kDesktopNetworks), pick(dice, kNativeVersions), "Windows 11"};
  } else if (kind < 0.84) {
    e = {"macOS", pick(dice, kDesktopNetworks), pick(dice, kNativeVersions), "macOS (14.4)"};
  } else {
    e = {"Web", pick(dice, kWebNetworks), pick(dice, kWebVersions), ""};
    e.device_type = pick(dice, {"Chrome 120", "Safari 17", "Firefox 124", "Chrome \"beta\" \\ 121"});
  }
  if (dice.chance(0.02)) e.sdk_version.clear();
  return e;
}

Equipment server_equipment() { return {"Linux", "", "4.2.30", "Linux"}; }

}  // namespace agora_exporter::simulator
