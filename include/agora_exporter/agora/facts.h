// Facts: what one answer of the API said, decoded, with its request, ticket and times. The lingua franca:
// journal, planner and timeline all fold these and nothing else. Plain values; any thread may read a const
// one.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/agora/request.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::agora {

// A booked request: the `ordinal`-th (from 1) of its quota scope and endpoint on that UTC day of the server.
struct Ticket {
  std::int64_t day = 0;
  std::uint32_t ordinal = 0;
  friend auto operator<=>(const Ticket&, const Ticket&) = default;  // later booked = greater
};

struct Asked {
  std::string account;  // configured name
  Request request;
  Ticket ticket;
  WallTime asked_at;
  WallTime received_at;
  // R when the answer was received: what it tells of instants <= `replayed` came too late to be shown.
  WorldTime replayed;
  // Probability with which calls first told of in this answer are followed (planner's, kept with the fact so
  // that a restart decides alike).
  double inclusion = 1.0;
};

// call/lists
struct CallEntry {
  std::string call_id;
  std::string channel;
  WorldTime created;
  std::optional<WorldTime> destroyed;  // only where finished and > 0
  bool finished = false;
  // Servers of today only. Users at once, at most and on average; shares of time frozen, 0..1.
  std::optional<double> peak_users{}, mean_users{}, audio_freeze_ratio{}, video_freeze_ratio{};
  // Told on receipt: it is followed whatever Asked::inclusion says, since it is pinned or large.
  bool certain = false;
  friend bool operator==(const CallEntry&, const CallEntry&) = default;
};
struct CallList {
  bool has_more = false;
  std::optional<std::int64_t> total_size;
  std::vector<CallEntry> calls;  // as sent: newest first is promised, not relied on
};

// call/sessions
struct SessionEntry {
  std::string sid;
  std::string channel;
  std::uint32_t uid = 0;
  std::string account;  // user-defined name; today only
  std::string network;
  std::string platform;
  std::string sdk_version;
  std::string device_type;
  bool speaker = false;
  WorldTime joined;
  std::optional<WorldTime> left;  // only where finished and > 0
  bool finished = false;
  friend bool operator==(const SessionEntry&, const SessionEntry&) = default;
};
struct SessionPage {
  std::int64_t total_size = 0;
  int page_no = 1;
  int page_size = 0;
  std::vector<SessionEntry> sessions;
};

// call/metrics: points of all streams in two columns, a stream is a range of them, in the order the answer
// gave (not promised to be sorted; of a repeated instant the later one counts). Values are the JSON's,
// unscaled.
struct Stream {
  std::uint32_t sid = 0;  // index into PointSet::sids
  std::uint32_t mid = 0;
  std::uint32_t peer_uid = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
struct PointSet {
  std::vector<std::string> sids;  // those the answer named, in its order; those asked for may be missing
  std::vector<Stream> streams;
  std::vector<WorldTime> times;
  std::vector<double> values;
};

// insight/{usage,quality}/by_time
struct Bucket {
  WorldTime ts;                 // as given: not always midnight
  std::optional<double> value;  // null or missing = absent
  friend bool operator==(const Bucket&, const Bucket&) = default;
};
struct InsightRow {
  std::vector<Bucket> buckets;
};
// Whatever the clocks, what has been out for so long is out.
inline constexpr Seconds kClockSlack{3'600};
// Whether a bucket that an answer gives was complete then. An answer may name buckets that begin in its frame
// and reach beyond it; such a one is trusted if by `delay`, the plan's, it had been out for an hour.
bool is_over(WorldTime ts, Granularity granularity, const Frame& frame, WallTime received, Seconds delay);

// The API said no, or nothing.
struct Refusal {
  ApiError error = ApiError::transport;
  int http_status = 0;
  std::string message;  // the API's words, or the transport's
  std::optional<Seconds> retry_after;
};
// A success that cannot be decoded: kept raw, for whoever mends the decoder.
struct Undecodable {
  std::string reason;
  std::string body;
};

using Body = std::variant<CallList, SessionPage, PointSet, InsightRow, Refusal, Undecodable>;

struct Facts {
  Asked asked;
  Body body;
  bool todays_server = false;  // the answer carried requestId: pages of 100 may be asked for
  // Points of the answer that are no [number, number] (e.g. null), and entries without an id or a time:
  // dropped, counted.
  std::int64_t skipped_points = 0;
};

// What the label `result` says: "success" or name_of(error); an Undecodable is "malformed".
std::string_view result_of(const Body& body);

}  // namespace agora_exporter::agora
