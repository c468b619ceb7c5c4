// Each fault, at the server and as the transport of tests shows it.
#include <gtest/gtest.h>

#include "agora_exporter/simulator/transport.h"
#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

using agora::Endpoint;

FaultRule always(FaultKind kind) {
  FaultRule rule;
  rule.kind = kind;
  rule.rate = 1;
  return rule;
}

// One request for a list, sent at noon, and what came of it.
struct Outcome {
  agora::HttpAnswer answer;
  Millis took{0};
};
Outcome send_one(SimulatorOptions options, TransportOptions transport_options = {}) {
  Simulator simulator(std::move(options));
  ManualClock clock(wall_time(kNoon));
  SimulatedTransport transport(simulator, clock, std::move(transport_options));
  agora::HttpRequest request;
  request.id = 42;
  request.target = agora::target_of(
      {kApp, agora::CallListQuery{{world_time(kNoon - 3'600), world_time(kNoon - 600)}, "", {}, {}}});
  request.credentials = simulator.options().credentials;
  transport.send(std::move(request));
  auto answers = transport.wait(wall_time(kNoon + 120));
  EXPECT_EQ(answers.size(), 1U);
  return {answers.empty() ? agora::HttpAnswer{} : std::move(answers[0]), clock.now() - wall_time(kNoon)};
}
Outcome with_fault(FaultKind kind) {
  SimulatorOptions options = plain_options();
  options.faults.rules = {always(kind)};
  Outcome outcome = send_one(std::move(options));
  EXPECT_EQ(outcome.answer.id, 42U);
  return outcome;
}

TEST(Faults, NoneIsAnAnswerOfTwoHundredWithADate) {
  const Outcome o = send_one(plain_options());
  EXPECT_EQ(o.answer.status, 200);
  EXPECT_FALSE(o.answer.error);
  EXPECT_EQ(o.answer.date, kNoon);
  EXPECT_GE(o.took, Millis{20});
  EXPECT_LE(o.took, Millis{300});
}

TEST(Faults, OfTheServerWithJsonAndHtml) {
  const Outcome json = with_fault(FaultKind::error_json);
  EXPECT_TRUE(json.answer.status == 500 || json.answer.status == 503);
  EXPECT_NE(json.answer.body.find("Unknown Error"), std::string::npos);
  const Outcome html = with_fault(FaultKind::error_html);
  EXPECT_EQ(html.answer.status, 502);
  EXPECT_EQ(html.answer.body.substr(0, 6), "<html>");
}

TEST(Faults, TooManyRequestsWithAndWithoutRetryAfter) {
  const Outcome without = with_fault(FaultKind::too_many);
  EXPECT_EQ(without.answer.status, 429);
  EXPECT_FALSE(without.answer.retry_after);
  const Outcome with = with_fault(FaultKind::too_many_retry_after);
  EXPECT_EQ(with.answer.status, 429);
  EXPECT_EQ(with.answer.retry_after, Seconds{3});
}

TEST(Faults, OfTheConnectionAreTransportErrorsWithoutABody) {
  for (const auto kind :
       {FaultKind::reset, FaultKind::cut_body, FaultKind::wrong_content_length, FaultKind::hang}) {
    const Outcome o = with_fault(kind);
    EXPECT_EQ(o.answer.error, agora::ApiError::transport) << name_of(kind);
    EXPECT_EQ(o.answer.status, 0);
    EXPECT_TRUE(o.answer.body.empty());
    EXPECT_FALSE(o.answer.message.empty());
    EXPECT_EQ(o.took == Millis{10'000}, kind == FaultKind::hang);
  }
}

TEST(Faults, MarkTheAnswerForTheRealServerToo) {
  const std::pair<FaultKind, http::Fault::Kind> rows[] = {
      {FaultKind::reset, http::Fault::Kind::reset},
      {FaultKind::cut_body, http::Fault::Kind::cut_body},
      {FaultKind::wrong_content_length, http::Fault::Kind::wrong_content_length},
      {FaultKind::hang, http::Fault::Kind::hang}};
  for (const auto& [kind, expected] : rows) {
    SimulatorOptions options = plain_options();
    options.faults.rules = {always(kind)};
    Questions q(options);
    const Asked asked = q.lists(kNoon - 3'600, kNoon - 600);
    EXPECT_EQ(asked.answer.fault.kind, expected);
    if (kind == FaultKind::cut_body) {
      EXPECT_EQ(asked.answer.fault.after_bytes, asked.answer.body.size() / 2);
    }
  }
}

TEST(Faults, SpontaneousRefusalsAndNoAccess) {
  const std::pair<FaultKind, std::string> rows[] = {
      {FaultKind::spontaneous_qps, "300 Service package limit check error, qps limit error"},
      {FaultKind::spontaneous_qpd, "300 Service package limit check error, qpd limit error"},
      {FaultKind::no_access, "300 Service package limit check error, no auth"}};
  for (const auto& [kind, expected] : rows) EXPECT_EQ(said(with_fault(kind).answer.body), expected);
  SimulatorOptions today = plain_options();
  today.readings.server = ServerAge::today;
  today.faults.rules = {always(FaultKind::no_access)};
  EXPECT_EQ(said(send_one(today).answer.body),
            "300 you have no auth to access this service, please buy or upgrade your service package");
}

TEST(Faults, LatencyIsAddedAndEndsInATimeoutFromTenSecondsOn) {
  SimulatorOptions options = plain_options();
  options.faults.rules = {always(FaultKind::latency)};
  const Outcome slow = send_one(options);
  EXPECT_EQ(slow.answer.status, 200);
  EXPECT_GT(slow.took, Millis{5'000});
  EXPECT_LE(slow.took, Millis{5'300});
  options.faults.rules[0].delay = Millis{30'000};
  EXPECT_EQ(send_one(options).answer.error, agora::ApiError::transport);
}

TEST(Faults, HitTheirShareOfTheirEndpointInTheirTime) {
  SimulatorOptions options = plain_options("enterprise");
  FaultRule rule = always(FaultKind::error_json);
  rule.rate = 0.25;
  rule.endpoint = Endpoint::call_lists;
  rule.until = wall_time(kNoon + 400);
  options.faults.rules = {rule};
  Questions q(options);
  int lists = 0;
  int sessions = 0;
  for (int i = 0; i < 400; ++i) {
    lists += q.lists(kNoon - 3'600, kNoon - 600).answer.status != 200;
    sessions += q.sessions("c", kNoon - 3'600, kNoon - 600).answer.status != 200;
    q.pass(Millis{1'000});
  }
  EXPECT_GT(lists, 70);
  EXPECT_LT(lists, 130);
  EXPECT_EQ(sessions, 0);
  for (int i = 0; i < 50; ++i, q.pass(Millis{1'000}))
    EXPECT_EQ(q.lists(kNoon - 3'600, kNoon - 600).answer.status, 200);
}

TEST(Faults, ARequestThatIsHitCountsAgainstTheQuota) {
  SimulatorOptions options = plain_options();
  options.plan.of(Endpoint::call_lists).per_day = 2;
  options.faults.rules = {always(FaultKind::error_json)};
  Questions q(options);
  for (int i = 0; i < 2; ++i, q.pass(Millis{1'000})) q.lists(kNoon - 3'600, kNoon - 600);
  q.simulator.faults().rules.clear();
  EXPECT_EQ(q.lists(kNoon - 3'600, kNoon - 600).said(),
            "300 Service package limit check error, qpd limit error");
  EXPECT_EQ(q.simulator.counters().usage.at({"", Endpoint::call_lists}).most_per_day, 3);
}

TEST(Faults, NoAccessForADayEndsAtMidnight) {
  SimulatorOptions options = plain_options();
  options.faults.rules = {no_access_for_a_day(Endpoint::call_lists, wall_time(kNoon))};
  Questions q(options, kNoon + 43'199);
  EXPECT_EQ(q.lists(kNoon, kNoon + 600).said(), "300 Service package limit check error, no auth");
  q.pass(Millis{1'000});
  EXPECT_EQ(q.lists(kNoon, kNoon + 600).said(), "200 ");
}

TEST(Faults, ARotatedSecretHoldsFromItsInstantOn) {
  SimulatorOptions options = plain_options();
  options.faults.rotations = {{wall_time(kNoon + 60), "new-secret"}};
  Questions q(options);
  const std::string target = "/beta/analytics/call/lists?start_ts=1795510000&end_ts=1795517999&appid=" + kApp;
  const auto with = [&](const std::string& secret) {
    return said(
        q.simulator.handle({"GET", target, agora::Credentials{"simulated-customer", secret}}, q.now).body);
  };
  EXPECT_EQ(with("simulated-secret"), "200 ");
  q.pass(Millis{60'000});
  EXPECT_EQ(with("simulated-secret"), "401 Unauthorized");
  EXPECT_EQ(with("new-secret"), "200 ");
}

TEST(Faults, AClockThatIsOffShowsInDateLimitsAndQuota) {
  SimulatorOptions options = plain_options();
  options.faults.skew = Millis{-2'500};
  Questions q(options);
  const Asked asked = q.lists(kNoon - 600, kNoon - 61);
  EXPECT_EQ(asked.answer.date, kNoon - 3);
  EXPECT_EQ(asked.said(), "300 Service package limit check error, query latency limit error");
  q.pass(Millis{1'501});
  EXPECT_EQ(q.lists(kNoon - 600, kNoon - 61).said(), "200 ");
}

TEST(Faults, AreNamedOnTheCommandLine) {
  Faults faults;
  for (int i = 0; i < kFaultKinds; ++i) {
    ASSERT_TRUE(add_fault(faults, std::string(name_of(static_cast<FaultKind>(i))) + "=0.25").has_value());
    EXPECT_EQ(faults.rules.back().kind, static_cast<FaultKind>(i));
    EXPECT_EQ(faults.rules.back().rate, 0.25);
  }
  for (const char* bad : {"reset", "reset=", "reset=2", "reset=-1", "reset=x", "explode=0.5"}) {
    EXPECT_FALSE(add_fault(faults, bad).has_value()) << bad;
  }
}

TEST(Faults, ADayWithoutAccessIsNamedOnTheCommandLine) {
  SimulatorOptions options = plain_options();
  // Noon of 2026-11-24.
  ASSERT_TRUE(add_no_access_day(options.faults, "call_lists=" + std::to_string(kNoon)).has_value());
  Questions q(options, kNoon + 43'199);
  EXPECT_EQ(q.lists(kNoon, kNoon + 600).said(), "300 Service package limit check error, no auth");
  q.pass(Millis{1'000});
  EXPECT_EQ(q.lists(kNoon, kNoon + 600).said(), "200 ");

  Faults faults;
  ASSERT_TRUE(add_no_access_day(faults, "insight_usage=2026-03-02T10:00:00Z").has_value());
  EXPECT_EQ(faults.rules.back().endpoint, Endpoint::insight_usage);
  EXPECT_EQ(faults.rules.back().from, wall_time(1'772'409'600));
  EXPECT_EQ(faults.rules.back().until, wall_time(1'772'409'600 + 86'400));
  for (const char* bad : {"", "call_lists", "call_lists=", "call_lists=soon", "calls=2026-03-02T10:00:00Z"}) {
    EXPECT_FALSE(add_no_access_day(faults, bad).has_value()) << bad;
  }
  EXPECT_EQ(faults.rules.size(), 1u);
}

TEST(Faults, ARotationIsNamedOnTheCommandLine) {
  Faults faults;
  ASSERT_TRUE(add_rotation(faults, "2026-03-03T00:00:00Z=second=secret").has_value());
  ASSERT_TRUE(add_rotation(faults, "1772409600=first").has_value());
  for (const char* bad : {"", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z=", "=secret", "soon=secret"}) {
    EXPECT_FALSE(add_rotation(faults, bad).has_value()) << bad;
  }
  // In the order of time, since the last that is due holds.
  ASSERT_EQ(faults.rotations.size(), 2u);
  EXPECT_EQ(faults.rotations[0].at, wall_time(1'772'409'600));
  EXPECT_EQ(faults.rotations[0].secret, "first");
  EXPECT_EQ(faults.rotations[1].secret, "second=secret");
}

TEST(Faults, ASkewIsGivenOnTheCommandLine) {
  Faults faults;
  ASSERT_TRUE(set_skew(faults, "-2.5").has_value());
  EXPECT_EQ(faults.skew, Millis{-2'500});
  ASSERT_TRUE(set_skew(faults, "60").has_value());
  EXPECT_EQ(faults.skew, Millis{60'000});
  for (const char* bad : {"", "fast", "2s", "nan", "1e9"})
    EXPECT_FALSE(set_skew(faults, bad).has_value()) << bad;
  EXPECT_EQ(faults.skew, Millis{60'000});
}

}  // namespace
}  // namespace agora_exporter::simulator
