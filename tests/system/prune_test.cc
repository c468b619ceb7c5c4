// Points that an outage left unasked does not keep the journal from being pruned.
#include <gtest/gtest.h>

#include <algorithm>

#include "agora_exporter/storage/disk.h"
#include "system/rig.h"

namespace agora_exporter::system_tests {
namespace {

TEST(Prune, AfterAnOutageToo) {
  RigOptions options;
  options.seed = 31;
  options.plan = "enterprise";
  options.insight = false;
  options.world.apps[0].calls_per_day = 200;
  options.world.long_call = false;
  options.start = wall_time(kMonday + 20 * 3'600);
  options.yaml_tail = "storage: { retention: 6h }\n";
  simulator::FaultRule down;
  down.kind = simulator::FaultKind::error_html;
  down.rate = 1;
  down.endpoint = agora::Endpoint::call_metrics;  // who was in the calls is known all the while
  down.from = wall_time(kMonday + 21 * 3'600);
  down.until = wall_time(kMonday + 22 * 3'600);
  options.faults.rules.push_back(down);
  const auto disk = storage::make_memory_disk();
  Rig rig(options, disk.get());
  rig.run_until(wall_time(kMonday + 2 * 86'400));
  const auto files = disk->list(rig.config().storage_path);
  ASSERT_TRUE(files);
  EXPECT_TRUE(std::any_of(files->begin(), files->end(),
                          [](const auto& f) { return f.starts_with("journal-2026-03-03"); }));
  EXPECT_FALSE(std::any_of(files->begin(), files->end(),
                           [](const auto& f) { return f.starts_with("journal-2026-03-02"); }));
}

}  // namespace
}  // namespace agora_exporter::system_tests
