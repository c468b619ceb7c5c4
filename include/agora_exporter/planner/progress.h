// Progress: what has been asked and answered so far, as a fold of facts. The planner reads it; it knows no
// timeline. A value; one thread.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/planner/intervals.h"
#include "agora_exporter/planner/policy.h"

namespace agora_exporter::planner {

// How far data may trail behind the data delay: silence of a session is believed only this long before the
// end of the frame asked about ("maximum data delay" does not promise completeness).
inline constexpr Seconds kTrail{300};
// A finished session is complete once a frame has ended this long after its leaving.
inline constexpr Seconds kSettle{120};

struct SessionProgress {
  std::string sid;
  std::uint32_t uid = 0;
  WorldTime joined{};
  std::optional<WorldTime> left;
  bool finished = false;
  WorldTime alive_to{};    // known to have gone on until then: newest point, or listed as unfinished
  WorldTime covered_to{};  // its points up to here are in hand
  bool complete = false;   // no more points are to be had
  bool asked = false;      // about its points, at least once
  WallTime asked_at{};     // last time, about its points
  int silences = 0;        // answers in a row that had no point of it where there should have been some

  // Nothing more is needed of it: its points are in hand, or R has passed its leaving without them.
  bool settled(WorldTime replayed) const { return complete || (finished && *left <= replayed); }
};

// The pages of one frame of call/sessions.
struct PageRun {
  agora::Frame frame;
  int next_page = 1;
  WorldTime lowest_join{};  // of the sessions on the pages so far
  bool descending = true;   // as promised; else every page must be read
  bool done = false;
};

struct CallProgress {
  std::string id;
  std::string channel;
  WorldTime created{};
  std::optional<WorldTime> destroyed;
  bool finished = false;
  bool followed = false;
  bool given_up = false;  // refused for good: beyond the look-back, or a bad request again and again
  bool done = false;      // ended, and all that can be known of it is in hand
  WorldTime alive_to{};   // listed as unfinished as of then
  // Lists in a row over its start that left it out while its end was not known, and the last of them.
  int left_out = 0;
  WallTime left_out_at{};
  Intervals joins;  // instants whose joins are all known
  std::optional<PageRun> run;
  WallTime first_told_at{};      // receipt of the first fact about it
  WallTime sessions_asked_at{};  // last answer of call/sessions
  bool sessions_asked = false;
  int refusals = 0;
  std::array<int, 2> requests{};               // spent on it: [sessions, metrics]
  std::size_t sids_at_once = agora::kMaxSids;  // halved when an answer was too large
  std::map<std::string, SessionProgress> sessions;

  WorldTime last_alive() const;  // by lists and sessions
};

struct RowProgress {
  std::optional<WorldTime> covered_to;  // hourly: buckets before this have been asked for
  std::optional<WorldTime> asked_for;   // daily: newest bucket asked for
  bool in_slot = false;                 // daily: and that was in the last hours before it is shown
  std::int64_t failed_day = -1;         // the server's day on which it was refused: not again on it
  int failures_that_day = 0;
  WallTime failed_at{};
};

// "Forbidden": the app_id is not of this account, or no longer. The app's own trouble: the endpoint's other
// apps go on.
struct Forbidden {
  int failures = 0;  // in a row
  WallTime not_before{};
};

struct AppProgress {
  Intervals listed;            // instants at which all calls created are known
  bool lists_overlap = false;  // call/lists gives calls that overlap the frame (proven by an answer)
  bool sessions_overlap = false;
  bool todays_server = false;  // pages of 100 may be asked for
  bool lists_asked = false;
  bool history_refused = false;  // lists beyond this are refused: too old
  int history_requests = 0;
  std::map<std::string, CallProgress> calls;
  std::set<std::string> open;  // calls that are not done
  std::map<RowKey, RowProgress> rows;
  // Followed calls that are over, for the forecast: moving averages of seconds and of requests [sessions,
  // metrics].
  double mean_seconds = 1'200;
  std::array<double, 2> mean_requests{1.2, 1.2};
  std::array<WorldTime, 5> newest_frame_end{};  // by Endpoint
  std::array<Forbidden, 5> forbidden{};         // by Endpoint
};

// How an endpoint of an account answers.
struct EndpointProgress {
  int failures = 0;                 // in a row
  WallTime not_before{};            // backoff after failures
  std::int64_t no_access_day = -1;  // the server's UTC day on which it said "no auth"
  Seconds more_delay{0};            // after "query latency limit error"
  Seconds shorter{0};               // after "query time length limit error"
  bool answered = false;            // a success, ever
  std::optional<bool> last_ok;
  double latency = 0.3;  // seconds, moving average
};

// What one fact taught, for the exporter's own counters.
struct Learned {
  std::vector<std::string> followed, sampled_out, failed;  // call ids
  bool list_truncated = false;
};

class Progress {
 public:
  explicit Progress(const Policy& policy);

  // Facts in the order of receipt; those of unknown apps are ignored.
  Learned apply(const agora::Facts& facts);

  // Facts received before this are not needed to rebuild what is still open, beyond what checkpoint() holds.
  WallTime needed_since() const;
  std::string checkpoint() const;
  Result<void> restore(const std::string& checkpoint);

  std::map<std::string, AppProgress> apps;                                        // by app_id
  std::map<std::pair<std::string, agora::Endpoint>, EndpointProgress> endpoints;  // by account
  std::map<std::string, std::optional<std::int64_t>> daily_phase;  // seconds after 00:00 UTC, by account

 private:
  struct Context;
  void close_if_done(AppProgress& app, CallProgress& call, WallTime now);
  void apply_list(const Context& at, const agora::CallList& list, Learned& learned);
  void apply_sessions(const Context& at, const agora::SessionPage& page);
  void apply_points(const Context& at, const agora::PointSet& points);
  void apply_row(const Context& at, const agora::InsightRow& row);
  void apply_refusal(const Context& at, const agora::Refusal& refusal, Learned& learned);
  void success(const Context& at);

  const Policy& policy_;
  std::map<std::string, std::pair<const AccountPolicy*, const AppPolicy*>> by_app_;
};

}  // namespace agora_exporter::planner
