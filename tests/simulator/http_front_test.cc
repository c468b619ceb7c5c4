// The simulated API over a real socket, through the exporter's own HTTP client.
#include "agora_exporter/simulator/http_front.h"

#include <gtest/gtest.h>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

class HttpFrontTest : public testing::Test {
 protected:
  void serve(SimulatorOptions options) {
    simulator_ = std::make_unique<Simulator>(std::move(options));
    auto front = HttpFront::start(*simulator_, {"127.0.0.1:0"}, clock_, null_log());
    ASSERT_TRUE(front.has_value()) << front.error().text();
    front_ = std::move(*front);
    auto transport = agora::make_curl_transport(*real_clock_);
    ASSERT_TRUE(transport.has_value()) << transport.error().text();
    transport_ = std::move(*transport);
  }

  agora::HttpAnswer get(const std::string& target,
                        const std::string& secret = std::string(kDefaultCustomerSecret)) {
    agora::HttpRequest request;
    request.id = ++id_;
    request.base_url = "http://" + front_->addresses().front();
    request.target = target;
    request.credentials = {std::string(kDefaultCustomerId), secret};
    request.options.timeout = Seconds{3};
    transport_->send(std::move(request));
    const WallTime until = real_clock_->now() + Seconds{20};
    while (real_clock_->now() < until) {
      auto answers = transport_->wait(until);
      if (!answers.empty()) return std::move(answers.front());
    }
    ADD_FAILURE() << "no answer";
    return {};
  }
  agora::HttpAnswer lists(const std::string& secret = std::string(kDefaultCustomerSecret)) {
    return get(
        agora::target_of(
            {kApp, agora::CallListQuery{{world_time(kNoon - 3'600), world_time(kNoon - 600)}, "", {}, {}}}),
        secret);
  }
  static SimulatorOptions faulty(FaultKind kind) {
    SimulatorOptions options = plain_options("enterprise");
    FaultRule rule;
    rule.kind = kind;
    rule.rate = 1;
    rule.delay = Millis{50};
    options.faults.rules = {rule};
    return options;
  }

  ManualClock clock_{wall_time(kNoon)};
  std::unique_ptr<Clock> real_clock_ = make_system_clock();
  std::unique_ptr<Simulator> simulator_;
  std::unique_ptr<HttpFront> front_;
  std::unique_ptr<agora::Transport> transport_;
  std::uint64_t id_ = 0;
};

TEST_F(HttpFrontTest, ServesWhatTheSimulatorSays) {
  serve(plain_options("enterprise"));
  const agora::HttpAnswer answer = lists();
  EXPECT_EQ(answer.status, 200) << answer.message;
  EXPECT_EQ(answer.date, kNoon);  // the Date header is of the simulated clock
  Questions q(plain_options("enterprise"));
  EXPECT_EQ(answer.body, q.lists(kNoon - 3'600, kNoon - 600).answer.body);
  EXPECT_EQ(said(lists("wrong").body), "401 Unauthorized");
}

TEST_F(HttpFrontTest, TellsTheTruthWithoutCredentials) {
  serve(plain_options("enterprise"));
  const auto truth = get("/truth?appid=" + kApp + "&ts=" + std::to_string(kNoon), "whatever");
  EXPECT_EQ(truth.status, 200);
  EXPECT_EQ(truth.body.substr(0, 40),
            "{\"ts\":1795521600,\"calls\":[{\"call_id\":\"" + truth.body.substr(38, 2));
  EXPECT_NE(truth.body.find("\"mid\":20016,\"value\":"), std::string::npos);
  EXPECT_EQ(get("/truth?appid=" + kApp).status, 400);
  EXPECT_EQ(get("/truth?appid=other&ts=1").status, 404);
}

TEST_F(HttpFrontTest, TellsWhatItCounted) {
  SimulatorOptions options = plain_options("enterprise");
  options.plan.of(agora::Endpoint::call_lists).per_minute = 1;
  options.plan.of(agora::Endpoint::call_lists).per_second = 0;
  serve(std::move(options));
  lists();
  EXPECT_NE(get("/counters").body.find("{\"above_limits\":[],\"answers\":[{\"code\":200,"),
            std::string::npos);
  lists();
  const std::string body = get("/counters").body;
  EXPECT_NE(body.find("call_lists: 2 in a UTC minute, allowed are 1"), std::string::npos) << body;
  EXPECT_NE(body.find("{\"code\":300,"), std::string::npos) << body;
  EXPECT_NE(body.find("{\"scope\":\"\",\"endpoint\":\"call_lists\",\"requests\":2}"), std::string::npos)
      << body;
}

TEST_F(HttpFrontTest, ConnectionsFail) {
  for (const auto kind :
       {FaultKind::reset, FaultKind::cut_body, FaultKind::wrong_content_length, FaultKind::hang}) {
    serve(faulty(kind));
    const agora::HttpAnswer answer = lists();
    EXPECT_EQ(answer.error, agora::ApiError::transport) << name_of(kind);
    front_.reset();
  }
}

TEST_F(HttpFrontTest, AnswersComeLateAndWithRetryAfter) {
  serve(faulty(FaultKind::latency));
  const auto begin = real_clock_->steady();
  EXPECT_EQ(lists().status, 200);
  EXPECT_GE(real_clock_->steady() - begin, Millis{50});
  front_.reset();
  serve(faulty(FaultKind::too_many_retry_after));
  const agora::HttpAnswer answer = lists();
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.retry_after, Seconds{3});
}

}  // namespace
}  // namespace agora_exporter::simulator
