#include "agora_exporter/agora/api.h"

namespace agora_exporter::agora {
namespace {

struct EndpointRow {
  std::string_view name;
  std::string_view path;
};
constexpr std::array<EndpointRow, kEndpoints.size()> kEndpointRows{{
    {"insight_usage", "/beta/insight/usage/by_time"},
    {"insight_quality", "/beta/insight/quality/by_time"},
    {"call_lists", "/beta/analytics/call/lists"},
    {"call_sessions", "/beta/analytics/call/sessions"},
    {"call_metrics", "/beta/analytics/call/metrics"},
}};

constexpr std::array<std::string_view, kApiErrorCount> kErrorNames{
    "bad_request", "unauthorized", "forbidden", "no_access",    "rate_quota", "day_quota", "too_early",
    "too_old",     "too_long",     "not_found", "server_error", "transport",  "malformed", "too_large"};
static_assert(static_cast<int>(ApiError::too_large) == kApiErrorCount - 1);

}  // namespace

std::string_view name_of(Endpoint endpoint) { return kEndpointRows[static_cast<std::size_t>(endpoint)].name; }
std::string_view path_of(Endpoint endpoint) { return kEndpointRows[static_cast<std::size_t>(endpoint)].path; }
std::string_view name_of(Granularity granularity) { return granularity == Granularity::day ? "1d" : "1h"; }
std::string_view name_of(ApiError error) { return kErrorNames[static_cast<std::size_t>(error)]; }

}  // namespace agora_exporter::agora
