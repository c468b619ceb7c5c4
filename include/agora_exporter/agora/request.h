// What can be asked: the five endpoints with every parameter (specification, "Request parameters").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::agora {

// The frame of time asked about, both ends as sent. Whether the last second is included is not specified.
struct Frame {
  WorldTime start;
  WorldTime end;
  friend bool operator==(const Frame&, const Frame&) = default;
};

struct UsageQuery {
  Frame frame;
  std::string metric;  // "userCount", ...
  Granularity granularity = Granularity::day;
};
struct QualityQuery {
  Frame frame;
  std::string metric;  // "joinSuccessRate", ...
  Granularity granularity = Granularity::hour;
  std::string product;  // "Native" | "WebRTC"
};
struct CallListQuery {
  Frame frame;
  std::string channel;         // cname; empty = every channel
  std::optional<int> page_no;  // page_no and page_size: servers of today only
  std::optional<int> page_size;
};
struct CallSessionsQuery {
  Frame frame;
  std::string call_id;
  std::optional<int> page_no;
  std::optional<int> page_size;
  std::vector<std::uint32_t> uids;  // at most kMaxUids; empty = all
  bool exclude_server_user = true;
};
struct CallMetricsQuery {
  Frame frame;
  std::string call_id;
  std::vector<std::string> sids;  // 1 to kMaxSids
};

using Query = std::variant<UsageQuery, QualityQuery, CallListQuery, CallSessionsQuery, CallMetricsQuery>;

struct Request {
  std::string app_id;
  Query query;
};

Endpoint endpoint_of(const Request& request);
const Frame& frame_of(const Request& request);
// Path and query string, percent-encoded: "/beta/analytics/call/lists?start_ts=...&end_ts=...&appid=..."
std::string target_of(const Request& request);
// For logs and reasons: "call_sessions of call c1, 12:00:00 to 12:24:00, page 2"
std::string describe(const Request& request);

}  // namespace agora_exporter::agora
