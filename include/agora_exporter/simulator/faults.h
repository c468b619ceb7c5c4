// What goes wrong with the simulated server, and how often.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/base/result.h"
#include "agora_exporter/base/time.h"

namespace agora_exporter::simulator {

enum class FaultKind {
  latency,               // the answer comes `delay` later
  error_json,            // 500 or 503 with a body of JSON
  error_html,            // 502 with a page of HTML
  too_many,              // HTTP 429 without Retry-After
  too_many_retry_after,  // HTTP 429 with Retry-After: 3
  reset,                 // the connection is reset before the answer
  cut_body,              // it is closed in the middle of the body
  wrong_content_length,  // Content-Length says more than comes
  hang,                  // no byte ever comes
  spontaneous_qps,       // code 300 "qps limit error" though the limit is kept
  spontaneous_qpd,       // code 300 "qpd limit error" likewise
  no_access              // code 300 "no auth"
};
inline constexpr int kFaultKinds = 12;
std::string_view name_of(FaultKind kind);  // "error_json"

// Which requests it hits is a function of the seed, the rule's place and the request's number.
struct FaultRule {
  FaultKind kind = FaultKind::error_json;
  double rate = 0;                          // share of the requests that it may hit
  std::optional<agora::Endpoint> endpoint;  // empty = all
  std::optional<WallTime> from, until;      // [from, until) of the clock given to handle(); empty = open
  Millis delay{5'000};                      // latency only
};

struct SecretRotation {
  WallTime at;
  std::string secret;
};

struct Faults {
  std::vector<FaultRule> rules;  // the first that hits counts; latency goes together with others
  std::vector<SecretRotation> rotations;
  Millis skew{0};  // the server's clock is the given one + skew: quota, limits and Date
};

// "no auth" on an endpoint for the UTC day (of the given clock) that `at` lies in.
FaultRule no_access_for_a_day(agora::Endpoint endpoint, WallTime at);
// "error_json=0.01"
Result<void> add_fault(Faults& to, std::string_view name_and_rate);
// "call_metrics=2026-03-02T10:00:00Z": no_access_for_a_day(). Times are Unix seconds or RFC 3339.
Result<void> add_no_access_day(Faults& to, std::string_view endpoint_and_time);
// "2026-03-02T10:00:00Z=new-secret": the only one that is let in from then on, until the next rotation.
Result<void> add_rotation(Faults& to, std::string_view time_and_secret);
// "-2.5"
Result<void> set_skew(Faults& to, std::string_view seconds);

}  // namespace agora_exporter::simulator
