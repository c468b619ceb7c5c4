#include "system/truth_activity.h"

#include <algorithm>
#include <map>
#include <utility>

namespace agora_exporter::system_tests {
namespace {

struct Range {
  std::uint64_t least = 0, most = 0;
};

std::string words(const std::pair<std::string, std::string>& labels, std::uint64_t shown,
                  const Range& range) {
  return std::to_string(shown) + " active sessions on " + labels.first + "/" + labels.second + ", not " +
         std::to_string(range.least) + " to " + std::to_string(range.most);
}

}  // namespace

void compare_calls(const timeline::World& world, const simulator::Truth& truth, const TruthOptions& options,
                   Difference& to) {
  const auto recent = static_cast<std::size_t>(std::ranges::count_if(
      truth.calls, [&](const simulator::TruthCall& call) { return call.created > options.began_after; }));
  const std::size_t all = truth.calls.size();
  to.counts_equal = recent == all;
  for (const timeline::AppWorld& app : world.apps) {
    if (app.app != options.app_name) continue;
    if (app.active_calls > all)
      to.wrong.push_back(std::to_string(app.active_calls) + " active calls, not " + std::to_string(all));
    if (app.active_calls < recent)
      to.missing.push_back("active calls: " + std::to_string(app.active_calls) + " of " +
                           std::to_string(recent) + ", end unknown of " +
                           std::to_string(app.calls_end_unknown));
    if (recent == all && app.calls_end_unknown != 0)
      to.missing.push_back("the end of " + std::to_string(app.calls_end_unknown) + " calls");
  }
}

void compare_active_sessions(const timeline::World& world, const simulator::Truth& truth,
                             const TruthOptions& options, Difference& to) {
  std::map<std::pair<std::string, std::string>, Range> ranges;
  for (const simulator::TruthSession& session : truth.sessions) {
    const bool expected = is_expected(session, options);
    Range& range = ranges[{session.session.platform, session.session.network}];
    ++range.most;
    range.least += expected ? 1 : 0;
    to.counts_equal = to.counts_equal && expected;
  }
  for (const timeline::ActiveSessions& active : world.active_sessions) {
    if (active.app != options.app_name) continue;
    // The worlds have fewer platforms and networks than would make "other" of one.
    const auto labels = std::pair(active.platform, active.network);
    const Range range = ranges[labels];
    ranges.erase(labels);
    ++to.label_sets;
    // A label set with none is absent.
    if (active.count == 0 || active.count > range.most)
      to.wrong.push_back(words(labels, active.count, range));
    if (active.count < range.least) to.missing.push_back(words(labels, active.count, range));
  }
  for (const auto& [labels, range] : ranges)
    if (range.least > 0) to.missing.push_back(words(labels, 0, range));
}

}  // namespace agora_exporter::system_tests
