// The server's clock is not ours: from the start, or stepped for a while as the exporter runs, on both sides
// of midnight. Nothing is missed, no day's limit is overspent, and R stays the local clock's.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

struct Skew {
  int seconds;
  bool stepped;  // for ten minutes and back, else from the start
};

void PrintTo(const Skew& skew, std::ostream* to) {
  *to << skew.seconds << " s" << (skew.stepped ? " stepped" : "");
}

class ClockSkew : public testing::TestWithParam<Skew> {
 protected:
  // Over midnight.
  static RigOptions options() {
    RigOptions options = small_world(wall_time(kMonday + 22 * 3'600 + 1'800));
    if (!GetParam().stepped) options.faults.skew = Seconds{GetParam().seconds};
    return options;
  }
};

TEST_P(ClockSkew, IsLearned) {
  Rig rig(options());
  Watch watch(rig);
  watch.run_for(Seconds{2'700});
  ASSERT_TRUE(watch.truth().whole()) << watch.truth().last().text();
  const WallTime whole_since = *watch.truth().whole_since();
  double failed = watch.failed_requests();
  std::cout << "skew " << GetParam().seconds << " s: " << failed << " failed at the start";
  if (GetParam().stepped) {
    rig.simulator().faults().skew = Seconds{GetParam().seconds};
    watch.run_for(Seconds{600});
    rig.simulator().faults().skew = Seconds{0};
  }
  watch.run_for(Seconds{5'400});

  EXPECT_EQ(watch.truth().whole_since(), whole_since) << "a page was not whole";
  EXPECT_EQ(watch.up(), 1);
  // One is refused of each endpoint before the first Date is seen, or after a step.
  failed = watch.failed_requests();
  std::cout << ", " << failed << " in all\n";
  EXPECT_EQ(failed, watch.requests("too_early"));
  const bool within_guard = !GetParam().stepped && GetParam().seconds >= -2;
  EXPECT_LE(failed, within_guard ? 0 : 3);
  const double* replayed = watch.page().find("agora_exporter_replay_timestamp_seconds");
  ASSERT_NE(replayed, nullptr);
  EXPECT_EQ(*replayed, static_cast<double>(unix_seconds(to_world(watch.now()) - rig.lag())));
  EXPECT_EQ(rig.simulator().counters().above_limits(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(All, ClockSkew,
                         testing::Values(Skew{-2, false}, Skew{2, false}, Skew{-60, false}, Skew{60, false},
                                         Skew{-2, true}, Skew{2, true}, Skew{-60, true}, Skew{60, true}),
                         [](const testing::TestParamInfo<Skew>& run) {
                           return (run.param.seconds < 0 ? "Behind" : "Ahead") +
                                  std::to_string(std::abs(run.param.seconds)) +
                                  (run.param.stepped ? "Stepped" : "");
                         });

}  // namespace
}  // namespace agora_exporter::system_tests
