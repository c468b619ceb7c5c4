// What the exporter says of its planning: the sample, the pace, missed deadlines and the lag that would do.
#include <gtest/gtest.h>

#include <cmath>

#include "agora_exporter/simulator/transport.h"
#include "collector/bench.h"

namespace agora_exporter::collector {
namespace {

class Planning : public testing::Test {
 protected:
  void start(int calls_per_day, const simulator::FaultRule& fault = {}) {
    simulator::SimulatorOptions world = test_world("standard", calls_per_day);
    world.faults.rules.push_back(fault);
    simulator_.emplace(world);
    transport_ = std::make_unique<simulator::SimulatedTransport>(*simulator_, clock_);
    Options options;
    options.config = test_config("http://127.0.0.1:1", "standard");
    options.publish_every_second = false;
    auto opened = Collector::open(std::move(options), {clock_, *transport_, *disk_, null_log()});
    ASSERT_TRUE(opened) << opened.error().text();
    collector_ = std::move(*opened);
  }
  void run(Seconds how_long) {
    const WallTime until = clock_.now() + how_long;
    while (clock_.now() < until) collector_->step(until);
    collector_->publish();
  }
  // NaN where there is no such series.
  double value(std::string_view family, std::string_view label, std::string_view word) const {
    for (const prometheus::MetricFamily& each : collector_->report()->families)
      for (const prometheus::ClientMetric& metric : each.metric)
        for (const auto& l : metric.label)
          if (each.name == family && l.name == label && l.value == word)
            return each.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value;
    return NAN;
  }
  double missed(std::string_view endpoint) const {
    return value("agora_exporter_deadlines_missed_total", "endpoint", endpoint);
  }
  double pace(std::string_view endpoint) const {
    return value("agora_exporter_quota_pace_ratio", "endpoint", endpoint);
  }
  double probability(std::string_view stage) const {
    return value("agora_exporter_sampling_probability", "stage", stage);
  }
  double advised_lag() const { return value("agora_exporter_advised_lag_seconds", "account", "production"); }
  double weight() const { return collector_->world()->apps[0].session_weight; }

  ManualClock clock_{wall_time(kNoon)};
  std::optional<simulator::Simulator> simulator_;
  std::unique_ptr<storage::Disk> disk_ = storage::make_memory_disk();
  std::unique_ptr<simulator::SimulatedTransport> transport_;
  std::unique_ptr<Collector> collector_;
};

TEST_F(Planning, OfAQuietDayIsWholeAndOnPace) {
  start(100);
  collector_->publish();
  EXPECT_TRUE(std::isnan(probability("call"))) << "nothing was asked yet";
  EXPECT_TRUE(std::isnan(advised_lag()));
  EXPECT_EQ(missed("call_metrics"), 0);
  run(Seconds{4 * 3'600});
  EXPECT_EQ(probability("call"), 1);
  EXPECT_EQ(probability("session"), 1);
  EXPECT_GE(advised_lag(), 420) << "standard allows no less";
  EXPECT_LE(advised_lag(), 1'800) << "the lag that it has does";
  EXPECT_EQ(std::fmod(advised_lag(), 60), 0);
  // Half of the day was taken as spent at noon.
  EXPECT_GT(pace("call_metrics"), 0.7);
  EXPECT_LT(pace("call_metrics"), 1.1);
  const double after_the_start = missed("call_metrics");
  run(Seconds{4 * 3'600});
  EXPECT_EQ(missed("call_metrics"), after_the_start) << "each in time";
  EXPECT_EQ(missed("call_lists"), 0);
}

TEST_F(Planning, OfTooManyCallsTellsOfTheSample) {
  start(6'000);
  run(Seconds{4 * 3'600});
  EXPECT_LT(probability("call"), 0.5);
  EXPECT_GT(probability("call"), 0.01);
  EXPECT_TRUE(std::isinf(advised_lag())) << "6,000 calls take 6,000 requests to call/sessions at any lag";
  // Now and then nobody of the sample is there.
  for (int i = 0; i < 24 && std::isnan(weight()); ++i) run(Seconds{300});
  EXPECT_GT(weight(), 2);
}

TEST_F(Planning, CountsAnswersThatCameTooLate) {
  simulator::FaultRule slow = always(simulator::FaultKind::hang);
  slow.endpoint = agora::Endpoint::call_metrics;
  slow.from = wall_time(kNoon + 3 * 3'600);
  slow.until = wall_time(kNoon + 4 * 3'600);
  start(100, slow);
  run(Seconds{3 * 3'600});
  const double before = missed("call_metrics"), sessions = missed("call_sessions");
  run(Seconds{3'600});
  EXPECT_GT(missed("call_metrics"), before) << "asked again and again without an answer";
  EXPECT_EQ(missed("call_sessions"), sessions) << "another endpoint";
}

}  // namespace
}  // namespace agora_exporter::collector
