#include <array>
#include <cmath>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "exposition/insight.h"
#include "exposition/sorted.h"
#include "exposition/text.h"
#include "exposition/totals.h"

namespace agora_exporter::exposition {
namespace {

using timeline::AppWorld;
using timeline::World;

// By SecondsOutcome.
constexpr std::array<std::string_view, timeline::kSecondsOutcomeCount> kSecondsOutcomes{
    "in_hand", "late", "missing", "sampled_out"};
// Shown from the start, at 0; World may name others.
constexpr std::array<std::string_view, 4> kDropReasons{"late", "malformed", "outside_session", "unknown_mid"};

void write_session_seconds(const World& world, Writer& writer) {
  const Family& seconds = family(Fixed::seconds_outcome);
  writer.head(seconds);
  for (const AppWorld* app : apps_of(world)) {
    for (std::size_t i = 0; i < kSecondsOutcomes.size(); ++i) {
      writer.line(seconds.name, label_block({{"app", app->app}, {"outcome", kSecondsOutcomes[i]}}),
                  app->session_seconds[i]);
    }
  }
}

void write_weights(const World& world, Writer& writer) {
  const Family& weight = family(Fixed::sampling_weight);
  writer.head(weight);
  for (const AppWorld* app : apps_of(world))
    if (!std::isnan(app->session_weight))
      writer.line(weight.name, label_block({{"app", app->app}}), app->session_weight);
}

void write_dropped(const World& world, Writer& writer) {
  const Family& dropped = family(Fixed::points_dropped);
  writer.head(dropped);
  for (const AppWorld* app : apps_of(world)) {
    std::map<std::string, std::uint64_t> reasons = app->points_dropped;
    for (const auto reason : kDropReasons) reasons.try_emplace(std::string(reason), 0);
    for (const auto& [reason, count] : reasons) {
      writer.line(dropped.name, label_block({{"app", app->app}, {"reason", reason}}),
                  static_cast<double>(count));
    }
  }
}

}  // namespace

void write_coverage(const World& world, const Selection& selection, Writer& writer) {
  const Family& replay = family(Fixed::replay_timestamp);
  writer.head(replay);
  writer.line(replay.name, {}, static_cast<double>(unix_seconds(world.at)));
  write_session_seconds(world, writer);
  write_weights(world, writer);
  write_bucket_outcomes(world, writer);
  write_dropped(world, writer);
  const Family& hidden = family(Fixed::sessions_hidden);
  writer.head(hidden);
  writer.line(hidden.name, label_block({{"reason", "max_series"}}), static_cast<double>(selection.hidden));
}

}  // namespace agora_exporter::exposition
