// A restart must not cost more than the start itself: the hour after it asks what the hour before it asked.
#include <gtest/gtest.h>

#include "system/rig.h"

namespace agora_exporter::system_tests {
namespace {

std::uint64_t lists_asked(Rig& rig) {
  std::uint64_t asked = 0;
  for (const auto& [key, usage] : rig.simulator().counters().usage)
    if (key.second == agora::Endpoint::call_lists) asked += usage.requests;
  return asked;
}

TEST(RestartSpending, IsThatOfAnyOtherHour) {
  RigOptions options;
  options.plan = "enterprise";
  options.seed = 8;  // a short call at midnight, whose last list is pruned
  options.world.apps[0].calls_per_day = 200;
  options.world.incidents = false;
  // Longer than the journal is kept: of some calls only what was told after midnight is left.
  options.start = wall_time(kMonday - 4 * kDay.count());
  options.insight = false;
  Rig rig(options);
  const WallTime restart = wall_time(kMonday + kDay.count() + 1'800);
  rig.run_until(restart - Seconds{3'600});
  const std::uint64_t before = lists_asked(rig);
  rig.run_until(restart);
  const std::uint64_t usual = lists_asked(rig) - before;
  rig.restart();
  const std::uint64_t begin = lists_asked(rig);
  rig.run_until(restart + Seconds{3'600});
  EXPECT_LT(lists_asked(rig) - begin, usual * 3 / 2) << "in the hour before: " << usual;
}

}  // namespace
}  // namespace agora_exporter::system_tests
