#include "agora_exporter/simulator/readings.h"

#include <algorithm>

namespace agora_exporter::simulator {
namespace {

using Values = std::span<const std::string_view>;

constexpr std::string_view kWindowOf[] = {"began", "overlaps"};
constexpr std::string_view kClipping[] = {"window", "whole_call"};
constexpr std::string_view kLastSecond[] = {"included", "excluded"};
constexpr std::string_view kLongest[] = {"inclusive", "exclusive"};
constexpr std::string_view kHttpStatus[] = {"always_200", "as_code"};
constexpr std::string_view kSuccessCode[] = {"200", "0"};
constexpr std::string_view kSuccessMessage[] = {"empty", "success", "null_text", "null"};
constexpr std::string_view kOpenEnd[] = {"zero", "absent", "null", "newest"};
constexpr std::string_view kYesNo[] = {"no", "yes"};
constexpr std::string_view kOverLimit[] = {"300", "400", "403", "429", "500"};
constexpr std::string_view kDayStart[] = {"0", "16"};
constexpr std::string_view kHourlyEnds[] = {"both", "first"};
constexpr std::string_view kServer[] = {"2021", "today"};
constexpr std::string_view kUnknown[] = {"ignored", "refused"};
constexpr std::string_view kQuota[] = {"account", "app"};
constexpr std::string_view kPercent[] = {"percent", "fraction"};
constexpr std::string_view kDuration[] = {"minutes", "seconds"};
constexpr std::string_view kOldCall[] = {"served", "refused"};
constexpr std::string_view kNewest[] = {"complete", "trailing"};

template <auto Member>
constexpr ReadingRow row(std::string_view name, Values values) {
  return {name, values, [](const Readings& r) { return static_cast<std::size_t>(r.*Member); },
          [](Readings& r, std::size_t v) {
            r.*Member = static_cast<std::remove_reference_t<decltype(r.*Member)>>(v);
          }};
}

constexpr ReadingRow kRows[] = {
    row<&Readings::lists_window>("lists.window", kWindowOf),
    row<&Readings::sessions_window>("sessions.window", kWindowOf),
    row<&Readings::points>("metrics.points", kClipping),
    row<&Readings::last_second>("window.last_second", kLastSecond),
    row<&Readings::call_window>("window.longest", kLongest),
    row<&Readings::insight_window>("insight.longest", kLongest),
    row<&Readings::http_status>("http.status", kHttpStatus),
    row<&Readings::success_code>("success.code", kSuccessCode),
    row<&Readings::success_message>("success.message", kSuccessMessage),
    row<&Readings::open_end>("open_end", kOpenEnd),
    row<&Readings::refused_counts>("quota.refused_counts", kYesNo),
    row<&Readings::insight_over_limit>("insight.over_limit", kOverLimit),
    row<&Readings::day_start>("insight.day_start", kDayStart),
    row<&Readings::hourly_ends>("insight.hourly_ends", kHourlyEnds),
    row<&Readings::short_insight_frame_empty>("insight.short_frame_empty", kYesNo),
    row<&Readings::recalculated>("insight.recalculated", kYesNo),
    row<&Readings::incomplete_buckets>("insight.incomplete_buckets", kYesNo),
    row<&Readings::server>("server", kServer),
    row<&Readings::unknown_parameters>("server.unknown_parameters", kUnknown),
    row<&Readings::points_sorted>("metrics.sorted", kYesNo),
    row<&Readings::asked_order>("metrics.asked_order", kYesNo),
    row<&Readings::empty_sids_listed>("metrics.empty_sids", kYesNo),
    row<&Readings::quota>("quota.scope", kQuota),
    row<&Readings::percent>("percent", kPercent),
    row<&Readings::duration>("insight.duration", kDuration),
    row<&Readings::old_running_call>("old_running_call", kOldCall),
    row<&Readings::newest_data>("newest_data", kNewest),
    row<&Readings::message_prefix>("message.prefix", kYesNo),
    row<&Readings::trailing_commas>("json.trailing_commas", kYesNo),
};

}  // namespace

std::span<const ReadingRow> readings() { return kRows; }

Result<void> set_reading(Readings& to, std::string_view name_and_value) {
  const std::size_t equals = name_and_value.find('=');
  const std::string_view name = name_and_value.substr(0, equals);
  const std::string_view value =
      equals == std::string_view::npos ? std::string_view() : name_and_value.substr(equals + 1);
  const auto* const found =
      std::find_if(std::begin(kRows), std::end(kRows), [&](const ReadingRow& r) { return r.name == name; });
  if (found == std::end(kRows)) {
    std::string names;
    for (const ReadingRow& r : kRows) names.append(names.empty() ? "" : ", ").append(r.name);
    return failure("there is no reading \"" + std::string(name) + "\"", "", "one of " + names);
  }
  const auto place = std::find(found->values.begin(), found->values.end(), value);
  if (place == found->values.end()) {
    std::string values;
    for (const std::string_view v : found->values) values.append(values.empty() ? "" : ", ").append(v);
    return failure("the reading \"" + std::string(name) + "\" has no value \"" + std::string(value) + "\"",
                   "", "one of " + values);
  }
  found->set(to, static_cast<std::size_t>(place - found->values.begin()));
  return {};
}

std::string to_text(const Readings& readings) {
  std::string text;
  for (const ReadingRow& r : kRows) {
    if (!text.empty()) text += ' ';
    text.append(r.name).append("=").append(r.values[r.get(readings)]);
  }
  return text;
}

}  // namespace agora_exporter::simulator
