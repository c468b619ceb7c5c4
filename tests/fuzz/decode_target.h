// What the decoder must hold to, whatever the bytes. The first byte picks the endpoint and the HTTP status.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

#include "agora_exporter/agora/decode.h"
#include "agora_exporter/base/utf8.h"

namespace agora_exporter::agora {

inline Request fuzz_request(unsigned pick) {
  const Frame frame{world_time(1'548'670'000), world_time(1'548'671'000)};
  switch (pick % kEndpoints.size()) {
    case 0:
      return {"app", UsageQuery{frame, "userCount", Granularity::day}};
    case 1:
      return {"app", QualityQuery{frame, "networkDelay", Granularity::hour, "Native"}};
    case 2:
      return {"app", CallListQuery{frame, "", {}, {}}};
    case 3:
      return {"app", CallSessionsQuery{frame, "c", {}, {}, {}, true}};
    default:
      return {"app", CallMetricsQuery{frame, "c", {"s"}}};
  }
}

// Aborts where a promise of facts.h is broken: libFuzzer and the sanitizers report that.
inline void hold(bool promise) {
  if (!promise) std::abort();
}

struct HoldPromises {
  void operator()(const CallList& list) const {
    for (const CallEntry& call : list.calls) {
      hold(!call.call_id.empty() && to_valid_utf8(call.call_id) == call.call_id);
      hold(to_valid_utf8(call.channel) == call.channel && unix_seconds(call.created) > 0);
      hold(call.finished || !call.destroyed);
    }
  }
  void operator()(const SessionPage& page) const {
    for (const SessionEntry& session : page.sessions) {
      hold(!session.sid.empty() && to_valid_utf8(session.sid) == session.sid);
      hold(unix_seconds(session.joined) > 0 && (session.finished || !session.left));
    }
  }
  void operator()(const PointSet& points) const {
    hold(points.times.size() == points.values.size());
    std::size_t next = 0;
    for (const Stream& stream : points.streams) {
      hold(stream.begin == next && stream.begin <= stream.end && stream.sid < points.sids.size());
      next = stream.end;
    }
    hold(next == points.times.size());
    for (const double value : points.values) hold(std::isfinite(value));
  }
  void operator()(const InsightRow& row) const {
    for (const Bucket& bucket : row.buckets) hold(!bucket.value || std::isfinite(*bucket.value));
  }
  void operator()(const Refusal& refusal) const {
    hold(static_cast<int>(refusal.error) < kApiErrorCount &&
         to_valid_utf8(refusal.message) == refusal.message);
  }
  void operator()(const Undecodable& undecodable) const { hold(!undecodable.reason.empty()); }
};

inline void decode_any(const std::uint8_t* data, std::size_t size) {
  const unsigned pick = size > 0 ? data[0] : 0;
  constexpr int kStatuses[] = {200, 200, 200, 300, 400, 429, 500};
  HttpAnswer answer;
  answer.status = kStatuses[pick / kEndpoints.size() % std::size(kStatuses)];
  if (size > 1) answer.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Decoded decoded = decode(fuzz_request(pick), answer);
  hold(decoded.skipped_points >= 0);
  std::visit(HoldPromises{}, decoded.body);
}

}  // namespace agora_exporter::agora
