// The disk fills up or becomes read-only while the exporter runs: it says so, asks for nothing that it cannot
// book, goes on where it stood when there is room again, and has lost nothing that was answered.
#include <gtest/gtest.h>

#include <iostream>

#include "agora_exporter/storage/ledger.h"
#include "support/faulty_disk.h"
#include "system/same_world.h"
#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

constexpr Seconds kBound{120};

struct Trouble {
  const char* name;
  bool read_only;
  std::uint64_t room;
  Seconds lasts;
};

void PrintTo(const Trouble& trouble, std::ostream* to) { *to << trouble.name; }

// Bookings that are durable: what a ledger opened after a power cut would tell.
std::size_t booked(const storage::FaultyDisk& disk, const std::string& folder) {
  const auto copy = disk.after_crash();
  auto ledger = storage::Ledger::open(*copy, folder, "");
  if (!ledger) throw std::runtime_error(ledger.error().text());
  return (*ledger)->state_at_open().bookings.size();
}

class DiskTrouble : public testing::TestWithParam<Trouble> {
 protected:
  DiskTrouble() : rig_(small_world(wall_time(kMonday + 9 * 3'600)), &disk_), watch_(rig_) {}

  void set(bool trouble) {
    disk_.set_read_only(trouble && GetParam().read_only);
    disk_.fill_after(trouble && !GetParam().read_only ? GetParam().room : UINT64_MAX);
  }

  void watch_trouble() {
    const WallTime end = watch_.now() + GetParam().lasts;
    std::size_t said = 0;
    while (watch_.now() < end) {
      watch_.run_for(Seconds{60});
      said += watch_.status().storage_error.empty() ? 0 : 1;
      // Never more than what is booked: some of those booked may be on their way.
      EXPECT_LE(watch_.seen_by_server(), booked(disk_, rig_.config().storage_path));
    }
    EXPECT_GE(said, GetParam().lasts / Seconds{60} / 2) << "the page does not say that the disk fails";
    EXPECT_NE(watch_.status().next.find("disk"), std::string::npos) << watch_.status().next;
    // It is in this state that nothing is sent.
    const std::uint64_t seen = watch_.seen_by_server();
    watch_.run_for(Seconds{120});
    EXPECT_EQ(watch_.seen_by_server(), seen);
  }

  storage::FaultyDisk disk_;
  std::unique_ptr<storage::FaultyDisk> copy_;  // outlives the collector that is opened on it
  Rig rig_;
  Watch watch_;
};

TEST_P(DiskTrouble, IsSaidAndPasses) {
  watch_.run_for(Seconds{2'700});
  ASSERT_TRUE(watch_.truth().whole()) << watch_.truth().last().text();
  ASSERT_EQ(watch_.status().storage_error, "");
  set(true);
  watch_trouble();
  set(false);
  const Seconds needed = watch_.run_until_whole(watch_.now());
  std::cout << "disk " << GetParam().name << ": whole again after " << needed.count() << " s of "
            << kBound.count() << " s\n";
  EXPECT_LE(needed, kBound);
  EXPECT_EQ(watch_.status().storage_error, "");
  EXPECT_EQ(watch_.failed_requests(), 0);
  EXPECT_EQ(watch_.up(), 1);
  EXPECT_EQ(rig_.simulator().counters().above_limits(), std::vector<std::string>{});

  // All that was answered is in the journal: a start from what is durable shows the same.
  const auto before = rig_.world();
  copy_ = disk_.after_crash();
  rig_.restart(*copy_);
  std::string difference;
  EXPECT_TRUE(same_world(*before, *rig_.world(), &difference)) << difference;
}

// Room for a while: then it is the ledger or the journal that fails first, in the middle of a write.
INSTANTIATE_TEST_SUITE_P(All, DiskTrouble,
                         testing::Values(Trouble{"ReadOnly", true, 0, Seconds{600}},
                                         Trouble{"ReadOnlyForLong", true, 0, Seconds{3'600}},
                                         Trouble{"Full", false, 0, Seconds{3'600}},
                                         Trouble{"FullAfter10kB", false, 10'000, Seconds{3'600}},
                                         Trouble{"FullAfter30kB", false, 30'000, Seconds{3'600}}),
                         [](const testing::TestParamInfo<Trouble>& run) { return run.param.name; });

}  // namespace
}  // namespace agora_exporter::system_tests
