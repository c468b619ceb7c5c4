// A simulated day of 500 calls (3 users, 20 min) on enterprise, in memory and without pages: the whole way
// from the API's JSON to the totals. scripts/verify performance holds the time against its bound in the
// release build.
#include <gtest/gtest.h>

#include <chrono>
#include <iostream>

#include "system/rig.h"
#include "system/size.h"

namespace agora_exporter::system_tests {
namespace {

TEST(Speed, ASimulatedDay) {
  RigOptions options;
  options.plan = "enterprise";
  options.world.apps[0].calls_per_day = full_size() ? 500 : 25;
  options.world.users = 3;
  options.world.duration = Seconds{1'200};
  options.world.long_call = options.world.doubled_uid = false;
  options.world.churn = false;
  options.world.server_users = 0;
  options.start = wall_time(kMonday);
  const auto begin = std::chrono::steady_clock::now();
  Rig rig(options);
  rig.run_until(options.start + kDay);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  const auto world = rig.world();
  std::cout << "a day of " << options.world.apps[0].calls_per_day << " calls: " << took.count() << " s\n";
  EXPECT_GE(world->apps[0].calls_started + 30,
            static_cast<std::uint64_t>(options.world.apps[0].calls_per_day));
  EXPECT_GT(world->apps[0].session_seconds[0], options.world.apps[0].calls_per_day * 3 * 1'000.0);
  if (full_size()) {
    EXPECT_LT(took.count(), 10);
  }
}

}  // namespace
}  // namespace agora_exporter::system_tests
