// The words of the API, its limits and its requests, against the specification.
#include <gmock/gmock.h>

#include <set>
#include <string>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/plans.h"
#include "agora_exporter/agora/request.h"

namespace agora_exporter::agora {
namespace {

TEST(Api, NamesAndPaths) {
  EXPECT_EQ(name_of(Endpoint::insight_usage), "insight_usage");
  EXPECT_EQ(name_of(Endpoint::call_metrics), "call_metrics");
  EXPECT_EQ(path_of(Endpoint::insight_usage), "/beta/insight/usage/by_time");
  EXPECT_EQ(path_of(Endpoint::insight_quality), "/beta/insight/quality/by_time");
  EXPECT_EQ(path_of(Endpoint::call_lists), "/beta/analytics/call/lists");
  EXPECT_EQ(path_of(Endpoint::call_sessions), "/beta/analytics/call/sessions");
  EXPECT_EQ(path_of(Endpoint::call_metrics), "/beta/analytics/call/metrics");
  EXPECT_EQ(name_of(Granularity::day), "1d");
  EXPECT_EQ(name_of(Granularity::hour), "1h");
}

TEST(Api, ErrorNamesAreTheEnumsOwn) {
  EXPECT_EQ(name_of(ApiError::bad_request), "bad_request");
  EXPECT_EQ(name_of(ApiError::unauthorized), "unauthorized");
  EXPECT_EQ(name_of(ApiError::forbidden), "forbidden");
  EXPECT_EQ(name_of(ApiError::no_access), "no_access");
  EXPECT_EQ(name_of(ApiError::rate_quota), "rate_quota");
  EXPECT_EQ(name_of(ApiError::day_quota), "day_quota");
  EXPECT_EQ(name_of(ApiError::too_early), "too_early");
  EXPECT_EQ(name_of(ApiError::too_old), "too_old");
  EXPECT_EQ(name_of(ApiError::too_long), "too_long");
  EXPECT_EQ(name_of(ApiError::not_found), "not_found");
  EXPECT_EQ(name_of(ApiError::server_error), "server_error");
  EXPECT_EQ(name_of(ApiError::transport), "transport");
  EXPECT_EQ(name_of(ApiError::malformed), "malformed");
  EXPECT_EQ(name_of(ApiError::too_large), "too_large");
}

TEST(Api, ResultOfABody) {
  EXPECT_EQ(result_of(PointSet{}), "success");
  EXPECT_EQ(result_of(InsightRow{}), "success");
  Refusal refusal;
  refusal.error = ApiError::too_old;
  EXPECT_EQ(result_of(refusal), "too_old");
  EXPECT_EQ(result_of(Undecodable{}), "malformed");
}

TEST(Plans, StandardIsTheSpecification) {
  using std::chrono::hours;
  const Plan plan = *find_plan("standard");
  const Limits& usage = plan.of(Endpoint::insight_usage);
  EXPECT_EQ(usage.per_second, 0);
  EXPECT_EQ(usage.per_minute, 1);
  EXPECT_EQ(usage.per_day, 10);
  EXPECT_EQ(usage.look_back, hours(72));
  EXPECT_EQ(usage.longest_window, hours(24));
  EXPECT_EQ(usage.delay, hours(24));
  EXPECT_FALSE(usage.hourly);
  const Limits& quality = plan.of(Endpoint::insight_quality);
  EXPECT_EQ(quality.per_minute, 1);
  EXPECT_EQ(quality.per_day, 10);
  EXPECT_EQ(quality.delay, hours(12));
  EXPECT_TRUE(quality.hourly);
  const Limits& lists = plan.of(Endpoint::call_lists);
  EXPECT_EQ(lists.per_second, 1);
  EXPECT_EQ(lists.per_minute, 0);
  EXPECT_EQ(lists.per_day, 1'000);
  EXPECT_EQ(lists.look_back, hours(72));
  EXPECT_EQ(lists.longest_window, hours(8));
  EXPECT_EQ(lists.delay, Seconds(60));
  for (const Endpoint endpoint : {Endpoint::call_sessions, Endpoint::call_metrics}) {
    const Limits& limits = plan.of(endpoint);
    EXPECT_EQ(limits.per_second, 1);
    EXPECT_EQ(limits.per_day, 1'000);
    EXPECT_EQ(limits.look_back, hours(24));
    EXPECT_EQ(limits.longest_window, hours(1));
    EXPECT_EQ(limits.delay, Seconds(300));
  }
}

// per second, minute, day; look-back and window in hours; delay in seconds
struct PlanRow {
  const char* plan;
  Endpoint endpoint;
  int second, minute, day, look_back, window, delay;
};
TEST(Plans, PremiumAndEnterpriseAreTheVendorsTable) {
  const PlanRow rows[] = {
      {"premium", Endpoint::insight_usage, 0, 3, 40, 336, 72, 43'200},
      {"premium", Endpoint::insight_quality, 0, 3, 40, 336, 72, 21'600},
      {"premium", Endpoint::call_lists, 3, 0, 2'000, 168, 16, 20},
      {"premium", Endpoint::call_sessions, 3, 0, 2'000, 168, 3, 150},
      {"premium", Endpoint::call_metrics, 3, 0, 2'000, 168, 3, 150},
      {"enterprise", Endpoint::insight_usage, 0, 10, 60, 720, 168, 21'600},
      {"enterprise", Endpoint::insight_quality, 0, 10, 60, 720, 168, 21'600},
      {"enterprise", Endpoint::call_lists, 10, 0, 10'000, 360, 24, 20},
      {"enterprise", Endpoint::call_sessions, 10, 0, 10'000, 360, 6, 100},
      {"enterprise", Endpoint::call_metrics, 10, 0, 10'000, 360, 6, 100},
  };
  for (const PlanRow& row : rows) {
    const Limits limits = find_plan(row.plan)->of(row.endpoint);
    SCOPED_TRACE(std::string(row.plan) + " " + std::string(name_of(row.endpoint)));
    EXPECT_EQ(limits.per_second, row.second);
    EXPECT_EQ(limits.per_minute, row.minute);
    EXPECT_EQ(limits.per_day, row.day);
    EXPECT_EQ(limits.look_back, std::chrono::hours(row.look_back));
    EXPECT_EQ(limits.longest_window, std::chrono::hours(row.window));
    EXPECT_EQ(limits.delay, Seconds(row.delay));
    EXPECT_EQ(limits.hourly, is_insight(row.endpoint));
  }
  EXPECT_EQ(plans().size(), 3u);
  EXPECT_FALSE(find_plan("starter"));
}

Frame frame() { return {world_time(1'625'097'600), world_time(1'625'184'000)}; }

TEST(Requests, TargetsOfInsight) {
  EXPECT_EQ(target_of({"a1", UsageQuery{frame(), "userCount", Granularity::day}}),
            "/beta/insight/usage/by_time?startTs=1625097600&endTs=1625184000&appid=a1&metric=userCount"
            "&aggregateGranularity=1d");
  EXPECT_EQ(target_of({"a1", QualityQuery{frame(), "networkDelay", Granularity::hour, "WebRTC"}}),
            "/beta/insight/quality/by_time?startTs=1625097600&endTs=1625184000&appid=a1&metric=networkDelay"
            "&aggregateGranularity=1h&productType=WebRTC");
}

TEST(Requests, TargetsOfCallSearch) {
  EXPECT_EQ(target_of({"a1", CallListQuery{frame(), "", {}, {}}}),
            "/beta/analytics/call/lists?start_ts=1625097600&end_ts=1625184000&appid=a1");
  EXPECT_EQ(
      target_of({"a1", CallListQuery{frame(), "my room&x=\xC3\xA9", 2, 100}}),
      "/beta/analytics/call/lists?start_ts=1625097600&end_ts=1625184000&appid=a1&cname=my%20room%26x%3D%C3%A9"
      "&page_no=2&page_size=100");
  EXPECT_EQ(
      target_of({"a1", CallSessionsQuery{frame(), "c+1/~_-.", 3, 20, {1, 4'294'967'295u}, false}}),
      "/beta/analytics/call/sessions?start_ts=1625097600&end_ts=1625184000&appid=a1&call_id=c%2B1%2F~_-."
      "&page_no=3&page_size=20&uids=1,4294967295&exclude_server_user=false");
  EXPECT_EQ(target_of({"a1", CallSessionsQuery{frame(), "c1", {}, {}, {}, true}}),
            "/beta/analytics/call/sessions?start_ts=1625097600&end_ts=1625184000&appid=a1&call_id=c1"
            "&exclude_server_user=true");
  EXPECT_EQ(target_of({"a 1", CallMetricsQuery{frame(), "c1", {"S1", "S,2"}}}),
            "/beta/analytics/call/"
            "metrics?start_ts=1625097600&end_ts=1625184000&appid=a%201&call_id=c1&sids=S1,S%2C2");
}

TEST(Requests, EndpointFrameAndWords) {
  const Request request{
      "a1", CallSessionsQuery{{world_time(1'625'097'600), world_time(1'625'099'040)}, "c1", 2, {}, {}, true}};
  EXPECT_EQ(endpoint_of(request), Endpoint::call_sessions);
  EXPECT_EQ(frame_of(request).start, world_time(1'625'097'600));
  EXPECT_EQ(describe(request), "call_sessions of call c1, page 2, 2021-07-01 00:00:00 to 00:24:00");
  EXPECT_EQ(describe({"a1", UsageQuery{frame(), "userCount", Granularity::day}}),
            "insight_usage userCount at 1d, 2021-07-01 00:00:00 to 2021-07-02 00:00:00");
  EXPECT_EQ(endpoint_of({"a1", CallMetricsQuery{}}), Endpoint::call_metrics);
  EXPECT_EQ(endpoint_of({"a1", QualityQuery{}}), Endpoint::insight_quality);
}

}  // namespace
}  // namespace agora_exporter::agora
