// A day of which a sample is followed (objective: representative): what the page's totals say of it and how
// sure they are, beside what is true.
//
// The exporter has run for a day when the measured one begins. As whoever reads the page does, a total of the
// day is an increase, and its error the root of the increase of the squared error (docs/planning.md,
// "Estimates and their error").
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "agora_exporter/timeline/world.h"
#include "planner/scenarios.h"

namespace agora_exporter::rehearsal {

enum class Sampled {
  plain,   // three times as many calls as the requests carry
  huge,    // and one call of 2,000 users, whose number the lists tell
  all_day  // 40 calls of 20 hours
};
Scenario sampled_day(Sampled world, std::uint64_t seed);

// What is estimated: the totals that have a standard error, and one bucket of a histogram, which has none.
inline constexpr std::array<std::string_view, 8> kEstimates{"session_seconds",
                                                            "audio_playback_seconds",
                                                            "audio_freeze_seconds",
                                                            "video_playback_seconds",
                                                            "video_freeze_seconds",
                                                            "observed_audio_loss_ratio_count",
                                                            "observed_video_loss_ratio_count",
                                                            "audio loss over 5 %"};
inline constexpr std::size_t kWithError = 7;
using Amounts = std::array<double, kEstimates.size()>;

// What became of the day's session seconds.
struct Followed {
  double untold = 0;     // no list told of them before R had passed them
  double sampled = 0;    // they were told of, and chosen
  double stood_for = 0;  // for so many these count
  double known = 0;      // the page counts them
  double missing = 0;    // of these, so many without points in time
};
struct Hour {
  double inclusion = 0;  // sum over lists
  int lists = 0;
  double known = 0, missing = 0;
};

struct DayEstimate {
  Amounts truth{}, estimate{}, standard_error{};
  Amounts variance{};  // of the estimate, by the known world and the probabilities that were in use
  Followed followed;
  std::array<Hour, 24> hours{};
  int refused = 0;               // requests, by a limit
  std::size_t sids_of_huge = 0;  // that were asked about
};
// Of one app.
DayEstimate estimate_day(Scenario scenario);

// Over many days.
struct EstimateLine {
  double truth = 0, estimate = 0;  // means
  double bias = 0;                 // of the estimate, relative
  double covered = 0;              // share of days on which the truth lies in the 95 % interval
  // Root mean squares, relative: of the stated standard errors, of those by the known world, and of what was
  // off.
  double stated = 0, exact = 0, off_by = 0;
};
std::array<EstimateLine, kEstimates.size()> summary(const std::vector<DayEstimate>& days);

}  // namespace agora_exporter::rehearsal
