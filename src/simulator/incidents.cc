#include "simulator/incidents.h"

#include <iterator>
#include <string_view>

#include "simulator/random.h"

namespace agora_exporter::simulator {
namespace {

constexpr std::int64_t kIncidentSlot = 7'200;
constexpr std::int64_t kGapSlot = 600;

struct Target {
  bool network;
  std::string_view name;
};
constexpr Target kTargets[] = {{true, "Wi-Fi"}, {true, "4G"},       {true, "LAN"},
                               {false, "Web"},  {false, "Android"}, {false, "iOS"}};

}  // namespace

std::vector<Incident> incidents_of(const WorldOptions& options, std::uint32_t app, const Session& session) {
  std::vector<Incident> found;
  const std::int64_t last = unix_seconds(session.left) / kIncidentSlot;
  for (std::int64_t slot = unix_seconds(session.joined) / kIncidentSlot; slot <= last; ++slot) {
    Dice dice(join(join(options.seed, 0x1bad + app), static_cast<std::uint64_t>(slot)));
    if (!dice.chance(0.35)) continue;
    const Target& target = kTargets[dice.below(std::size(kTargets))];
    if (target.name != (target.network ? session.network : session.platform)) continue;
    // Within its slot, so that a look at the slots of the session's life finds all.
    const std::int64_t length = 300 + dice.below(2'100);
    const std::int64_t begin = slot * kIncidentSlot + dice.below(kIncidentSlot - length);
    const int severity = 60 + static_cast<int>(dice.below(197));
    const Span span{world_time(begin), world_time(begin + length)};
    if (span.end > session.joined && span.begin < session.left) found.push_back({span, severity});
  }
  return found;
}

std::vector<Span> gaps_of(std::uint64_t key, Span life) {
  std::vector<Span> gaps;
  const std::int64_t length = (life.end - life.begin).count();
  for (std::int64_t slot = 0; slot * kGapSlot < length; ++slot) {
    Dice dice(join(key, static_cast<std::uint64_t>(slot)));
    if (!dice.chance(0.06)) continue;
    const std::int64_t lasts = 12 + dice.below(79);
    const WorldTime begin = life.begin + Seconds{slot * kGapSlot + dice.below(kGapSlot - lasts)};
    gaps.push_back({begin, begin + Seconds{lasts}});
  }
  return gaps;
}

}  // namespace agora_exporter::simulator
