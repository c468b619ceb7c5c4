// Holds a page's World against the simulated world's truth at the same instant.
#pragma once

#include <string>
#include <vector>

#include "agora_exporter/simulator/truth.h"
#include "agora_exporter/timeline/world.h"

namespace agora_exporter::system_tests {

struct TruthOptions {
  std::string app_id;
  std::string app_name;
  // Sessions and calls that began before this need not be shown (but what is shown must be right).
  WorldTime began_after{};
  // Series whose newest point is older need not be shown: R had passed it before its answer came.
  WorldTime points_after{};
};

struct Difference {
  std::vector<std::string> wrong;    // shown, and not so in the world
  std::vector<std::string> missing;  // so in the world, and not shown
  std::size_t series = 0;            // compared
  bool none() const { return wrong.empty() && missing.empty(); }
  std::string text(std::size_t most = 5) const;
};

// Compares sessions, session series and active calls, in both directions.
Difference compare(const timeline::World& world, const simulator::Truth& truth, const TruthOptions& options);

}  // namespace agora_exporter::system_tests
