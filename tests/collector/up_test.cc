// agora_up where nothing fails: a request that is due and is not made, for want of budget.
#include <gtest/gtest.h>

#include "agora_exporter/simulator/transport.h"
#include "agora_exporter/storage/ledger.h"
#include "collector/bench.h"

namespace agora_exporter::collector {
namespace {

constexpr std::string_view kNoCalls = "        calls: { enabled: false }\n";

class Up : public testing::Test {
 protected:
  Up()
      : clock_(wall_time(kNoon)),
        simulator_(test_world("standard", 300)),
        disk_(storage::make_memory_disk()) {}

  void start(std::string_view app_keys = "") {
    collector_.reset();
    transport_ = std::make_unique<simulator::SimulatedTransport>(simulator_, clock_);
    Options options;
    options.config = test_config("http://127.0.0.1:1", "standard", std::string(app_keys));
    options.assume_fresh = true;
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
  // Another program, or a smaller plan: this day's requests to the endpoint are gone.
  void spend_all(agora::Endpoint endpoint, std::int64_t day, int per_day) {
    collector_.reset();
    auto ledger = storage::Ledger::open(*disk_, "state", "");
    ASSERT_TRUE(ledger) << ledger.error().text();
    const auto ordinal = static_cast<std::uint32_t>(per_day);
    ASSERT_TRUE((*ledger)->book({{"production", ""}, endpoint, {day, ordinal}, clock_.now()}));
  }
  double value(std::string_view family, std::string_view label = "", std::string_view word = "") const {
    double sum = 0;
    for (const prometheus::MetricFamily& each : collector_->report()->families) {
      if (each.name != family) continue;
      for (const prometheus::ClientMetric& metric : each.metric) {
        const bool wanted =
            label.empty() || std::any_of(metric.label.begin(), metric.label.end(),
                                         [&](auto& l) { return l.name == label && l.value == word; });
        if (wanted) sum += metric.gauge.value + metric.counter.value;
      }
    }
    return sum;
  }
  double failed() const {
    return value("agora_exporter_api_requests_total") -
           value("agora_exporter_api_requests_total", "result", "success");
  }

  ManualClock clock_;
  simulator::Simulator simulator_;
  std::unique_ptr<storage::Disk> disk_;
  std::unique_ptr<simulator::SimulatedTransport> transport_;
  std::unique_ptr<Collector> collector_;
};

TEST_F(Up, FallsWhenThePointsOfFollowedCallsAreOverdue) {
  start();
  run(Seconds{2'400});
  ASSERT_EQ(value("agora_up"), 1);
  ASSERT_GT(value("agora_exporter_calls_total", "outcome", "followed"), 0);
  spend_all(agora::Endpoint::call_metrics, utc_day(clock_.now()), 1'000);
  start();
  run(Seconds{1'500});
  EXPECT_EQ(value("agora_up"), 1) << "what was due before the start has the lag's time";
  run(Seconds{2'400});
  EXPECT_EQ(value("agora_up"), 0);
  EXPECT_EQ(failed(), 0) << "nothing but the budget is in the way";
}

TEST_F(Up, FallsWhenAnInsightRowIsOverdue) {
  start(kNoCalls);
  run(Seconds{600});
  ASSERT_EQ(value("agora_up"), 1);
  const std::int64_t today = utc_day(clock_.now());
  for (const std::int64_t day : {today, today + 1, today + 2})
    spend_all(agora::Endpoint::insight_quality, day, 10);
  start(kNoCalls);
  run(Seconds{86'400});
  EXPECT_EQ(value("agora_up"), 1) << "a row's turn may be a day away";
  run(Seconds{86'400});
  EXPECT_EQ(value("agora_up"), 0);
  EXPECT_LE(failed(), 1) << "but for the length of a day, which the first answer teaches";
}

}  // namespace
}  // namespace agora_exporter::collector
