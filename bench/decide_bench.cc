// A decision of the planner with 10,000 known calls and 100,000 sessions, beside the same question put to
// each of them.
#include <benchmark/benchmark.h>

#include "planner/crowd.h"

namespace agora_exporter::rehearsal {
namespace {

const Crowd& crowd_of(const benchmark::State& state) {
  static std::map<std::array<std::int64_t, 3>, std::unique_ptr<Crowd>> crowds;
  auto& crowd = crowds[{state.range(0), state.range(1), state.range(2)}];
  if (!crowd) {
    CrowdOptions options;
    options.plan = state.range(0) != 0 ? "enterprise" : "standard";
    options.objective =
        state.range(1) != 0 ? planner::Objective::coverage : planner::Objective::representative;
    options.moment = static_cast<Moment>(state.range(2));
    crowd = std::make_unique<Crowd>(options);
  }
  return *crowd;
}

void BM_Decide(benchmark::State& state) {
  const Crowd& crowd = crowd_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(crowd.decide());
  const planner::Decision decision = crowd.decide();
  state.SetLabel(std::holds_alternative<planner::Ask>(decision) ? std::get<planner::Ask>(decision).reason
                                                                : "waits");
}

void BM_FullScan(benchmark::State& state) {
  const Crowd& crowd = crowd_of(state);
  for (auto _ : state) benchmark::DoNotOptimize(full_scan(crowd));
}

void arguments(benchmark::internal::Benchmark* of) {
  of->ArgNames({"enterprise", "coverage", "moment"})
      ->ArgsProduct({{0, 1}, {0, 1}, {0, 1, 2, 3}})
      ->Unit(benchmark::kMicrosecond);
}
BENCHMARK(BM_Decide)->Apply(arguments);
BENCHMARK(BM_FullScan)->Apply(arguments);

}  // namespace
}  // namespace agora_exporter::rehearsal

BENCHMARK_MAIN();
