#include "agora/api_error.h"

#include <algorithm>
#include <cctype>
#include <string>

namespace agora_exporter::agora {
namespace {

struct MessageRow {
  std::string_view part;
  ApiError error;
};
// Specification, "Status codes". Real messages carry more words before these, so "contains".
constexpr MessageRow kLimitMessages[] = {
    {"qps limit error", ApiError::rate_quota},
    {"qpd limit error", ApiError::day_quota},
    {"query latency limit error", ApiError::too_early},
    {"query time range limit error", ApiError::too_old},
    {"query time length limit error", ApiError::too_long},
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// "no auth", but not "no authorization header".
bool says_no_auth(std::string_view message) {
  constexpr std::string_view kNoAuth = "no auth";
  const std::size_t at = message.find(kNoAuth);
  if (at == std::string_view::npos) return false;
  const std::size_t next = at + kNoAuth.size();
  return next == message.size() || std::isalpha(static_cast<unsigned char>(message[next])) == 0;
}

std::optional<ApiError> by_number(std::int64_t number) {
  switch (number) {
    case 300:
      // A limit, but not which: the kind that ends soonest, so that a guess never switches an endpoint off
      // for a day.
      return ApiError::rate_quota;
    case 400:
      return ApiError::bad_request;
    case 401:
      return ApiError::unauthorized;
    case 403:
      return ApiError::forbidden;
    case 404:
      return ApiError::not_found;
    case 408:
      return ApiError::server_error;
    case 429:
      return ApiError::rate_quota;
    default:
      if (number >= 500 && number < 600) return ApiError::server_error;
      if (number > 400 && number < 500) return ApiError::bad_request;
      return std::nullopt;
  }
}

}  // namespace

ApiError api_error(int http_status, std::optional<std::int64_t> code, std::string_view message) {
  const std::int64_t body_code = code.value_or(0);
  const std::int64_t number = is_success_code(body_code) ? http_status : body_code;
  const std::string words = lower(message);
  for (const MessageRow& row : kLimitMessages) {
    if (words.find(row.part) != std::string::npos) return row.error;
  }
  if ((number == 300 || number == 403) && says_no_auth(words)) return ApiError::no_access;
  if (const auto error = by_number(number)) return *error;
  return by_number(http_status).value_or(ApiError::server_error);
}

}  // namespace agora_exporter::agora
