// insight_bench [SEED]: what ten days of insight cost and bring, as one table.
#include <cstdio>
#include <cstdlib>

#include "planner/insight_days.h"

using namespace agora_exporter;

int main(int argc, char** argv) {
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  std::printf(
      "| plan | points of a day | apps | endpoint | rows | followed | shown after | requests a day | buckets "
      "wanted | "
      "obtained | share | obtainable | row with least | refused "
      "|\n|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
  for (const char* plan : {"standard", "premium"}) {
    for (const bool both_ends : {false, true}) {
      for (const int apps : {1, 3, 10}) {
        const auto results = rehearsal::insight_days({plan, apps, both_ends, true, 10, seed});
        for (const auto& [endpoint, r] : results) {
          if (both_ends && endpoint == agora::Endpoint::insight_usage) continue;  // of days
          std::printf(
              "| %s | %s | %d | %s | %d | %d | %lld h | %.1f | %.0f | %.0f | %.1f %% | %.1f %% | %.1f %% | "
              "%d |\n",
              plan,
              endpoint == agora::Endpoint::insight_usage ? "-"
              : both_ends                                ? "25"
                                                         : "24",
              apps, std::string(agora::name_of(endpoint)).c_str(), r.rows, r.followed,
              static_cast<long long>(r.lag.count() / 3'600), r.requests / 10.0, r.wanted, r.obtained,
              100 * r.share(), 100 * r.obtainable_share(), 100 * r.least_of_a_row, r.refused);
        }
      }
    }
  }
}
