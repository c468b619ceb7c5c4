#include "agora_exporter/simulator/transport.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "simulator/desk.h"

namespace agora_exporter::simulator {
namespace {

agora::HttpRequest request_of(std::uint64_t id, const Simulator& simulator) {
  agora::HttpRequest request;
  request.id = id;
  request.target = agora::target_of(
      {kApp, agora::CallListQuery{{world_time(kNoon - 3'600), world_time(kNoon - 600)}, "", {}, {}}});
  request.credentials = simulator.options().credentials;
  return request;
}

class Transports : public testing::Test {
 protected:
  Transports() : simulator_(plain_options("enterprise")), clock_(wall_time(kNoon)) {}
  Simulator simulator_;
  ManualClock clock_;
};

TEST_F(Transports, WaitMovesTheClockToTheNextAnswerOrUntil) {
  SimulatedTransport transport(simulator_, clock_);
  EXPECT_TRUE(transport.wait(wall_time(kNoon + 5)).empty());
  EXPECT_EQ(clock_.now(), wall_time(kNoon + 5));
  EXPECT_TRUE(transport.wait(wall_time(kNoon)).empty());  // the past: the clock stays
  EXPECT_EQ(clock_.now(), wall_time(kNoon + 5));
  transport.send(request_of(1, simulator_));
  EXPECT_TRUE(transport.wait(clock_.now() + Millis{1}).empty());
  EXPECT_EQ(transport.wait(wall_time(kNoon + 60)).size(), 1U);
  EXPECT_LE(clock_.now(), wall_time(kNoon + 5) + Millis{300});
}

TEST_F(Transports, AnswersComeInTheOrderOfTheirCompletion) {
  TransportOptions options;
  options.seed = 3;
  SimulatedTransport transport(simulator_, clock_, options);
  for (std::uint64_t id = 1; id <= 5; ++id) transport.send(request_of(id, simulator_));
  std::size_t got = 0;
  WallTime last = clock_.now();
  while (got < 5) {
    const auto answers = transport.wait(wall_time(kNoon + 60));
    ASSERT_FALSE(answers.empty());
    got += answers.size();
    EXPECT_GE(clock_.now(), last);
    last = clock_.now();
  }
  EXPECT_EQ(simulator_.counters().usage.at({"", agora::Endpoint::call_lists}).requests, 5U);
}

TEST_F(Transports, TheServerSeesARequestHalfWay) {
  TransportOptions options;
  options.least_latency = options.most_latency = Millis{2'000};
  SimulatedTransport transport(simulator_, clock_, options);
  transport.send(request_of(1, simulator_));
  EXPECT_TRUE(transport.wait(wall_time(kNoon) + Millis{999}).empty());
  EXPECT_EQ(simulator_.counters().usage.size(), 0U);
  EXPECT_TRUE(transport.wait(wall_time(kNoon) + Millis{1'000}).empty());
  EXPECT_EQ(simulator_.counters().usage.size(), 1U);
  const auto answers = transport.wait(wall_time(kNoon + 60));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].date, kNoon + 1);
  EXPECT_EQ(clock_.now(), wall_time(kNoon + 2));
}

TEST_F(Transports, WakeMakesTheNextWaitReturnAtOnce) {
  SimulatedTransport transport(simulator_, clock_);
  transport.wake();
  EXPECT_TRUE(transport.wait(wall_time(kNoon + 60)).empty());
  EXPECT_EQ(clock_.now(), wall_time(kNoon));
  transport.wait(wall_time(kNoon + 60));
  EXPECT_EQ(clock_.now(), wall_time(kNoon + 60));
}

TEST_F(Transports, BodiesOverTheCapAreTooLarge) {
  TransportOptions options;
  options.body_cap = 100;
  SimulatedTransport transport(simulator_, clock_, options);
  transport.send(request_of(1, simulator_));
  const auto answers = transport.wait(wall_time(kNoon + 60));
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error, agora::ApiError::too_large);
  EXPECT_TRUE(answers[0].body.empty());
}

TEST_F(Transports, ACrashAtEachEventLeavesTheRequestCounted) {
  for (std::uint64_t k = 1; k <= 3; ++k) {
    Simulator simulator(plain_options("enterprise"));
    ManualClock clock(wall_time(kNoon));
    TransportOptions options;
    options.on_event = [k](TransportEvent, std::uint64_t n) {
      if (n == k) throw std::runtime_error("crash");
    };
    bool crashed = false;
    {
      SimulatedTransport transport(simulator, clock, options);
      try {
        transport.send(request_of(1, simulator));
        transport.wait(wall_time(kNoon + 60));
      } catch (const std::runtime_error&) {
        crashed = true;
      }
    }
    EXPECT_TRUE(crashed) << k;
    EXPECT_EQ(simulator.counters().usage.at({"", agora::Endpoint::call_lists}).requests, 1U) << k;
  }
}

}  // namespace
}  // namespace agora_exporter::simulator
