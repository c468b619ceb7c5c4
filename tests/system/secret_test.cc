// A secret that is rotated while the exporter runs: customer_secret_file is read again after a 401.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iostream>

#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

constexpr const char* kNewSecret = "rotated-secret";

struct Rotation {
  const char* name;
  Seconds file_after;  // the rotation, when the file holds the new secret
  bool file_gone;      // between the two
  Seconds bound;       // from then on until the page is whole
};

void PrintTo(const Rotation& rotation, std::ostream* to) { *to << rotation.name; }

class RotatedSecret : public testing::TestWithParam<Rotation> {
 protected:
  RotatedSecret() : rig_(small_world(wall_time(kMonday + 9 * 3'600))) {
    std::string name = testing::TempDir() + "agora-secret-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error("no folder");
    folder_ = name;
    write(std::string(simulator::kDefaultCustomerSecret));
    config::SecretSource& secret = rig_.config().accounts[0].customer_secret;
    secret.value.clear();
    secret.file = file();
    rig_.restart();
  }
  ~RotatedSecret() override { std::filesystem::remove_all(folder_); }

  std::string file() const { return folder_ + "/secret"; }
  void write(const std::string& secret) { std::ofstream(file()) << secret << "\n"; }

  std::string folder_;
  Rig rig_;
};

TEST_P(RotatedSecret, IsReadAgain) {
  const Rotation& rotation = GetParam();
  Watch watch(rig_);
  watch.run_for(Seconds{2'700});
  ASSERT_TRUE(watch.truth().whole()) << watch.truth().last().text();
  const WallTime rotated = watch.now() + Seconds{600};
  const WallTime written = rotated + rotation.file_after;
  rig_.simulator().faults().rotations.push_back({rotated, kNewSecret});
  if (rotation.file_after <= Seconds{0}) {
    watch.run_until(written);
    write(kNewSecret);
    EXPECT_EQ(watch.failed_requests(), 0);
    watch.run_until(rotated);
  } else {
    watch.run_until(rotated);
    if (rotation.file_gone) std::filesystem::remove(file());
    watch.run_until(written);
    EXPECT_EQ(watch.up(), 0);
    EXPECT_LE(watch.requests("unauthorized"), 3 * 12 + 10) << "10 may be under way at the start";
    write(kNewSecret);
  }
  const Seconds needed = watch.run_until_whole(std::max(rotated, written));
  std::cout << "secret rotated, " << rotation.name << ": whole again after " << needed.count() << " s of "
            << rotation.bound.count() << " s, " << watch.requests("unauthorized") << " unauthorized\n";
  EXPECT_LE(needed, rotation.bound);
  EXPECT_GT(watch.requests("unauthorized"), 0);
  if (rotation.file_after <= Seconds{0}) {
    EXPECT_LE(watch.requests("unauthorized"), 3) << "more than one at each endpoint";
  }
  EXPECT_EQ(watch.failed_requests(), watch.requests("unauthorized"));
  EXPECT_EQ(watch.up(), 1);
  EXPECT_EQ(rig_.simulator().counters().above_limits(), std::vector<std::string>{});
}

INSTANTIATE_TEST_SUITE_P(All, RotatedSecret,
                         testing::Values(Rotation{"FileFirst", Seconds{-300}, false, Seconds{0}},
                                         Rotation{"FileLate", Seconds{600}, false, Seconds{400}},
                                         Rotation{"FileGone", Seconds{600}, true, Seconds{400}}),
                         [](const testing::TestParamInfo<Rotation>& run) { return run.param.name; });

}  // namespace
}  // namespace agora_exporter::system_tests
