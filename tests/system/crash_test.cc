// A crash at the k-th disk operation and at the k-th transport event of an hour around midnight: never over
// quota, no journaled fact lost, every request booked, and once caught up the world is that of a run that did
// not crash.
#include <gtest/gtest.h>

#include <ctime>
#include <iostream>
#include <map>
#include <set>

#include "agora_exporter/base/hash.h"
#include "agora_exporter/storage/journal.h"
#include "agora_exporter/storage/ledger.h"
#include "support/faulty_disk.h"
#include "system/rig.h"
#include "system/same_world.h"
#include "system/size.h"

namespace agora_exporter::system_tests {
namespace {

using storage::FaultyDisk;

enum class Moment { disk_operation, transport_event };

struct Scenario {
  std::string name;
  std::string plan;
  std::uint64_t seed;
  std::uint64_t max_size;  // bytes of the journal
  Moment moment;
};

constexpr WallTime kMidnight = wall_time(kMonday + 86'400);
constexpr WallTime kCollectsFrom = kMidnight - Seconds{85 * 60};
constexpr WallTime kBegin = kMidnight - Seconds{35 * 60};
// A little over an hour: the journal is pruned at each start and then once an hour.
constexpr Seconds kCrashing{61 * 60};
constexpr int kCrashes = 3;    // in a run
constexpr int kShortRuns = 6;  // of a scenario

// What a transport's on_event throws: the process is gone.
struct Crash {};

RigOptions rig_options(const Scenario& scenario, WallTime start) {
  RigOptions options;
  options.seed = scenario.seed;
  options.plan = scenario.plan;
  options.insight = false;
  options.start = start;
  options.world.apps[0].calls_per_day = scenario.plan == "standard" ? 300 : 500;
  options.world.daily_rhythm = false;
  options.world.max_users = 8;
  options.world.long_call = false;
  return options;
}

std::unique_ptr<FaultyDisk> disk_of(const std::map<std::string, std::string>& files) {
  auto disk = std::make_unique<FaultyDisk>();
  for (const auto& [path, content] : files) disk->set_content(path, content);
  return disk;
}

std::map<std::string, std::string> files_of(const FaultyDisk& disk) {
  std::map<std::string, std::string> files;
  for (const std::string& path : disk.paths()) files[path] = disk.content(path);
  return files;
}

// The facts in a journal, in the order of appending. Replaying may write: `disk` is a copy.
std::vector<std::string> facts_on(FaultyDisk& disk, const config::Config& config) {
  std::vector<std::string> facts;
  auto journal = storage::Journal::open(disk, {config.storage_path, config.max_size, config.retention});
  if (!journal) throw std::runtime_error(journal.error().text());
  const auto replay = (*journal)->replay(
      [](const std::string&) {}, [&](agora::Facts&& f) { facts.push_back(storage::encode_facts(f)); });
  if (!replay) throw std::runtime_error(replay.error().text());
  EXPECT_EQ(replay->damaged_records, 0u);
  EXPECT_TRUE(replay->files_set_aside.empty());
  return facts;
}

std::map<agora::Endpoint, std::uint64_t> bookings_on(FaultyDisk& disk, const config::Config& config) {
  std::map<agora::Endpoint, std::uint64_t> bookings;
  auto ledger = storage::Ledger::open(disk, config.storage_path, "");
  if (!ledger) throw std::runtime_error(ledger.error().text());
  for (const storage::Booking& booking : (*ledger)->state_at_open().bookings) ++bookings[booking.endpoint];
  return bookings;
}

// What all runs of a scenario begin with, and what they must come to.
struct Reference {
  std::map<std::string, std::string> files;  // at kBegin
  std::map<agora::Endpoint, std::uint64_t> bookings;
  std::uint64_t moments = 0;  // operations or events from kBegin to the end of the crashes
  WallTime end;
  std::shared_ptr<const timeline::World> world;  // at `end`
  bool pruned = false;                           // within the moments
};

Reference make_reference(const Scenario& scenario) {
  Reference made;
  {
    FaultyDisk disk;
    Rig rig(rig_options(scenario, kCollectsFrom));
    rig.config().max_size = scenario.max_size;
    rig.restart(disk);
    rig.run_until(kBegin);
    made.files = files_of(*disk.after_crash());
  }
  const auto disk = disk_of(made.files);
  Rig rig(rig_options(scenario, kBegin));
  made.bookings = bookings_on(*disk_of(made.files), rig.config());
  rig.config().max_size = scenario.max_size;
  std::uint64_t events = 0;
  rig.transport_options().on_event = [&](simulator::TransportEvent, std::uint64_t count) { events = count; };
  rig.restart(*disk);
  rig.run_until(kBegin + kCrashing);
  made.moments = scenario.moment == Moment::disk_operation ? disk->operations() : events;
  for (const auto& [path, content] : made.files)
    if (path.ends_with(".db") && disk->size(path).value_or(0) == 0) made.pruned = true;
  made.end = kBegin + kCrashing + rig.lag() + Seconds{300};
  rig.run_until(made.end);
  made.world = rig.world();
  return made;
}

class CrashRun {
 public:
  CrashRun(const Scenario& scenario, const Reference& reference, std::uint64_t k)
      : scenario_(scenario),
        reference_(reference),
        k_(k),
        disk_(disk_of(reference.files)),
        rig_(rig_options(scenario, kBegin)) {
    rig_.config().max_size = scenario.max_size;
  }

  void check() {
    begin_life(*disk_);
    while (rig_.clock().now() < reference_.end) {
      if (!step()) crash();
    }
    EXPECT_EQ(crashes_, static_cast<std::uint64_t>(kCrashes));
    std::string difference;
    EXPECT_TRUE(same_world(*reference_.world, *rig_.world(), &difference)) << difference;
    const simulator::Counters& counters = rig_.simulator().counters();
    EXPECT_EQ(counters.above_limits(), std::vector<std::string>{});
    for (const auto& [key, count] : counters.answers)
      EXPECT_NE(key.first, 300) << count << " answers \"" << key.second << "\"";
    check_bookings(counters);
  }

 private:
  // Of the crash that ends life number `crashes_`: the k-th moment, then one of the first after the start,
  // which opens, recovers and prunes, then any in the time that is left.
  std::uint64_t next_moment() const {
    if (crashes_ >= kCrashes) return UINT64_MAX;
    if (crashes_ == 0) return k_;
    const std::uint64_t left = crashes_ == 1 ? 60 : std::max<std::uint64_t>(1, (reference_.moments - k_) / 2);
    return 1 + mix(k_ * 1'000 + crashes_) % left;
  }

  void begin_life(FaultyDisk& disk) {
    const std::uint64_t moment = next_moment();
    if (scenario_.moment == Moment::disk_operation) {
      disk.crash_at(moment);
    } else {
      rig_.transport_options().on_event = [moment](simulator::TransportEvent, std::uint64_t count) {
        if (count == moment) throw Crash{};
      };
    }
    try {
      rig_.restart(disk);
      open_ = true;
    } catch (const std::runtime_error& error) {
      if (!disk.crashed()) throw;
      open_ = false;
    }
  }

  // False: the process is gone.
  bool step() {
    if (!open_) return false;
    try {
      rig_.step(reference_.end);
    } catch (const Crash&) {
      return false;
    }
    return !disk_->crashed();
  }

  void crash() {
    ++crashes_;
    const auto seed = static_cast<std::uint32_t>(crashes_ % 2 == 1 ? 0 : mix(k_ + crashes_) | 1);
    check_facts(seed);
    auto survivors = disk_->after_crash(seed);
    rig_.clock().advance(Millis{static_cast<std::int64_t>(mix(k_ * 7 + crashes_) % 3'000)});
    begin_life(*survivors);
    disk_ = std::move(survivors);
  }

  // What the process could read, its last append perhaps not yet acknowledged, against what the next one
  // will.
  void check_facts(std::uint32_t seed) {
    std::vector<std::string> seen = facts_on(*disk_of(files_of(*disk_)), rig_.config());
    const std::vector<std::string> left = facts_on(*disk_->after_crash(seed), rig_.config());
    const std::set<std::string> found(left.begin(), left.end());
    if (disk_->crashed() && !seen.empty()) seen.pop_back();
    for (const std::string& fact : seen) EXPECT_TRUE(found.contains(fact)) << "a journaled fact is lost";
  }

  // Each request that reached the server was booked; a crash leaves one booking at most that was never sent.
  void check_bookings(const simulator::Counters& counters) {
    auto booked = bookings_on(*disk_of(files_of(*disk_)), rig_.config());
    std::uint64_t unsent = 0;
    for (const auto& [key, usage] : counters.usage) {
      std::uint64_t& now = booked[key.second];
      const auto before = reference_.bookings.find(key.second);
      if (before != reference_.bookings.end()) now -= before->second;
      EXPECT_GE(now, usage.requests) << agora::name_of(key.second);
      unsent += now - usage.requests;
    }
    EXPECT_LE(unsent, crashes_);
  }

  const Scenario& scenario_;
  const Reference& reference_;
  const std::uint64_t k_;
  std::unique_ptr<FaultyDisk> disk_;
  Rig rig_;
  std::uint64_t crashes_ = 0;
  bool open_ = false;
};

// Another number each minute, so that the short form reaches every k in time; AGORA_RUN=N repeats a run.
std::uint64_t run_number() {
  const char* run = std::getenv("AGORA_RUN");
  return run ? std::strtoull(run, nullptr, 10) : static_cast<std::uint64_t>(std::time(nullptr)) / 60;
}

class CrashAtEveryMoment : public testing::TestWithParam<Scenario> {};

TEST_P(CrashAtEveryMoment, LosesNothing) {
  const Scenario& scenario = GetParam();
  const Reference reference = make_reference(scenario);
  ASSERT_GT(reference.moments, 100u);
  ASSERT_GT(reference.world->sessions.size(), 3u);
  ASSERT_EQ(reference.pruned, scenario.max_size < (1u << 20));
  const std::uint64_t stride = full_size() ? 1 : (reference.moments + kShortRuns - 1) / kShortRuns;
  const std::uint64_t run = run_number();
  const std::uint64_t first = 1 + run % stride;
  std::cout << "AGORA_RUN=" << run << ": of " << reference.moments << " moments each " << stride
            << ". from the " << first << ". on\n";
  for (std::uint64_t k = first; k <= reference.moments; k += stride) {
    SCOPED_TRACE("AGORA_RUN=" + std::to_string(run) + ", k = " + std::to_string(k));
    CrashRun(scenario, reference, k).check();
    if (testing::Test::HasFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, CrashAtEveryMoment,
    testing::Values(Scenario{"DiskOperation", "enterprise", 21, 1 << 30, Moment::disk_operation},
                    Scenario{"DiskOperationWithPruning", "standard", 22, 1 << 17, Moment::disk_operation},
                    Scenario{"TransportEvent", "enterprise", 23, 1 << 30, Moment::transport_event},
                    Scenario{"TransportEventWithPruning", "standard", 27, 1 << 17, Moment::transport_event}),
    [](const testing::TestParamInfo<Scenario>& param) { return param.param.name; });

}  // namespace
}  // namespace agora_exporter::system_tests
