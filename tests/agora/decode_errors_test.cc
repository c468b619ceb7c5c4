#include <gmock/gmock.h>

#include "agora/decode_support.h"

namespace agora_exporter::agora {
namespace {

using ::testing::SizeIs;

Refusal refused(int status, const std::string& body, Endpoint endpoint = Endpoint::call_metrics) {
  const Decoded result = decode_body(endpoint, body, status);
  const auto* refusal = std::get_if<Refusal>(&result.body);
  EXPECT_NE(refusal, nullptr) << status << " " << body;
  return refusal != nullptr ? *refusal : Refusal{};
}

std::string error_body(int code, const std::string& message) {
  return R"({"code":)" + std::to_string(code) + R"(,"message":")" + message + R"(","data":null})";
}

struct Row {
  int code;
  const char* message;
  ApiError error;
};
// Specification, "Status codes"; the longer messages were seen.
const Row kRows[] = {
    {300, "qps limit error", ApiError::rate_quota},
    {300, "Service package limit check error, qps limit error", ApiError::rate_quota},
    {300, "Service package limit check error, QPD limit error", ApiError::day_quota},
    {300, "query latency limit error", ApiError::too_early},
    {300, "query time range limit error", ApiError::too_old},
    {300, "query time length limit error", ApiError::too_long},
    {300, "no auth", ApiError::no_access},
    {300, "you have no auth to access this service, please buy or upgrade your service package",
     ApiError::no_access},
    {300, "some limit nobody wrote down", ApiError::rate_quota},
    {300, "", ApiError::rate_quota},
    {400, "Bad request, parameter : startTs can not be null", ApiError::bad_request},
    {401, "Unauthorized", ApiError::unauthorized},
    {401, "no authorization header", ApiError::unauthorized},
    {403, "forbidden", ApiError::forbidden},
    {403, "no authorization information", ApiError::forbidden},
    {403, "you have no auth to access this service", ApiError::no_access},
    {403, "qpd limit error", ApiError::day_quota},
    {404, "Wrong API", ApiError::not_found},
    {429, "slow down", ApiError::rate_quota},
    {500, "Unknown Error", ApiError::server_error},
    {503, "busy", ApiError::server_error},
    {1234, "what", ApiError::server_error},
    {422, "what", ApiError::bad_request},
};

TEST(DecodeErrors, EveryCodeUnderHttp200AndUnderItsOwnStatus) {
  for (const Row& row : kRows) {
    for (const int status : {200, row.code}) {
      if (status > 599) continue;
      for (const Endpoint endpoint : kEndpoints) {
        const Refusal refusal = refused(status, error_body(row.code, row.message), endpoint);
        EXPECT_EQ(refusal.error, row.error) << row.code << " " << row.message << " under " << status;
        EXPECT_EQ(refusal.http_status, status);
        if (*row.message != '\0') {
          EXPECT_EQ(refusal.message, row.message);
        }
      }
    }
  }
}

TEST(DecodeErrors, TheBodysCodeBeatsTheStatus) {
  EXPECT_EQ(refused(500, error_body(300, "qpd limit error")).error, ApiError::day_quota);
  EXPECT_EQ(refused(400, error_body(401, "x")).error, ApiError::unauthorized);
  // ... unless it says that all is well, or nothing that is known.
  EXPECT_EQ(refused(503, error_body(200, "success")).error, ApiError::server_error);
  EXPECT_EQ(refused(401, error_body(0, "")).error, ApiError::unauthorized);
  EXPECT_EQ(refused(404, error_body(7777, "")).error, ApiError::not_found);
}

TEST(DecodeErrors, StatusWithoutAReadableBody) {
  const std::pair<int, ApiError> rows[] = {
      {400, ApiError::bad_request},  {401, ApiError::unauthorized}, {403, ApiError::forbidden},
      {404, ApiError::not_found},    {408, ApiError::server_error}, {413, ApiError::bad_request},
      {429, ApiError::rate_quota},   {500, ApiError::server_error}, {502, ApiError::server_error},
      {504, ApiError::server_error}, {300, ApiError::rate_quota},   {304, ApiError::server_error}};
  for (const auto& [status, error] : rows) {
    for (const char* body :
         {"", "<html>Bad gateway</html>", R"({"code":200,"metrics":[)", "{}", R"({"message":null})"}) {
      const Refusal refusal = refused(status, body);
      EXPECT_EQ(refusal.error, error) << status << body;
      EXPECT_EQ(refusal.message, "HTTP " + std::to_string(status));
    }
  }
}

TEST(DecodeErrors, CodeAsTextAndMessageOfNone) {
  EXPECT_EQ(refused(200, R"({"code":"401","message":null,"data":null})").error, ApiError::unauthorized);
  EXPECT_EQ(refused(200, R"({"code":500,"message":null})").message, "code 500");
  EXPECT_EQ(refused(200, R"({"code":500,"message":"null"})").message, "code 500");
}

TEST(DecodeErrors, LongMessagesAreCut) {
  std::string head;
  head.append(499, 'x');
  std::string message = head;
  message.append("\xC3\xA9").append(9'000, 'x');  // the cut falls into the middle of a letter
  EXPECT_EQ(refused(200, error_body(500, message)).message, head.append("\xEF\xBF\xBD..."));
}

TEST(DecodeErrors, RetryAfterAndTransportErrorsArePassedOn) {
  HttpAnswer busy = answer("", 429);
  busy.retry_after = Seconds{7};
  EXPECT_EQ(std::get<Refusal>(decode(request_for(Endpoint::call_lists), busy).body).retry_after, Seconds{7});

  HttpAnswer cut;
  cut.error = ApiError::transport;
  cut.message = "the body was cut off";
  cut.body = R"({"code":200,"call_lists":[]})";
  const Decoded result = decode(request_for(Endpoint::call_lists), cut);
  EXPECT_EQ(std::get<Refusal>(result.body).message, "the body was cut off");
  EXPECT_EQ(result_of(result.body), "transport");
  cut.error = ApiError::too_large;
  EXPECT_EQ(result_of(decode(request_for(Endpoint::call_lists), cut).body), "too_large");
  EXPECT_EQ(result_of(decode(request_for(Endpoint::call_lists), HttpAnswer{}).body), "transport");
}

TEST(DecodeErrors, NothingIsCountedOfARefusal) {
  const Decoded result = decode_body(
      Endpoint::call_metrics, R"({"code":300,"message":"qps limit error","metrics":[null],"requestId":"r"})");
  EXPECT_EQ(result_of(result.body), "rate_quota");
  EXPECT_EQ(result.skipped_points, 0);
  EXPECT_TRUE(result.todays_server);
}

}  // namespace
}  // namespace agora_exporter::agora
