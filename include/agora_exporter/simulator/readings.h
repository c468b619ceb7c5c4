// What nobody says about the API, as switches: each unknown has a name and values, so that all can be tried.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/base/result.h"

namespace agora_exporter::simulator {

enum class WindowOf { began, overlaps };
enum class LastSecond { included, excluded };
enum class LongestWindow { inclusive, exclusive };
enum class HttpStatus { always_200, as_code };
enum class SuccessCode { two_hundred, zero };
enum class SuccessMessage { empty, success, null_text, null };
enum class OpenEnd { zero, absent, null, newest };
enum class YesNo { no, yes };
enum class OverLimit { code_300, code_400, code_403, code_429, code_500 };
enum class DayStart { utc_0, utc_16 };
enum class HourlyEnds { both, first };
enum class ServerAge { year_2021, today };
enum class UnknownParameters { ignored, refused };
enum class Clipping { window, whole_call };
enum class QuotaOf { account, app };
enum class PercentAs { percent, fraction };
enum class DurationIn { minutes, seconds };
enum class OldRunningCall { served, refused };
enum class NewestData { complete, trailing };

struct Readings {
  WindowOf lists_window = WindowOf::began;     // call/lists: calls that began in the window, or overlap it
  WindowOf sessions_window = WindowOf::began;  // call/sessions: likewise joined
  Clipping points = Clipping::window;          // call/metrics: points of the window or of the whole call
  LastSecond last_second = LastSecond::included;
  LongestWindow call_window = LongestWindow::exclusive;  // is exactly the longest window allowed? call search
  LongestWindow insight_window = LongestWindow::inclusive;  // insight
  HttpStatus http_status = HttpStatus::always_200;
  SuccessCode success_code = SuccessCode::two_hundred;
  SuccessMessage success_message = SuccessMessage::empty;
  OpenEnd open_end = OpenEnd::zero;  // destroyed_ts and leave_ts of what has not finished
  YesNo refused_counts = YesNo::yes;
  OverLimit insight_over_limit = OverLimit::code_300;
  DayStart day_start = DayStart::utc_0;
  HourlyEnds hourly_ends = HourlyEnds::both;
  YesNo short_insight_frame_empty = YesNo::no;
  YesNo recalculated = YesNo::yes;       // a daily value changes two days after its ts
  YesNo incomplete_buckets = YesNo::no;  // is a bucket that is not yet complete given, with what is known?
  ServerAge server = ServerAge::year_2021;
  UnknownParameters unknown_parameters = UnknownParameters::ignored;
  YesNo points_sorted = YesNo::yes;
  YesNo asked_order = YesNo::yes;       // metrics[] in the order of sids
  YesNo empty_sids_listed = YesNo::no;  // sids without data: empty data, or left out
  QuotaOf quota = QuotaOf::account;
  PercentAs percent = PercentAs::percent;
  DurationIn duration = DurationIn::minutes;
  OldRunningCall old_running_call = OldRunningCall::served;
  NewestData newest_data = NewestData::complete;  // trailing: up to 20 s per session before now - delay
  YesNo message_prefix = YesNo::yes;              // "Service package limit check error, "
  YesNo trailing_commas = YesNo::no;
};

struct ReadingRow {
  std::string_view name;                     // "lists.window"
  std::span<const std::string_view> values;  // {"began", "overlaps"}; the first is no default in particular
  std::size_t (*get)(const Readings&);
  void (*set)(Readings&, std::size_t value);
};
std::span<const ReadingRow> readings();

// "lists.window=overlaps"
Result<void> set_reading(Readings& to, std::string_view name_and_value);
// "lists.window=overlaps sessions.window=began ...": every switch
std::string to_text(const Readings& readings);
// Rows (24 or a few more) in which every pair of values of two switches occurs. Deterministic; `seed` gives
// another array.
std::vector<Readings> covering_array(std::uint64_t seed);

}  // namespace agora_exporter::simulator
