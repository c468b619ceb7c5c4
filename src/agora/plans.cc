// Sources: standard is the specification's "API limitations", premium and enterprise are the vendor's current
// reference. The vendor's current standard plan lists calls of one day only and has no insight: `limits:` in
// the config overrides any number.
#include "agora_exporter/agora/plans.h"

namespace agora_exporter::agora {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr bool kDaily = false;
constexpr bool kHourly = true;

// per second, minute, day; look-back, longest window, delay; granularity
constexpr std::array<Plan, 3> kPlans{{
    {"standard",
     {{
         {0, 1, 10, days{3}, hours{24}, hours{24}, kDaily},       // insight_usage
         {0, 1, 10, days{3}, hours{24}, hours{12}, kHourly},      // insight_quality
         {1, 0, 1'000, days{3}, hours{8}, Seconds{60}, kDaily},   // call_lists
         {1, 0, 1'000, days{1}, hours{1}, Seconds{300}, kDaily},  // call_sessions
         {1, 0, 1'000, days{1}, hours{1}, Seconds{300}, kDaily},  // call_metrics
     }}},
    {"premium",
     {{
         {0, 3, 40, days{14}, hours{72}, hours{12}, kHourly},
         {0, 3, 40, days{14}, hours{72}, hours{6}, kHourly},
         {3, 0, 2'000, days{7}, hours{16}, Seconds{20}, kDaily},
         {3, 0, 2'000, days{7}, hours{3}, Seconds{150}, kDaily},
         {3, 0, 2'000, days{7}, hours{3}, Seconds{150}, kDaily},
     }}},
    {"enterprise",
     {{
         {0, 10, 60, days{30}, hours{168}, hours{6}, kHourly},
         {0, 10, 60, days{30}, hours{168}, hours{6}, kHourly},
         {10, 0, 10'000, days{15}, hours{24}, Seconds{20}, kDaily},
         {10, 0, 10'000, days{15}, hours{6}, Seconds{100}, kDaily},
         {10, 0, 10'000, days{15}, hours{6}, Seconds{100}, kDaily},
     }}},
}};

}  // namespace

std::span<const Plan> plans() { return kPlans; }

std::optional<Plan> find_plan(std::string_view name) {
  for (const Plan& plan : kPlans) {
    if (plan.name == name) return plan;
  }
  return std::nullopt;
}

}  // namespace agora_exporter::agora
