// Holds the insight rows of a page against the world's at T - L, in both directions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/simulator/simulator.h"
#include "agora_exporter/timeline/world.h"
#include "system/rig.h"

namespace agora_exporter::system_tests {

// The simulated API's last word on a bucket: another server over the same world, without limits of frequency,
// asked long after, and with none of the switches that only change how, when or how much it says.
class InsightOracle {
 public:
  explicit InsightOracle(const simulator::SimulatorOptions& like);
  // In the unit of the JSON; empty where nobody used the product.
  std::optional<double> last_word(const timeline::InsightSeries& series);

 private:
  simulator::Simulator simulator_;
  std::string app_id_;
};

// All rows that are configured for the first app, each with the bucket it must show at `now`: ts <= T - L <
// ts + length. Their value is the factor from the JSON's unit to the page's.
std::vector<timeline::InsightSeries> due_rows(const RigOptions& options, const agora::Plan& plan,
                                              WorldTime now);

// Compares world and text of the page at this moment, the first app's rows; a difference fails the test.
// Returns the rows compared.
std::size_t expect_insight_at_its_lag(Rig& rig, InsightOracle& oracle);

}  // namespace agora_exporter::system_tests
