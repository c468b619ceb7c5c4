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
  std::size_t counters = 0;          // of sessions, compared
  std::size_t label_sets = 0;        // of active sessions, compared
  bool counts_equal = false;         // active calls and sessions had to be exactly the world's
  bool none() const { return wrong.empty() && missing.empty(); }
  std::string text(std::size_t most = 5) const;
};

// Whether the design promises that the session is on the page.
bool is_expected(const simulator::TruthSession& session, const TruthOptions& options);

// Compares sessions with their labels and join times, session series, active calls and active sessions, in
// both directions.
Difference compare(const timeline::World& world, const simulator::Truth& truth, const TruthOptions& options);

}  // namespace agora_exporter::system_tests
