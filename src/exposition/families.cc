#include "exposition/families.h"

#include <cstdint>
#include <cstdlib>

#include "agora_exporter/agora/catalog.h"

namespace agora_exporter::exposition {
namespace {

#define AGORA_REPLAYED "call data comes up to 300 s late and is shown at the replay lag"
// What is said of totals, by the planner's objective.
#define AGORA_ESTIMATE                                                                                       \
  "; where not every call is followed an estimate of all: each session times its weight, with the error in " \
  "agora_exporter_estimate_standard_error; " AGORA_REPLAYED
#define AGORA_NOT_ESTIMATE "; followed calls only, not an estimate of the population; " AGORA_REPLAYED
#define AGORA_SESSION_LABELS "app,channel,call_id,sid,uid"
#define AGORA_POINT_LABELS AGORA_SESSION_LABELS ",peer_uid"
#define AGORA_TOTAL_LABELS "app,platform,network,sdk_version"

struct FixedRow {
  std::string_view name;
  FamilyType type;
  std::string_view labels, help, from;
  bool is_total = false;  // over sessions that may stand for others; HELP goes on by the objective
};

// In the order of Fixed.
constexpr FixedRow kFixed[] = {
    {"agora_insight_bucket_timestamp_seconds", FamilyType::gauge, "app,source,granularity,metric,product",
     "Start of the insight bucket that is shown, as the API gives it in ts", "insight usage and quality: ts"},
    {"agora_insight_lag_seconds", FamilyType::gauge, "app,source,granularity",
     "How far behind the clock insight buckets are shown: bucket length, the API's delay and the time that "
     "fetching all "
     "rows takes",
     "limits and rows"},
    {"agora_active_calls", FamilyType::gauge, "app",
     "Calls going on at the replayed instant by call/lists (created_ts, destroyed_ts), followed or not; "
     "lists come up "
     "to 60 s late and are shown at the replay lag",
     "call/lists"},
    {"agora_active_sessions", FamilyType::gauge, "app,platform,network",
     "Sessions in their call at the replayed instant by call/sessions (join_ts, leave_ts), followed calls "
     "only; " AGORA_REPLAYED,
     "call/sessions"},
    {"agora_calls_end_unknown", FamilyType::gauge, "app",
     "Calls whose end is not known and of which no session tells whether they go on; they are not in "
     "agora_active_calls",
     "call/lists"},
    {"agora_calls_started_total", FamilyType::counter, "app",
     "Calls that began (created_ts of call/lists), followed or not; shown at the replay lag",
     "call/lists: created_ts"},
    {"agora_calls_ended_total", FamilyType::counter, "app",
     "Calls that ended (destroyed_ts of call/lists), followed or not; shown at the replay lag",
     "call/lists: destroyed_ts"},
    {"agora_call_duration_seconds", FamilyType::histogram, "app",
     "Length of the calls that ended (destroyed_ts - created_ts of call/lists), followed or not; shown at "
     "the replay "
     "lag",
     "call/lists"},
    {"agora_call_audio_freeze_ratio", FamilyType::histogram, "app",
     "Share of time in which audio was frozen, of the calls that ended (call_audio_freeze_rate of "
     "call/lists, by servers of today), "
     "followed or not; shown at the replay lag",
     "call/lists: call_audio_freeze_rate"},
    {"agora_call_video_freeze_ratio", FamilyType::histogram, "app",
     "Share of time in which video was frozen, of the calls that ended (call_video_freeze_rate of "
     "call/lists, by servers of today), "
     "followed or not; shown at the replay lag",
     "call/lists: call_video_freeze_rate"},
    {"agora_session_seconds_total", FamilyType::counter, AGORA_TOTAL_LABELS,
     "Time that sessions spent in their calls, from join_ts to leave_ts", "call/sessions", true},
    {"agora_audio_playback_seconds_total", FamilyType::counter, AGORA_TOTAL_LABELS,
     "Time that remote audio was played, from the spacing of the points of mid 20005", "mid 20005", true},
    {"agora_audio_freeze_seconds_total", FamilyType::counter, AGORA_TOTAL_LABELS,
     "Time that remote audio was frozen, the sum of the points of mid 20005", "mid 20005", true},
    {"agora_video_playback_seconds_total", FamilyType::counter, AGORA_TOTAL_LABELS,
     "Time that remote video was played, from the spacing of the points of mid 20011", "mid 20011", true},
    {"agora_video_freeze_seconds_total", FamilyType::counter, AGORA_TOTAL_LABELS,
     "Time that remote video was frozen, the sum of the points of mid 20011", "mid 20011", true},
    {"agora_observed_audio_loss_ratio", FamilyType::histogram, "app,platform,network",
     "Every point of mid 20016, end-to-end loss of audio, that the replayed instant passed", "mid 20016",
     true},
    {"agora_observed_video_loss_ratio", FamilyType::histogram, "app,platform,network",
     "Every point of mid 20018, end-to-end loss of video, that the replayed instant passed", "mid 20018",
     true},
    {"agora_observed_router_round_trip_seconds", FamilyType::histogram, "app,platform,network",
     "Every point of mid 20022, round trip to the local router, that the replayed instant passed",
     "mid 20022", true},
    {"agora_observed_video_frames_per_second", FamilyType::histogram, "app,platform,network",
     "Every point of mid 20010, frame rate of received video, that the replayed instant passed", "mid 20010",
     true},
    {"agora_exporter_estimate_standard_error", FamilyType::gauge, "app,total",
     "Standard error of an app's total since it began, estimated from the sample, in the total's unit; of "
     "histograms that of the "
     "number of points. Absent while every session stands for itself alone, and with planner.objective: "
     "coverage",
     "the sample"},
    {"agora_session_info", FamilyType::gauge,
     AGORA_SESSION_LABELS ",network,platform,sdk_version,device_type,speaker",
     "1 while the session is in its call, with what call/sessions tells of it; " AGORA_REPLAYED,
     "call/sessions"},
    {"agora_session_join_timestamp_seconds", FamilyType::gauge, AGORA_SESSION_LABELS,
     "When the session joined its call: join_ts of call/sessions; " AGORA_REPLAYED, "call/sessions: join_ts"},
    {"agora_session_audio_playback_seconds_total", FamilyType::counter, AGORA_POINT_LABELS,
     "Time that the peer's audio was played since the stream's first point, from the spacing of the points "
     "of mid "
     "20005; " AGORA_REPLAYED,
     "mid 20005"},
    {"agora_session_audio_freeze_seconds_total", FamilyType::counter, AGORA_POINT_LABELS,
     "Time that the peer's audio was frozen since the stream's first point, the sum of the points of mid "
     "20005; " AGORA_REPLAYED,
     "mid 20005"},
    {"agora_session_video_playback_seconds_total", FamilyType::counter, AGORA_POINT_LABELS,
     "Time that the peer's video was played since the stream's first point, from the spacing of the points "
     "of mid "
     "20011; " AGORA_REPLAYED,
     "mid 20011"},
    {"agora_session_video_freeze_seconds_total", FamilyType::counter, AGORA_POINT_LABELS,
     "Time that the peer's video was frozen since the stream's first point, the sum of the points of mid "
     "20011; " AGORA_REPLAYED,
     "mid 20011"},
    {"agora_session_unknown_mid", FamilyType::gauge, AGORA_POINT_LABELS ",mid",
     "Value, unscaled, of a mid of call/metrics that this exporter has no name for; at most 32 "
     "ids; " AGORA_REPLAYED,
     "any other mid"},
    {"agora_exporter_replay_timestamp_seconds", FamilyType::gauge, "",
     "R, the instant of the world that this page shows: the clock less the replay lag", "the clock"},
    {"agora_exporter_session_seconds_total", FamilyType::counter, "app,outcome",
     "Seconds of followed sessions that R passed since the exporter started: with points in hand in time, "
     "with points that came "
     "after their deadline (late), or with none (missing); and, estimated, those of sessions that were not "
     "followed (sampled_out): "
     "by weights, or with planner.objective: coverage the length of ended calls that were never asked about "
     "times their mean users "
     "(call_acu, else that of calls asked about)",
     "coverage"},
    {"agora_exporter_sampling_weight", FamilyType::gauge, "app",
     "For how many sessions a followed one stands in the totals and histograms, on average over those active "
     "now; 1 "
     "where nothing is left out, and with planner.objective coverage; absent while none is active",
     "the sample"},
    {"agora_exporter_insight_buckets_total", FamilyType::counter, "app,source,granularity,outcome",
     "Insight buckets since the exporter started: shown, missed (their time passed without a value), or "
     "revised by "
     "the API while shown",
     "coverage"},
    {"agora_exporter_points_dropped_total", FamilyType::counter, "app,reason",
     "Points of call/metrics that are in no series, since the exporter started", "coverage"},
    {"agora_exporter_sessions_hidden", FamilyType::gauge, "reason",
     "Sessions that this page leaves out, whole; they stay in the totals", "exposition.max_series"},
};
static_assert(std::size(kFixed) == kFixedCount);

std::string str(std::string_view view) { return std::string(view); }

std::vector<Family> make_fixed() {
  std::vector<Family> families;
  for (const auto& row : kFixed) {
    Family& added =
        families.emplace_back(Family{str(row.name), row.type, str(row.labels), str(row.help), str(row.from)});
    if (!row.is_total) continue;
    added.coverage_help = added.help + AGORA_NOT_ESTIMATE;
    added.help += AGORA_ESTIMATE;
  }
  return families;
}

// What of a mid's points outlives the scrape: a counter or histogram that takes every one of them.
std::string_view kept_in(std::uint32_t mid) {
  switch (mid) {
    case agora::kAudioFreezeMid:
      return "agora_session_audio_freeze_seconds_total";
    case agora::kVideoFreezeMid:
      return "agora_session_video_freeze_seconds_total";
    case agora::kAudioLossMid:
      return "agora_observed_audio_loss_ratio";
    case agora::kVideoLossMid:
      return "agora_observed_video_loss_ratio";
    case agora::kRoundTripMid:
      return "agora_observed_router_round_trip_seconds";
    case agora::kVideoFramesMid:
      return "agora_observed_video_frames_per_second";
    default:
      return "";
  }
}

std::vector<Family> make_mids() {
  std::vector<Family> families;
  for (const agora::Mid& mid : agora::mids()) {
    const std::string id = "mid " + std::to_string(mid.id);
    const std::string unit = mid.unit == "1" ? "no unit" : str(mid.unit) + " in the API";
    const std::string kept = str(kept_in(mid.id));
    families.push_back({"agora_session_" + str(mid.family), FamilyType::gauge, AGORA_POINT_LABELS,
                        str(mid.help) + " (" + id + " of call/metrics, " + unit +
                            "), the newest point; " AGORA_REPLAYED "; what falls between two scrapes is " +
                            (kept.empty() ? "in no counter" : "in the counters of " + kept),
                        id});
  }
  return families;
}

std::vector<Family> make_insight(agora::Endpoint source, agora::Granularity granularity) {
  const bool usage = source == agora::Endpoint::insight_usage;
  const bool day = granularity == agora::Granularity::day;
  std::vector<Family> families;
  for (const auto& metric : usage ? agora::usage_metrics() : agora::quality_metrics()) {
    const std::string word = str(metric.word) + " of insight/" + (usage ? "usage" : "quality");
    families.push_back({(day ? "agora_insight_daily_" : "agora_insight_hourly_") + str(metric.family),
                        FamilyType::gauge, usage ? "app" : "app,product",
                        str(metric.help) + " (" + word + ", over " + (day ? "a day" : "an hour") +
                            "); shown late by the constant agora_insight_lag_seconds",
                        word});
  }
  return families;
}

}  // namespace

std::string_view name_of(FamilyType type) {
  switch (type) {
    case FamilyType::counter:
      return "counter";
    case FamilyType::gauge:
      return "gauge";
    case FamilyType::histogram:
      return "histogram";
  }
  std::abort();
}

const Family& family(Fixed which) {
  static const std::vector<Family> kFamilies = make_fixed();
  return kFamilies[static_cast<std::size_t>(which)];
}

const std::vector<Family>& mid_families() {
  static const std::vector<Family> kFamilies = make_mids();
  return kFamilies;
}

const std::vector<Family>& insight_families(agora::Endpoint source, agora::Granularity granularity) {
  using agora::Endpoint, agora::Granularity;
  static const std::vector<Family> kFamilies[2][2] = {
      {make_insight(Endpoint::insight_usage, Granularity::day),
       make_insight(Endpoint::insight_usage, Granularity::hour)},
      {make_insight(Endpoint::insight_quality, Granularity::day),
       make_insight(Endpoint::insight_quality, Granularity::hour)}};
  return kFamilies[source == Endpoint::insight_usage ? 0 : 1][granularity == Granularity::day ? 0 : 1];
}

}  // namespace agora_exporter::exposition
