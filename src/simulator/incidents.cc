#include "simulator/incidents.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "agora_exporter/base/instant.h"
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

// As person_equipment() gives them out.
constexpr std::string_view kNetworks[] = {"Wi-Fi", "LAN", "3G", "4G", "5G", "Unknown"};

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

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

std::vector<FreezeIncident> planned_of(const WorldOptions& options, std::uint64_t call_hash,
                                       const Session& session) {
  std::vector<FreezeIncident> found;
  const double place = unit_interval(join(join(call_hash, 0xf4ee2e), session.user));
  for (const PlannedIncident& p : options.planned) {
    if (p.network != session.network || place >= p.share) continue;
    if (p.span.end > session.joined && p.span.begin < session.left)
      found.push_back({p.span, p.freeze_factor});
  }
  return found;
}

Result<void> add_planned_incident(WorldOptions& to, std::string_view text) {
  std::array<std::string_view, 5> fields;
  const bool five = std::count(text.begin(), text.end(), ',') == 4;
  for (std::string_view rest = text; auto& field : fields) {
    field = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(rest.size(), field.size() + 1));
  }
  const auto bad = [&](const std::string& why) {
    return failure("no incident: \"" + std::string(text) + "\": " + why, "",
                   "NETWORK,SHARE,FACTOR,FROM,MINUTES, as in Wi-Fi,0.3,3,2026-03-02T10:00:00Z,40");
  };
  const auto [network, share, factor, from, minutes] = fields;
  if (!five) return bad("it takes five fields");
  if (std::find(std::begin(kNetworks), std::end(kNetworks), network) == std::end(kNetworks))
    return bad("nobody is on the network \"" + std::string(network) + "\"");
  const auto of_users = number(share);
  if (!of_users || *of_users < 0 || *of_users > 1) return bad("SHARE is no number from 0 to 1");
  const auto times = number(factor);
  if (!times || *times < 0 || *times > 1'000) return bad("FACTOR is no number from 0 to 1000");
  const auto begin = parse_instant(from);
  if (!begin) return bad("FROM is neither Unix seconds nor RFC 3339");
  const auto lasts = number(minutes);
  if (!lasts || *lasts <= 0 || *lasts > 1e6) return bad("MINUTES is no number above 0");
  const WorldTime start = to_world(*begin);
  const Span span{start, start + Seconds{std::llround(*lasts * 60)}};
  to.planned.push_back({span, std::string(network), *of_users, *times});
  return {};
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
