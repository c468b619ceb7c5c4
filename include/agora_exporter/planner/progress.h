// Progress: what has been asked and answered so far, as a fold of facts. The planner reads it; it knows no
// timeline. A value; one thread.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/planner/agenda.h"
#include "agora_exporter/planner/call_sizes.h"
#include "agora_exporter/planner/intervals.h"
#include "agora_exporter/planner/policy.h"
#include "agora_exporter/planner/rhythm.h"

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
  bool followed = true;    // else it is one of a large call's that were left out by the sample
  WorldTime alive_to{};    // known to have gone on until then: newest point, or listed as unfinished
  WorldTime left_out{};    // an answer as of then should have told of it, and did not
  WorldTime covered_to{};  // its points up to here are in hand
  bool complete = false;   // no more points are to be had
  bool asked = false;      // about its points, at least once
  WallTime asked_at{};     // last time, about its points
  int silences = 0;        // answers in a row that had no point of it where there should have been some

  // Nothing more is needed of it: its points are in hand, or R has passed its leaving without them.
  bool settled(WorldTime replayed) const { return !followed || complete || (finished && *left <= replayed); }
  // It is not known to have left, and that matters.
  bool unresolved() const { return followed && !finished; }
  // Up to when nothing more is to be had by asking whether it has left.
  WorldTime looked_for_to() const { return std::max(alive_to, left_out); }
};

// The pages of one frame of call/sessions.
struct PageRun {
  agora::Frame frame;
  int next_page = 1;
  WorldTime known_to{};     // who has not left by the first page's answer was there until then
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
  bool let_go = false;    // not worth a request when it was due (objective: coverage)
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
  std::optional<double> told_users;            // at once, by the lists of servers of today
  bool valued = false;                         // it is in AppProgress::offers
  int running_users = 0;                       // as which it counts in AppProgress::running; 0 = not
  std::size_t sids_at_once = agora::kMaxSids;  // halved when an answer was too large
  std::map<std::string, SessionProgress> sessions;

  WorldTime last_alive() const;  // by lists and sessions
  // When the last of its users left, or when it began if there was none, as far as is known; and nobody
  // joined in the minute after.
  std::optional<WorldTime> deserted_since() const;
  // The same, where no list says that it goes on. It is over, though no list says that either.
  std::optional<WorldTime> empty_since() const;
};

struct RowProgress {
  std::optional<WorldTime> covered_to;   // hourly: buckets before this have been asked for
  std::optional<WorldTime> asked_for;    // daily: newest bucket asked for
  std::optional<WorldTime> asked_since;  // daily: and all from this one on; unset: all older ones too
  bool in_slot = false;                  // daily: and that was in the last hours before it is shown
  std::int64_t failed_day = -1;          // the server's day on which it was refused: not again on it
  int failures_that_day = 0;
  WallTime failed_at{};
};

// "Forbidden": the app_id is not of this account, or no longer. The app's own trouble: the endpoint's other
// apps go on.
struct Forbidden {
  int failures = 0;  // in a row
  WallTime not_before{};
};

// What lists told of a call when it was to be chosen.
struct CallOffer {
  double seconds = 0;  // it has gone on, as far as is known
  bool goes_on = false;
  double users = 0;            // as servers of today tell; 0 = not told
  CallSizes::Likely likely{};  // users, where they are not told
  double apart = 1;            // tells equal ones apart
};

struct AppProgress {
  Intervals listed;            // instants at which all calls created are known
  bool lists_overlap = false;  // call/lists gives calls that overlap the frame (proven by an answer)
  bool sessions_overlap = false;
  bool todays_server = false;    // pages of 100 may be asked for
  bool lists_are_short = false;  // R has passed instants of the last hour whose calls are not all known
  WallTime listed_at{};          // the last answer to a list of all channels
  std::map<std::string, Intervals>
      listed_by_name;            // as `listed`, of pinned channels that were asked for by name
  double calls_per_second = 0;   // that began lately, by the lists
  bool history_refused = false;  // lists beyond this are refused: too old
  int history_requests = 0;
  std::map<std::string, CallProgress> calls;
  std::set<std::string> open;                              // calls that are not done
  std::set<std::pair<WorldTime, std::string>> by_created;  // all calls
  // Followed calls that are not done: by the oldest instant of which it is not known who joined or is still
  // there; by the oldest whose points are missing; and those with further pages to read.
  Agenda sessions_due, points_due;
  std::set<std::string> paging;
  // Calls that have not ended, as far as is known, by their last sign of life: those whose sessions are
  // known, and others.
  Agenda known_alive, others_alive;
  std::map<RowKey, RowProgress> rows;
  // For the forecast, moving averages: of the seconds of calls that are over, and of the requests that
  // followed ones took [sessions, metrics].
  double mean_seconds = 1'200;
  double mean_square_seconds = 2.0 * 1'200 * 1'200;
  // What a call that goes on still lasts, on average over those that do.
  double rest_seconds() const { return mean_square_seconds / (2 * std::max(1.0, mean_seconds)); }
  std::array<double, 2> mean_requests{1.2, 1.2};
  // What is on offer: how many calls by hour, and what they are like.
  Rhythm calls_offered;
  std::array<CallOffer, 512> offers{};  // the last calls, of next_offer in all
  std::size_t next_offer = 0;
  // Calls whose sessions are known and that go on, by how many users they have.
  std::map<int, int> running;
  CallSizes sizes;
  double mean_pages = 1;  // requests that it takes to hear of all sessions of a call, at first
  // Sessions that another question finds new, and to have left, as shares of those that went on.
  double joined_meanwhile = 0.2, left_meanwhile = 0.2;
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
  bool both_ends = false;           // insight: a day at 1h was answered with 25 points
  std::optional<bool> last_ok;
  double latency = 0.3;  // seconds, moving average
};

// A call that was due, and not worth a request (objective: coverage).
struct TurnedDown {
  std::string app_id, call_id;
  bool points = false;  // of which its points were due; else its sessions
  bool late = false;    // and so it has been for half a minute
  WorldTime again{};    // it is looked at again as if it were due by then
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

  // Before decide(): R has moved on, and what it has passed is not due any more.
  void advance(WallTime now);
  // After it: what it has turned down is not looked at again for a moment, and for a while after half a
  // minute.
  void turn_down(const std::vector<TurnedDown>& calls, WallTime now);

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
  void note_due(AppProgress& app, CallProgress& call, WallTime now);
  void take_entry(const Context& at, const agora::CallEntry& entry, bool of_our_time, Learned& learned);
  void forget(AppProgress& app, const Context& at);
  void apply_list(const Context& at, const agora::CallList& list, Learned& learned);
  void apply_sessions(const Context& at, const agora::SessionPage& page);
  void apply_points(const Context& at, const agora::PointSet& points);
  void apply_row(const Context& at, const agora::InsightRow& row);
  void apply_refusal(const Context& at, const agora::Refusal& refusal, Learned& learned);
  void success(const Context& at);

  const Policy& policy_;
  WorldTime advanced_to_{};
  std::map<std::string, std::pair<const AccountPolicy*, const AppPolicy*>> by_app_;
};

}  // namespace agora_exporter::planner
