#include "agora_exporter/report/families.h"

#include <algorithm>
#include <array>
#include <cstdlib>

namespace agora_exporter::report {
namespace {

using prometheus::MetricType;

constexpr std::array kFamilies{
    OwnFamily{"agora_up", MetricType::Gauge, "account,app",
              "1 unless the last attempt on an enabled endpoint failed or a due one is overdue by more than "
              "the replay "
              "lag; an endpoint that the plan lacks does not lower it."},
    OwnFamily{"agora_exporter_build_info", MetricType::Gauge, "version",
              "1; the version of the exporter is in the label."},
    OwnFamily{"agora_exporter_replay_lag_seconds", MetricType::Gauge, "",
              "How far the replayed world runs behind the clock (replay.lag)."},
    OwnFamily{"agora_exporter_api_requests_total", MetricType::Counter, "account,endpoint,result",
              "Requests sent to the API, by success or the kind of error; refused ones count too."},
    OwnFamily{"agora_exporter_api_request_duration_seconds", MetricType::Histogram, "account,endpoint",
              "Time from sending a request to the end of its answer, or to giving up."},
    OwnFamily{
        "agora_exporter_quota_limit", MetricType::Gauge, "account,endpoint,window",
        "Requests that the plan allows in a second, minute or UTC day; absent where it sets no such limit."},
    OwnFamily{
        "agora_exporter_quota_used", MetricType::Gauge, "account,endpoint,window",
        "Requests booked in the current second, minute or UTC day of the server, with those assumed spent "
        "at start."},
    OwnFamily{"agora_exporter_quota_pace_ratio", MetricType::Gauge, "account,endpoint",
              "Share of the UTC day's requests that is used, over the share of the day's expected demand "
              "that has come: "
              "1 is on pace, above it the requests may not last until midnight. The demand is expected by "
              "the hours of the "
              "days before for call_sessions and call_metrics, else evenly. Absent until a hundredth of the "
              "demand has come."},
    OwnFamily{"agora_exporter_advised_lag_seconds", MetricType::Gauge, "account",
              "Smallest replay.lag, in whole minutes, at which as many calls as seen lately, each followed "
              "whole, take at "
              "most 80 % of a day's requests to call_sessions and call_metrics; +Inf where no lag within the "
              "look-back "
              "suffices, absent before a call was seen."},
    OwnFamily{"agora_exporter_endpoint_access", MetricType::Gauge, "account,endpoint",
              "0 where the API answers that the plan lacks this endpoint; tried again once a UTC day."},
    OwnFamily{"agora_exporter_newest_data_timestamp_seconds", MetricType::Gauge, "app,source",
              "End of the newest window of time that an answer covered."},
    OwnFamily{"agora_exporter_last_success_timestamp_seconds", MetricType::Gauge, "app,endpoint",
              "When this endpoint last answered with a success."},
    OwnFamily{"agora_exporter_calls_total", MetricType::Counter, "app,outcome",
              "Calls found in call/lists: followed, sampled_out for want of budget, or failed."},
    OwnFamily{"agora_exporter_sampling_probability", MetricType::Gauge, "app,stage",
              "Probability with which what the newest answer told of first is followed, by the day's budget: "
              "calls (stage "
              "call), and sessions of that answer's call, below 1 where it has more than "
              "planner.max_sids_per_call (stage "
              "session). Pinned channels and the largest calls are followed whatever it is."},
    OwnFamily{"agora_exporter_deadlines_missed_total", MetricType::Counter, "app,endpoint",
              "Answers of any kind that came when the page had passed the instant that they were asked for: "
              "asked too "
              "late, as all is that a start or an outage left behind, or answered too slowly. Lists count "
              "only if they "
              "were asked in time, further pages of an answer not at all; what was never asked is in "
              "agora_exporter_session_seconds_total."},
    OwnFamily{"agora_exporter_lists_truncated_total", MetricType::Counter, "app",
              "Answers of call/lists that left calls out which could not be listed by asking on."},
    OwnFamily{"agora_exporter_journal_damaged_records_total", MetricType::Counter, "",
              "Records of the journal that failed their checksum and were skipped."},
    OwnFamily{
        "agora_exporter_config_last_reload_successful", MetricType::Gauge, "",
        "1 if the last reading of the configuration or of the web configuration succeeded; on 0 the one "
        "before is in use."},
    OwnFamily{"agora_exporter_config_last_reload_success_timestamp_seconds", MetricType::Gauge, "",
              "When the configuration was last read with success."},
    OwnFamily{"process_cpu_seconds_total", MetricType::Counter, "",
              "Total user and system CPU time spent in seconds."},
    OwnFamily{"process_resident_memory_bytes", MetricType::Gauge, "", "Resident memory size in bytes."},
    OwnFamily{"process_virtual_memory_bytes", MetricType::Gauge, "", "Virtual memory size in bytes."},
    OwnFamily{"process_open_fds", MetricType::Gauge, "", "Number of open file descriptors."},
    OwnFamily{"process_max_fds", MetricType::Gauge, "", "Maximum number of open file descriptors."},
    OwnFamily{"process_start_time_seconds", MetricType::Gauge, "",
              "Start time of the process since unix epoch in seconds."},
    OwnFamily{"process_threads", MetricType::Gauge, "", "Number of threads of the process."},
};

}  // namespace

std::span<const OwnFamily> own_families() { return kFamilies; }

const OwnFamily& own_family(std::string_view name) {
  const auto* found =
      std::find_if(kFamilies.begin(), kFamilies.end(), [&](const OwnFamily& f) { return f.name == name; });
  if (found == kFamilies.end()) std::abort();
  return *found;
}

}  // namespace agora_exporter::report
