#include "agora_exporter/simulator/virtual_time.h"

#include "agora_exporter/base/instant.h"

namespace agora_exporter::simulator {
Result<std::unique_ptr<Clock>> choose_clock(const std::string& start, const std::string& epoch,
                                            double speed) {
  if (start.empty() && epoch.empty() && speed == 1.0) return make_system_clock();
  VirtualClockSettings settings;
  settings.speed = speed;
  settings.epoch = make_system_clock()->now();
  if (!epoch.empty()) {
    const auto at = parse_instant(epoch);
    if (!at) return failure("--clock.epoch is no instant: \"" + epoch + "\"", "", "Unix seconds or RFC 3339");
    settings.epoch = *at;
  }
  settings.start = settings.epoch;
  if (!start.empty()) {
    const auto at = parse_instant(start);
    if (!at) return failure("--clock.start is no instant: \"" + start + "\"", "", "Unix seconds or RFC 3339");
    settings.start = *at;
  }
  return make_virtual_clock(settings);
}

}  // namespace agora_exporter::simulator
