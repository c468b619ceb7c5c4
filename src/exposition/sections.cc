#include "exposition/sections.h"

#include <string_view>
#include <utility>

#include "agora_exporter/report/families.h"

namespace agora_exporter::exposition {
namespace {

std::vector<Family> fixed(Fixed first, Fixed last) {
  std::vector<Family> families;
  for (auto i = static_cast<std::size_t>(first); i <= static_cast<std::size_t>(last); ++i) {
    families.push_back(family(static_cast<Fixed>(i)));
  }
  return families;
}

void append(std::vector<Family>& to, const std::vector<Family>& families) {
  to.insert(to.end(), families.begin(), families.end());
}

Section insight() {
  using agora::Endpoint, agora::Granularity;
  Section section{
      "Insight: usage and quality of a whole app",
      "Each source and granularity is shown at its own constant lag. A bucket that the API left out or "
      "gave as null is absent, never 0.",
      {}};
  for (const auto granularity : {Granularity::day, Granularity::hour}) {
    append(section.families, insight_families(Endpoint::insight_usage, granularity));
    append(section.families, insight_families(Endpoint::insight_quality, granularity));
  }
  append(section.families, fixed(Fixed::insight_bucket, Fixed::insight_lag));
  return section;
}

Section sessions() {
  Section section{
      "Sessions",
      "One series a session, and where the metric is about a remote user one for each `peer_uid`; `0` is "
      "the session's own user, as in the API. What the API leaves out is an empty label. "
      "`exposition.sessions`, `exposition.mids` and `exposition.max_series` limit what is shown.",
      fixed(Fixed::session_info, Fixed::session_join)};
  append(section.families, mid_families());
  append(section.families, fixed(Fixed::session_audio_playback, Fixed::session_unknown_mid));
  return section;
}

FamilyType type_of(prometheus::MetricType type) {
  switch (type) {
    case prometheus::MetricType::Counter:
      return FamilyType::counter;
    case prometheus::MetricType::Histogram:
      return FamilyType::histogram;
    default:
      return FamilyType::gauge;
  }
}

Section own() {
  Section section{"The exporter itself", "Counters start at 0 with the process.", {}};
  for (const auto& row : report::own_families()) {
    section.families.push_back({std::string(row.name), type_of(row.type), std::string(row.labels),
                                std::string(row.help), "the exporter itself"});
  }
  return section;
}

}  // namespace

std::vector<Section> page_sections() {
  return {
      insight(),
      {"Calls",
       "Of every call that call/lists tells of, followed or not; `agora_active_sessions` of followed ones.",
       fixed(Fixed::active_calls, Fixed::call_video_freeze)},
      {"Totals",
       "Over every point of followed calls that the replayed instant passed, not only the scraped ones; they "
       "never fall, also over "
       "restarts. Where the budget does not carry every call, the calls followed are a sample that stands "
       "for all, and totals are "
       "estimates (docs/planning.md). With `planner.objective: coverage` they are none, and their HELP says "
       "so.",
       fixed(Fixed::session_seconds, Fixed::standard_error)},
      sessions(),
      {"What the exporter has seen", "Counters start at 0 with the process.",
       fixed(Fixed::replay_timestamp, Fixed::sessions_hidden)},
      own()};
}

}  // namespace agora_exporter::exposition
