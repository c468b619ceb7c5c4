// The words of the API: endpoints, granularities, and every way it can say no.
#pragma once

#include <array>
#include <string_view>

namespace agora_exporter::agora {

// Specification, "Data Insight" and "Call Search".
enum class Endpoint { insight_usage, insight_quality, call_lists, call_sessions, call_metrics };
inline constexpr std::array kEndpoints{Endpoint::insight_usage, Endpoint::insight_quality,
                                       Endpoint::call_lists, Endpoint::call_sessions, Endpoint::call_metrics};

// As in keys and labels: "insight_usage", ...
std::string_view name_of(Endpoint endpoint);
// "/beta/insight/usage/by_time", ...
std::string_view path_of(Endpoint endpoint);
constexpr bool is_insight(Endpoint e) {
  return e == Endpoint::insight_usage || e == Endpoint::insight_quality;
}

enum class Granularity { day, hour };
std::string_view name_of(Granularity granularity);  // "1d", "1h"

// What a caller can act on (Specification, "Status codes", and what else has been seen).
enum class ApiError {
  bad_request,   // 400: the request itself is wrong; asking again is no use
  unauthorized,  // 401: the credentials; read them again
  forbidden,     // 403
  no_access,     // 300 "no auth": the plan lacks this endpoint; try once a UTC day
  rate_quota,    // 300 "qps limit error", HTTP 429: over until the second or minute ends
  day_quota,     // 300 "qpd limit error": over until the server's UTC day ends
  too_early,     // 300 "query latency limit error": end_ts is inside the data delay
  too_old,       // 300 "query time range limit error": beyond the look-back
  too_long,      // 300 "query time length limit error"
  not_found,     // 404
  server_error,  // 5xx, with or without a body of JSON
  transport,     // no answer: DNS, connect, TLS, timeout, reset, a body cut off
  malformed,     // an answer that cannot be decoded
  too_large,     // a body over the cap
};
inline constexpr int kApiErrorCount = 14;
std::string_view name_of(ApiError error);  // as in the label `result`

}  // namespace agora_exporter::agora
