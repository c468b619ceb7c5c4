// What the log tells an operator: the start, each trouble once with its count, and never a secret.
#include <gtest/gtest.h>

#include "agora_exporter/simulator/transport.h"
#include "collector/bench.h"
#include "support/recording_log.h"

namespace agora_exporter::collector {
namespace {

class Told : public testing::Test {
 protected:
  Told()
      : clock_(wall_time(kNoon)),
        simulator_(test_world("enterprise", 50)),
        transport_(simulator_, clock_),
        disk_(storage::make_memory_disk()) {}

  void start(bool assume_fresh = true) {
    Options options;
    options.config = test_config("http://127.0.0.1:1", "enterprise");
    options.assume_fresh = assume_fresh;
    options.publish_every_second = false;
    auto opened = Collector::open(std::move(options), {clock_, transport_, *disk_, log_});
    ASSERT_TRUE(opened) << opened.error().text();
    collector_ = std::move(*opened);
  }
  void run(Seconds how_long) {
    const WallTime until = clock_.now() + how_long;
    while (clock_.now() < until) {
      collector_->step(std::min(until, clock_.now() + Seconds{10}));
      collector_->publish();
    }
  }
  void break_for(Seconds how_long, simulator::FaultKind kind) {
    simulator::FaultRule rule = always(kind);
    rule.from = clock_.now();
    rule.until = clock_.now() + how_long;
    simulator_.faults().rules.push_back(rule);
  }

  ManualClock clock_;
  simulator::Simulator simulator_;
  simulator::SimulatedTransport transport_;
  std::unique_ptr<storage::Disk> disk_;
  RecordingLog log_;
  std::unique_ptr<Collector> collector_;
};

TEST_F(Told, WhatANewFolderTakesAsSpentAndWhenThePageIsComplete) {
  start(false);
  EXPECT_EQ(log_.count("the elapsed share of today's quota counts as spent", "requests=5000"), 3)
      << "noon: half of 10,000";
  EXPECT_EQ(log_.count("the page is complete"), 0);
  run(Seconds{600});
  EXPECT_EQ(log_.count("the page is complete", "shows=2026-03-02T11:4"), 1);
}

TEST_F(Told, ATroubleOnceAndItsCountAfterwards) {
  start();
  run(Seconds{300});
  ASSERT_EQ(log_.count("failed"), 0);
  break_for(Seconds{1'800}, simulator::FaultKind::error_json);
  run(Seconds{1'800});
  EXPECT_EQ(log_.count("an API request failed", "endpoint=call_lists"), 1);
  EXPECT_EQ(log_.count("answers again"), 0);
  run(Seconds{600});
  EXPECT_EQ(log_.count("an API request failed", "endpoint=call_lists"), 1);
  EXPECT_EQ(log_.count("answers again", "endpoint=call_lists"), 1);
  EXPECT_EQ(log_.count("endpoint=call_lists", "after_errors=1 "), 0) << "it was asked more than once";
}

TEST_F(Told, WhichEndpointThePlanLacks) {
  simulator_.faults().rules.push_back(
      simulator::no_access_for_a_day(agora::Endpoint::call_metrics, clock_.now()));
  start();
  run(Seconds{1'800});
  EXPECT_EQ(log_.count("the plan lacks this endpoint: it is left alone until the next UTC day",
                       "endpoint=call_metrics"),
            1);
  EXPECT_EQ(log_.count("an API request failed"), 0);
}

TEST_F(Told, NeverASecret) {
  simulator_.faults().rotations.push_back({clock_.now() + Seconds{300}, "another-secret"});
  start();
  run(Seconds{1'200});
  EXPECT_EQ(log_.count("an API request failed", "unauthorized"), 3) << "once for each of call/*";
  EXPECT_GT(log_.count("asks"), 10) << "debug lines are among them";
  EXPECT_EQ(log_.count(simulator::kDefaultCustomerSecret), 0);
  EXPECT_EQ(log_.count("Basic "), 0);
}

}  // namespace
}  // namespace agora_exporter::collector
