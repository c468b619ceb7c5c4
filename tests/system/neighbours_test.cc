// One failing account or app never fails the page of the others.
#include <gtest/gtest.h>

#include <algorithm>

#include "system/two_accounts.h"
#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

using simulator::FaultKind;

class FailingAccount : public testing::TestWithParam<FaultKind> {
 protected:
  FailingAccount() : both_(wall_time(kMonday + 9 * 3'600)) {
    for (std::size_t i = 0; i < 2; ++i)
      truth_.emplace_back(both_.simulator(i), TwoAccounts::kAppIds[i], TwoAccounts::kApps[i], both_.lag());
  }

  void run_for(Seconds time) {
    for (const WallTime end = both_.clock().now() + time; both_.clock().now() < end;) {
      both_.run_until(std::min(end, both_.clock().now() + Seconds{60}));
      both_.publish();
      const auto world = both_.world();
      const auto report = both_.report();
      page_ = page_of(*world, *report);
      for (Wholeness& truth : truth_) truth.look(*world, both_.clock().now(), report->status.ready);
    }
  }
  double up(std::size_t which) const {
    return sum_of(page_, "agora_up",
                  {{"account", TwoAccounts::kAccounts[which]}, {"app", TwoAccounts::kApps[which]}});
  }
  double failed(std::size_t which) const {
    const text_format::Labels of{{"account", TwoAccounts::kAccounts[which]}};
    text_format::Labels good = of;
    good["result"] = "success";
    const std::string name = "agora_exporter_api_requests_total";
    return sum_of(page_, name, of) - sum_of(page_, name, good);
  }

  TwoAccounts both_;
  std::vector<Wholeness> truth_;
  text_format::Page page_;
};

TEST_P(FailingAccount, LeavesTheOtherWhole) {
  run_for(Seconds{2'700});
  for (const Wholeness& truth : truth_) ASSERT_TRUE(truth.whole()) << truth.last().text();
  const WallTime whole_since = *truth_[0].whole_since();
  simulator::FaultRule rule;
  rule.kind = GetParam();
  rule.rate = 1;
  rule.until = both_.clock().now() + Seconds{3'600};
  rule.delay = Millis{9'000};
  both_.simulator(1).faults().rules.push_back(rule);
  const bool fails = GetParam() != FaultKind::latency;
  for (int minute = 1; minute <= 60; ++minute) {
    run_for(Seconds{60});
    EXPECT_EQ(up(0), 1);
    if (minute > 10) {
      EXPECT_EQ(up(1), fails ? 0 : 1);
    }
  }
  if (fails) {
    EXPECT_FALSE(truth_[1].whole());
  }
  run_for(Seconds{1'800});
  EXPECT_EQ(truth_[0].whole_since(), whole_since) << "a page of the first account was not whole";
  EXPECT_EQ(failed(0), 0);
  EXPECT_EQ(failed(1) > 0, fails);
  EXPECT_TRUE(truth_[1].whole()) << truth_[1].last().text();
  EXPECT_EQ(up(1), 1);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_GT(truth_[i].series(), 10'000u);
    EXPECT_EQ(both_.simulator(i).counters().above_limits(), std::vector<std::string>{});
  }
}

INSTANTIATE_TEST_SUITE_P(All, FailingAccount,
                         testing::Values(FaultKind::error_json, FaultKind::hang, FaultKind::too_many,
                                         FaultKind::latency),
                         [](const testing::TestParamInfo<FaultKind>& run) {
                           return std::string(name_of(run.param));
                         });

// An app_id that the account does not have: HTTP 403 at every request, in the same quota scope.
TEST(FailingApp, LeavesTheOtherWhole) {
  RigOptions options = small_world(wall_time(kMonday + 9 * 3'600));
  options.yaml_tail =
      "      - app_id: 00000000000000000000000000000000\n        name: stranger\n"
      "        usage: { enabled: false }\n        quality: { enabled: false }\n";
  Rig rig(std::move(options));
  Watch watch(rig);
  watch.run_for(Seconds{2'700});
  ASSERT_TRUE(watch.truth().whole()) << watch.truth().last().text();
  const WallTime whole_since = *watch.truth().whole_since();
  for (int minute = 1; minute <= 60; ++minute) {
    watch.run_for(Seconds{60});
    EXPECT_EQ(watch.up(), 1);
    const double* stranger = watch.page().find("agora_up", {{"account", "production"}, {"app", "stranger"}});
    ASSERT_NE(stranger, nullptr);
    EXPECT_EQ(*stranger, 0);
  }
  EXPECT_EQ(watch.truth().whole_since(), whole_since) << "a page was not whole";
  EXPECT_GT(watch.requests("forbidden"), 0);
  EXPECT_EQ(watch.failed_requests(), watch.requests("forbidden"));
  // Two hours at one attempt in five minutes, and the first ones.
  EXPECT_LE(watch.requests("forbidden"), 40);
  const auto& endpoints = watch.status().endpoints;
  EXPECT_TRUE(std::any_of(endpoints.begin(), endpoints.end(),
                          [](const auto& e) { return e.last_error.starts_with("stranger: forbidden"); }));
  EXPECT_EQ(rig.simulator().counters().above_limits(), std::vector<std::string>{});
}

}  // namespace
}  // namespace agora_exporter::system_tests
