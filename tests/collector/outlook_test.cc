// What is foreseen is what is then done.
#include "agora_exporter/collector/outlook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "agora_exporter/simulator/transport.h"
#include "collector/bench.h"
#include "support/recording_log.h"

namespace agora_exporter::collector {
namespace {

class OutlookTest : public testing::Test {
 protected:
  OutlookTest()
      : clock_(wall_time(kNoon)),
        simulator_(test_world("standard", 900)),
        disk_(storage::make_memory_disk()) {}

  static Options options() {
    Options options;
    options.config = test_config("http://127.0.0.1:1", "standard");
    options.assume_fresh = true;
    options.publish_every_second = false;
    return options;
  }
  void run(Seconds how_long, Log& log) {
    simulator::SimulatedTransport transport(simulator_, clock_);
    auto opened = Collector::open(options(), {clock_, transport, *disk_, log});
    ASSERT_TRUE(opened) << opened.error().text();
    const WallTime until = clock_.now() + how_long;
    while (clock_.now() < until) (*opened)->step(until);
  }

  ManualClock clock_;
  simulator::Simulator simulator_;
  std::unique_ptr<storage::Disk> disk_;
};

TEST_F(OutlookTest, TheNextRequestsAreThoseThatAreThenSent) {
  run(Seconds{3 * 3'600}, null_log());
  const auto outlook = look_ahead(options(), clock_, *disk_, 200);
  ASSERT_TRUE(outlook) << outlook.error().text();
  ASSERT_GT(outlook->requests.size(), 10u);
  const auto seen = look_ahead(options(), clock_, *disk_, 200);
  ASSERT_EQ(seen->requests.size(), outlook->requests.size()) << "nothing was booked";

  RecordingLog log;
  run(Seconds{600}, log);
  // Until something is answered that was not known, all comes as foreseen: the very next one to the second,
  // and most of those about calls whose sessions are known within ten minutes.
  EXPECT_GE(log.count("asks request=" + outlook->requests.front().request), 1)
      << outlook->requests.front().request;
  std::set<std::string> distinct;
  for (const PlannedRequest& request : outlook->requests) distinct.insert(request.request);
  EXPECT_EQ(distinct.size(), outlook->requests.size()) << "each once";
  int foreseen = 0, came = 0;
  for (const PlannedRequest& request : outlook->requests) {
    if (request.at > outlook->now + Seconds{600}) continue;
    ++foreseen;
    // Its frame may end some seconds later.
    came += log.count("asks request=" + request.request.substr(0, request.request.find(','))) > 0 ? 1 : 0;
  }
  EXPECT_GT(foreseen, 3);
  EXPECT_GE(came * 10, foreseen * 9) << came << " of " << foreseen;
  for (std::size_t i = 1; i < outlook->requests.size(); ++i) {
    EXPECT_GE(outlook->requests[i].at, outlook->requests[i - 1].at);
    EXPECT_LT(outlook->requests[i].at, outlook->midnight);
  }
}

TEST_F(OutlookTest, NoMoreThanTheDayHasAreForeseen) {
  run(Seconds{3 * 3'600}, null_log());
  Options tight = options();
  agora::Limits& metrics = tight.config.accounts[0].plan.of(agora::Endpoint::call_metrics);
  const auto free = look_ahead(tight, clock_, *disk_, 1'000);
  ASSERT_TRUE(free);
  metrics.per_day =
      free->accounts[0].endpoints[static_cast<std::size_t>(agora::Endpoint::call_metrics)].used + 2;
  const auto outlook = look_ahead(tight, clock_, *disk_, 1'000);
  ASSERT_TRUE(outlook);
  const auto of_metrics = [](const Outlook& of) {
    return std::count_if(of.requests.begin(), of.requests.end(), [](const PlannedRequest& request) {
      return request.request.starts_with("call_metrics");
    });
  };
  EXPECT_GT(of_metrics(*free), 2);
  EXPECT_EQ(of_metrics(*outlook), 2);
  const EndpointOutlook& endpoint =
      outlook->accounts[0].endpoints[static_cast<std::size_t>(agora::Endpoint::call_metrics)];
  EXPECT_EQ(endpoint.left, 2);
  EXPECT_NEAR(endpoint.beyond(), endpoint.expected - 2, 1e-9);
  double sum = 0;
  for (const double requests : endpoint.by_hour) sum += requests;
  EXPECT_NEAR(sum, endpoint.expected, 1e-6);
  EXPECT_EQ(endpoint.by_hour.size(), 9u) << "from 15:00 to midnight";
}

}  // namespace
}  // namespace agora_exporter::collector
