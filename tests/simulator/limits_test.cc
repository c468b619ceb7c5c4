// Each limit with its exact code and message, at the edge.
#include <gtest/gtest.h>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

using agora::Endpoint;

const std::string kPrefix = "300 Service package limit check error, ";

std::string ok_lists(Questions& q) { return q.lists(kNoon - 3'600, kNoon - 600).said(); }

TEST(Limits, AuthenticationIsBasicAndExact) {
  Questions q(plain_options());
  const std::string target = "/beta/analytics/call/lists?start_ts=1&end_ts=2&appid=" + kApp;
  const auto with = [&](std::optional<agora::Credentials> c) {
    return said(q.simulator.handle({"GET", target, std::move(c)}, q.now).body);
  };
  EXPECT_EQ(with(std::nullopt), "401 Unauthorized");
  EXPECT_EQ(with(agora::Credentials{"simulated-customer", "wrong"}), "401 Unauthorized");
  EXPECT_EQ(with(agora::Credentials{"someone", "simulated-secret"}), "401 Unauthorized");
  EXPECT_NE(with(agora::Credentials{"simulated-customer", "simulated-secret"}), "401 Unauthorized");
  EXPECT_EQ(q.simulator.counters().of_code(401), 3U);
  EXPECT_EQ(q.simulator.counters().usage.size(), 1U);  // what is not authenticated is counted nowhere
}

TEST(Limits, UnknownPathsAndMethodsAre404AndForeignAppsAre403) {
  Questions q(plain_options());
  EXPECT_EQ(said(q.get("/beta/analytics/call/list?start_ts=1").body), "404 Wrong API invoked");
  EXPECT_EQ(said(q.simulator
                     .handle({"POST", "/beta/analytics/call/lists", q.simulator.options().credentials}, q.now)
                     .body),
            "404 Wrong API invoked");
  q.app = "not-ours";
  EXPECT_EQ(ok_lists(q), "403 Forbidden, the appid is not of this account");
}

TEST(Limits, ParametersAreRequiredAndRead) {
  Questions q(plain_options("enterprise"));
  const auto lists = [&](const std::string& query) {
    q.pass(Millis{1'000});
    return said(q.get("/beta/analytics/call/lists?" + query).body);
  };
  const std::string app = "&appid=" + kApp;
  EXPECT_EQ(lists("end_ts=1795518000" + app), "400 Bad request, parameter : start_ts can not be null");
  EXPECT_EQ(lists("start_ts=1795518000" + app), "400 Bad request, parameter : end_ts can not be null");
  EXPECT_EQ(lists("start_ts=abc&end_ts=1795518000" + app),
            "400 Bad request, parameter : start_ts is invalid");
  EXPECT_EQ(lists("start_ts=-5&end_ts=1795518000" + app), "400 Bad request, parameter : start_ts is invalid");
  EXPECT_EQ(lists("start_ts=1795518000&end_ts=1795517999" + app),
            "400 Bad request, parameter : start_ts is later than end_ts");
  EXPECT_EQ(lists("start_ts=1795510000000&end_ts=1795517999000" + app), "500 Unknown Error");
  EXPECT_EQ(lists("start_ts=1795510000&end_ts=1795517999"),
            "400 Bad request, parameter : appid can not be null");
  EXPECT_EQ(lists("start_ts=%zz"), "400 Bad request");
  EXPECT_EQ(lists("start_ts=1795510000&end_ts=1795517999" + app), "200 ");
}

TEST(Limits, SidsUidsAndPagesAreBounded) {
  Questions q(plain_options("enterprise"));
  const auto call =
      q.simulator.world().active_in(kApp, world_time(kNoon - 1'000), world_time(kNoon - 999)).front();
  const std::string frame = "start_ts=" + std::to_string(kNoon - 3'000) +
                            "&end_ts=" + std::to_string(kNoon - 600) + "&appid=" + kApp +
                            "&call_id=" + call.call_id;
  const auto get = [&](const std::string& path, const std::string& rest) {
    q.pass(Millis{1'000});
    return said(q.get("/beta/analytics/call/" + path + "?" + frame + rest).body);
  };
  std::string twenty = "a";
  for (int i = 1; i < 20; ++i) twenty += ",a";
  EXPECT_EQ(get("metrics", "&sids=" + twenty), "200 ");
  EXPECT_EQ(get("metrics", "&sids=" + twenty + ",a"),
            "400 Bad request, parameter : sids has more than 20 entries");
  EXPECT_EQ(get("metrics", ""), "400 Bad request, parameter : sids can not be null");
  EXPECT_EQ(get("sessions", "&uids=1,2,3,4,5,6,7,8,9,4294967295"), "200 ");
  EXPECT_EQ(get("sessions", "&uids=1,2,3,4,5,6,7,8,9,10,11"),
            "400 Bad request, parameter : uids has more than 10 entries");
  EXPECT_EQ(get("sessions", "&uids=4294967296"), "400 Bad request, parameter : uids is invalid");
  EXPECT_EQ(get("sessions", "&exclude_server_user=maybe"),
            "400 Bad request, parameter : exclude_server_user is invalid");
  EXPECT_EQ(get("sessions", "&page_size=20"), "200 ");
  EXPECT_EQ(get("sessions", "&page_size=21"), "400 Bad request, parameter : page_size is invalid");
  EXPECT_EQ(get("sessions", "&page_no=0"), "400 Bad request, parameter : page_no is invalid");
  EXPECT_EQ(
      said(q.get("/beta/analytics/call/sessions?start_ts=1795518000&end_ts=1795518001&appid=" + kApp).body),
      "400 Bad request, parameter : call_id can not be null");
}

TEST(Limits, TheDataDelayIsStrict) {
  SimulatorOptions options = plain_options();
  Questions q(options);
  // Lists: 60 s by the specification.
  EXPECT_EQ(q.lists(kNoon - 600, kNoon - 60).said(), kPrefix + "query latency limit error");
  q.pass(Millis{1'000});
  EXPECT_EQ(q.lists(kNoon - 600, kNoon - 60).said(), "200 ");
  // Sessions and metrics: 300 s.
  EXPECT_EQ(q.sessions("c", kNoon - 600, kNoon - 299).said(), kPrefix + "query latency limit error");
  EXPECT_EQ(q.metrics("c", {"s"}, kNoon - 600, kNoon - 299).said(), kPrefix + "query latency limit error");
  q.pass(Millis{1'001});
  EXPECT_EQ(q.sessions("c", kNoon - 600, kNoon - 299).said(), "200 ");
  EXPECT_EQ(q.metrics("c", {"s"}, kNoon - 600, kNoon - 299).said(), "200 ");
}

TEST(Limits, TheLookBackIsStrict) {
  Questions q(plain_options());
  EXPECT_EQ(q.lists(kNoon - 259'200, kNoon - 250'000).said(), kPrefix + "query time range limit error");
  q.pass(Millis{1'000});
  EXPECT_EQ(q.lists(kNoon - 259'198, kNoon - 250'000).said(), "200 ");
  EXPECT_EQ(q.sessions("c", kNoon - 86'399, kNoon - 84'000).said(), kPrefix + "query time range limit error");
  EXPECT_EQ(q.metrics("c", {"s"}, kNoon - 86'398, kNoon - 84'000).said(), "200 ");
}

TEST(Limits, TheLongestWindowIsByTheReading) {
  for (const auto reading : {LongestWindow::exclusive, LongestWindow::inclusive}) {
    SimulatorOptions options = plain_options();
    options.readings.call_window = reading;
    const std::int64_t more = reading == LongestWindow::exclusive ? 0 : 1;
    Questions q(options);
    const std::int64_t end = kNoon - 1'000;
    EXPECT_EQ(q.lists(end - 28'800 - more, end).said(), kPrefix + "query time length limit error");
    EXPECT_EQ(q.sessions("c", end - 3'600 - more, end).said(), kPrefix + "query time length limit error");
    EXPECT_EQ(q.metrics("c", {"s"}, end - 3'600 - more, end).said(),
              kPrefix + "query time length limit error");
    q.pass(Millis{1'000});
    EXPECT_EQ(q.lists(end - 28'800 - more + 1, end).said(), "200 ");
    EXPECT_EQ(q.sessions("c", end - 3'600 - more + 1, end).said(), "200 ");
    EXPECT_EQ(q.metrics("c", {"s"}, end - 3'600 - more + 1, end).said(), "200 ");
  }
}

TEST(Limits, RequestsPerUtcSecondAreCounted) {
  Questions q(plain_options());
  q.pass(Millis{900});
  EXPECT_EQ(ok_lists(q), "200 ");
  q.pass(Millis{99});
  EXPECT_EQ(ok_lists(q), kPrefix + "qps limit error");
  // Another endpoint has its own count, and so has the next UTC second.
  EXPECT_EQ(q.sessions("c", kNoon - 3'000, kNoon - 600).said(), "200 ");
  q.pass(Millis{1});
  EXPECT_EQ(ok_lists(q), "200 ");
  const Usage& usage = q.simulator.counters().usage.at({"", Endpoint::call_lists});
  EXPECT_EQ(usage.requests, 3U);
  EXPECT_EQ(usage.most_per_second, 2);
  EXPECT_EQ(usage.most_in_any_second, 3);  // within 100 ms
  EXPECT_FALSE(q.simulator.counters().above_limits().empty());
}

TEST(Limits, SlidingSecondsAreRecordedBesideFixedOnes) {
  Questions q(plain_options());
  q.pass(Millis{600});
  ok_lists(q);
  q.pass(Millis{999});
  ok_lists(q);
  const Usage& usage = q.simulator.counters().usage.at({"", Endpoint::call_lists});
  EXPECT_EQ(usage.most_per_second, 1);
  EXPECT_EQ(usage.most_in_any_second, 2);
  EXPECT_EQ(q.simulator.counters().above_limits(),
            std::vector<std::string>{"call_lists: 2 in a sliding second, allowed are 1"});
  Questions exactly(plain_options());
  exactly.pass(Millis{600});
  ok_lists(exactly);
  exactly.pass(Millis{1'000});
  ok_lists(exactly);
  EXPECT_TRUE(exactly.simulator.counters().above_limits().empty());
}

TEST(Limits, RequestsPerUtcMinuteAreCounted) {
  Questions q(plain_options());
  const auto ask = [&] { return q.usage("userCount", kNoon - 216'000, kNoon - 129'601).said(); };
  q.pass(Millis{30'000});
  EXPECT_EQ(ask(), "200 ");
  q.pass(Millis{29'999});
  EXPECT_EQ(ask(), kPrefix + "qps limit error");
  q.pass(Millis{1});
  EXPECT_EQ(ask(), "200 ");
  EXPECT_EQ(q.simulator.counters().usage.at({"", Endpoint::insight_usage}).most_in_any_minute, 3);
}

TEST(Limits, RequestsPerUtcDayAreCountedUntilMidnight) {
  SimulatorOptions options = plain_options();
  options.plan.of(Endpoint::call_lists).per_day = 5;
  options.readings.refused_counts = YesNo::no;
  Questions q(options, kNoon + 43'200 - 7);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(ok_lists(q), "200 ") << i;
    q.pass(Millis{1'000});
  }
  EXPECT_EQ(ok_lists(q), kPrefix + "qpd limit error");
  q.pass(Millis{1'999});
  EXPECT_EQ(ok_lists(q), kPrefix + "qpd limit error");
  q.pass(Millis{1});
  EXPECT_EQ(ok_lists(q), "200 ");
  EXPECT_EQ(q.simulator.counters().usage.at({"", Endpoint::call_lists}).most_per_day, 7);
}

TEST(Limits, RefusedRequestsCountByTheReading) {
  for (const auto reading : {YesNo::no, YesNo::yes}) {
    SimulatorOptions options = plain_options();
    options.plan.of(Endpoint::call_lists).per_day = 2;
    options.readings.refused_counts = reading;
    Questions q(options);
    EXPECT_EQ(q.lists(kNoon - 600, kNoon).said(), kPrefix + "query latency limit error");
    q.pass(Millis{1'000});
    EXPECT_EQ(ok_lists(q), "200 ");
    q.pass(Millis{1'000});
    EXPECT_EQ(ok_lists(q), reading == YesNo::yes ? kPrefix + "qpd limit error" : "200 ");
  }
}

TEST(Limits, QuotaIsOfTheAccountOrOfTheAppByTheReading) {
  for (const auto reading : {QuotaOf::account, QuotaOf::app}) {
    SimulatorOptions options = plain_options();
    options.world.apps.push_back({"second", 10});
    options.readings.quota = reading;
    Questions q(options);
    EXPECT_EQ(ok_lists(q), "200 ");
    q.app = "second";
    EXPECT_EQ(ok_lists(q), reading == QuotaOf::account ? kPrefix + "qps limit error" : "200 ");
    EXPECT_EQ(q.simulator.counters().usage.count({"second", Endpoint::call_lists}),
              reading == QuotaOf::app ? 1U : 0U);
  }
}

TEST(Limits, InsightSaysByTheReadingThatItIsOverItsLimit) {
  const std::pair<OverLimit, std::string> rows[] = {
      {OverLimit::code_300, kPrefix + "qps limit error"},
      {OverLimit::code_400, "400 Bad request, request frequency is limited"},
      {OverLimit::code_403, "403 Forbidden, request frequency is limited"},
      {OverLimit::code_429, "429 Too Many Requests"},
      {OverLimit::code_500, "500 Unknown Error"}};
  for (const auto& [reading, expected] : rows) {
    SimulatorOptions options = plain_options();
    options.readings.insight_over_limit = reading;
    Questions q(options);
    q.usage("userCount", kNoon - 216'000, kNoon - 129'601);
    const Asked second = q.usage("userCount", kNoon - 216'000, kNoon - 129'601);
    EXPECT_EQ(second.said(), expected);
    EXPECT_EQ(second.answer.status, reading == OverLimit::code_429 ? 429 : 200);
  }
}

TEST(Limits, PlansDiffer) {
  Questions enterprise(plain_options("enterprise"));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ok_lists(enterprise), "200 ") << i;
  EXPECT_EQ(ok_lists(enterprise), kPrefix + "qps limit error");
  Questions premium(plain_options("premium"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(ok_lists(premium), "200 ") << i;
  EXPECT_EQ(ok_lists(premium), kPrefix + "qps limit error");
}

}  // namespace
}  // namespace agora_exporter::simulator
