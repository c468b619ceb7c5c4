// Another configuration while the exporter runs: the page is what a restart would give, and nothing that was
// paid for is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "agora_exporter/exposition/page.h"
#include "system/own_metrics.h"
#include "system/rig.h"

namespace agora_exporter::system_tests {
namespace {

using testing::HasSubstr;

constexpr const char* kSecondApp = "b1b2c3d4e5f60718293a4b5c6d7e8f91";

RigOptions two_apps() {
  RigOptions options;
  options.seed = 21;
  options.plan = "enterprise";
  options.world.apps[0].calls_per_day = 400;
  options.world.apps.push_back({kSecondApp, 200});
  options.usage = {agora::Granularity::hour};
  options.quality = {agora::Granularity::hour};
  return options;
}

// What the page shows of the replayed world, without the counters "since the process started".
std::string replayed(const timeline::World& world) {
  timeline::World kept = world;
  for (timeline::AppWorld& app : kept.apps) {
    app.session_seconds = {};
    for (auto& [reason, count] : app.points_dropped) count = 0;
    for (timeline::InsightLag& lag : app.insight_lags) lag.buckets = {};
  }
  std::string page = "R " + std::to_string(unix_seconds(world.at)) + "\n";
  for (const std::string& piece : exposition::render(kept, report::Report{}, {})) page += piece;
  return page;
}

// The first line in which two pages differ; empty if none.
std::string difference(const std::string& a, const std::string& b) {
  std::istringstream lines_of_a(a), lines_of_b(b);
  for (std::string line, other; std::getline(lines_of_a, line);) {
    if (!std::getline(lines_of_b, other)) return line + " | nothing";
    if (line != other) return line + " | " + other;
  }
  return a.size() == b.size() ? "" : "one is longer";
}

std::size_t sessions_of(const timeline::World& world, const std::string& app) {
  std::size_t count = 0;
  for (const timeline::ActiveSessions& active : world.active_sessions)
    if (active.app == app) count += active.count;
  return count;
}

using Change = std::function<void(config::Config&)>;
struct Named {
  const char* name;
  Change change;
};

class ReloadLike : public testing::TestWithParam<Named> {};

TEST_P(ReloadLike, ARestart) {
  Rig rig(two_apps());
  rig.run_until(rig.options().start + Seconds{3 * 3'600});
  config::Config changed = rig.config();
  GetParam().change(changed);
  ASSERT_TRUE(rig.reload(changed));
  const std::string reloaded = replayed(*rig.world());
  rig.restart();
  EXPECT_EQ(difference(reloaded, replayed(*rig.world())), "");
  EXPECT_NE(reloaded.find("\nagora_active_sessions{"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ReloadLike,
    testing::Values(Named{"NoChange", [](auto&) {}},
                    Named{"AnAppGoes", [](auto& c) { c.accounts[0].apps.pop_back(); }},
                    Named{"AnAppIsRenamed", [](auto& c) { c.accounts[0].apps[0].name = "renamed"; }},
                    Named{"AnAccountIsRenamed", [](auto& c) { c.accounts[0].name = "other"; }},
                    Named{"AShorterLag", [](auto& c) { c.lag = c.replay_lag() - Seconds{60}; }},
                    Named{"AnotherInsightLag", [](auto& c) { c.insight_lag = Seconds{20 * 3'600}; }},
                    Named{"AnotherPlan", [](auto& c) { c.accounts[0].plan = *agora::find_plan("premium"); }},
                    Named{"QuotaByApp", [](auto& c) { c.accounts[0].quota_per_app = true; }},
                    Named{"OtherUnits", [](auto& c) { c.accounts[0].percent_is_fraction = true; }},
                    Named{"FewerChannels",
                          [](auto& c) { c.accounts[0].apps[0].channels.exclude = {".*[0-4]"}; }},
                    Named{"NoCalls", [](auto& c) { c.accounts[0].apps[0].calls = false; }},
                    Named{"LessInsight", [](auto& c) { c.accounts[0].apps[1].usage.enabled = false; }}),
    [](const auto& named) { return named.param.name; });

// R never moves back: the page stands still until the longer lag has been waited for.
TEST(Reload, ALongerLagIsWaitedFor) {
  Rig rig(two_apps());
  rig.run_until(rig.options().start + Seconds{2 * 3'600});
  const WorldTime before = rig.world()->at;
  config::Config changed = rig.config();
  changed.lag = rig.lag() + Seconds{600};
  ASSERT_TRUE(rig.reload(changed));
  const WorldTime at = rig.world()->at;
  EXPECT_GE(at, before);
  EXPECT_LE(at, before + Seconds{10});
  rig.run_until(rig.clock().now() + Seconds{590});
  EXPECT_EQ(rig.world()->at, at);
  rig.run_until(rig.clock().now() + Seconds{300});
  EXPECT_EQ(rig.world()->at, to_world(rig.clock().now()) - rig.lag());
}

TEST(Reload, AnAppComesAndGoesAndComesBack) {
  Rig rig(two_apps());
  config::Config both = rig.config(), first = rig.config();
  first.accounts[0].apps.pop_back();
  ASSERT_TRUE(rig.reload(first));
  rig.run_until(rig.options().start + Seconds{2 * 3'600});
  EXPECT_EQ(sessions_of(*rig.world(), "app1"), 0u);
  EXPECT_GT(sessions_of(*rig.world(), "app0"), 0u);

  ASSERT_TRUE(rig.reload(both));
  EXPECT_EQ(own_metric(*rig.report(), "agora_up", {{"app", "app1"}}), 1) << "it has had no time yet";
  rig.run_until(rig.options().start + Seconds{4 * 3'600});
  const auto with_both = rig.world();
  EXPECT_GT(sessions_of(*with_both, "app1"), 0u);
  const double started = static_cast<double>(with_both->apps[0].calls_started);

  config::Config second = both;
  second.accounts[0].apps.erase(second.accounts[0].apps.begin());
  ASSERT_TRUE(rig.reload(second));
  for (const timeline::Totals& totals : rig.world()->totals) EXPECT_EQ(totals.app, "app1");
  EXPECT_EQ(own_metric(*rig.report(), "agora_up", {{"app", "app0"}}), 0);
  EXPECT_EQ(own_metric(*rig.report(), "agora_exporter_calls_total", {{"app", "app0"}}), 0);

  ASSERT_TRUE(rig.reload(both));
  EXPECT_GE(static_cast<double>(rig.world()->apps[0].calls_started), started);
  EXPECT_GT(own_metric(*rig.report(), "agora_exporter_calls_total", {{"app", "app0"}}), 0);
}

// What the exporter counted of its doings for an app is not forgotten while the app is gone, or a part of its
// rows.
TEST(Reload, AnAppThatWasGoneGoesOnCounting) {
  Rig rig(two_apps());
  rig.run_until(rig.options().start + Seconds{3 * 3'600});
  const config::Config both = rig.config();
  const auto second = [&] { return rig.world()->apps.at(1); };
  const auto shown_of_usage = [](const timeline::AppWorld& app) {
    for (const timeline::InsightLag& lag : app.insight_lags)
      if (lag.source == agora::Endpoint::insight_usage) return lag.buckets[0];
    return std::uint64_t{0};
  };
  const timeline::AppWorld before = second();
  ASSERT_GT(before.session_seconds[0], 0);
  ASSERT_GT(shown_of_usage(before), 0u);

  config::Config changed = both;
  changed.accounts[0].apps[1].usage.enabled = false;
  ASSERT_TRUE(rig.reload(changed));
  changed.accounts[0].apps.pop_back();
  ASSERT_TRUE(rig.reload(changed));
  rig.run_until(rig.clock().now() + Seconds{120});
  changed.accounts[0].apps[0].channels.exclude = {"never"};
  ASSERT_TRUE(rig.reload(changed)) << "another change while it is gone";
  ASSERT_EQ(rig.world()->apps.size(), 1u);
  rig.run_until(rig.clock().now() + Seconds{120});
  ASSERT_TRUE(rig.reload(both));

  const timeline::AppWorld after = second();
  for (std::size_t k = 0; k < before.session_seconds.size(); ++k)
    EXPECT_GE(after.session_seconds[k], before.session_seconds[k]) << "outcome " << k;
  for (const auto& [reason, count] : before.points_dropped)
    EXPECT_GE(after.points_dropped.at(reason), count) << reason;
  EXPECT_GE(shown_of_usage(after), shown_of_usage(before));
}

// Every two minutes: what is asked goes on within the limits, and no counter begins again.
TEST(Reload, AStormSpendsNothingAndLosesNothing) {
  RigOptions options = two_apps();
  std::uint64_t sent = 0;
  options.on_request = [&sent](const agora::HttpRequest&) { ++sent; };
  Rig rig(options);
  double requests = 0, seconds = 0;
  for (int i = 1; i <= 30; ++i) {
    rig.run_until(rig.options().start + Seconds{120 * i});
    config::Config changed = rig.config();
    changed.accounts[0].apps[0].channels.exclude = {"never-" + std::to_string(i)};
    ASSERT_TRUE(rig.reload(changed));
    const auto report = rig.report();
    const double now = own_metric(*report, "agora_exporter_api_requests_total", {});
    EXPECT_GE(now, requests);
    requests = now;
    EXPECT_GE(now, static_cast<double>(sent) - 2) << "answers were awaited before the change";
    EXPECT_EQ(own_metric(*report, "agora_exporter_quota_used", {{"window", "day"}}),
              static_cast<double>(sent));
    const auto world = rig.world();
    const double in_hand = world->apps[0].session_seconds[0];
    EXPECT_GE(in_hand, seconds);
    seconds = in_hand;
  }
  EXPECT_GT(seconds, 0);
  EXPECT_THAT(rig.simulator().counters().above_limits(), testing::IsEmpty());
  EXPECT_EQ(own_metric(*rig.report(), "agora_exporter_config_last_reload_successful", {}), 1);
  EXPECT_EQ(own_metric(*rig.report(), "agora_exporter_config_last_reload_success_timestamp_seconds", {}),
            static_cast<double>(unix_seconds(rig.clock().now())));
}

// The same account under another name, so that the page and the books go on as they were.
TEST(Reload, ARenamedAccountKeepsItsSpendingAndItsTickets) {
  Rig rig(two_apps());
  rig.run_until(rig.options().start + Seconds{2 * 3'600});
  const std::map<std::string, std::string> today{{"window", "day"}};
  const double used = own_metric(*rig.report(), "agora_exporter_quota_used", today);
  config::Config changed = rig.config();
  changed.accounts[0].name = "renamed";
  ASSERT_TRUE(rig.reload(changed));
  EXPECT_GE(own_metric(*rig.report(), "agora_exporter_quota_used", today), used);
  const double missing = rig.world()->apps[0].session_seconds[2];
  rig.run_until(rig.clock().now() + Seconds{2 * 3'600});
  const auto world = rig.world();
  EXPECT_EQ(world->apps[0].session_seconds[2], missing) << "nothing is missing after it";
  // Who is active is who the simulated world has, by newer tickets too.
  const std::string& app_id = rig.options().world.apps[0].app_id;
  const simulator::World& truth = rig.simulator().world();
  std::size_t active = 0;
  for (const simulator::CallHead& head : truth.active_in(app_id, world->at, world->at + Seconds{1}))
    for (const simulator::Session& session : truth.call(app_id, head.call_id)->sessions)
      active += !session.server_user && session.joined <= world->at && world->at < session.left ? 1 : 0;
  EXPECT_EQ(sessions_of(*world, "app0"), active);
}

TEST(Reload, WhatDoesNotTouchTheFoldsIsTakenAtOnce) {
  bool asking = false;
  RigOptions options = two_apps();
  options.on_request = [&asking](const agora::HttpRequest&) { asking = true; };
  Rig rig(options);
  rig.transport_options().least_latency = rig.transport_options().most_latency = Millis{3'000};
  rig.restart();
  rig.run_until(rig.options().start + Seconds{600});
  const auto step_until_it_asks = [&] {
    asking = false;
    while (!asking) rig.step(rig.clock().now() + Seconds{1});
  };
  step_until_it_asks();
  const auto now = rig.clock().now();
  config::Config changed = rig.config();
  changed.max_series = 10;
  changed.retention = Seconds{7'200};
  changed.accounts[0].customer_secret.value = "another";
  ASSERT_TRUE(rig.reload(changed));
  EXPECT_LE(rig.clock().now(), now + Seconds{1}) << "an answer is out";
  changed.accounts[0].apps[0].channels.exclude = {"never"};
  step_until_it_asks();
  const auto later = rig.clock().now();
  ASSERT_TRUE(rig.reload(changed));
  EXPECT_GT(rig.clock().now(), later + Seconds{1}) << "this one waits for it";
  rig.run_until(now + Seconds{120});
  EXPECT_GT(own_metric(*rig.report(), "agora_exporter_api_requests_total", {{"result", "unauthorized"}}), 0)
      << "the new secret is used";
}

TEST(Reload, TheStatesPlaceCannotChange) {
  Rig rig(two_apps());
  rig.run_until(rig.options().start + Seconds{600});
  const auto before = rig.config();
  config::Config changed = before;
  changed.storage_path = "elsewhere";
  changed.accounts[0].apps.pop_back();
  const auto how = rig.reload(changed);
  ASSERT_FALSE(how);
  EXPECT_EQ(how.error().text(), "elsewhere: storage.path cannot change while the exporter runs (restart it)");
  EXPECT_EQ(rig.world()->apps.size(), 2u) << "the old one stays";
  EXPECT_EQ(own_metric(*rig.report(), "agora_exporter_config_last_reload_successful", {}), 0);
  ASSERT_TRUE(rig.reload(before));
  EXPECT_EQ(own_metric(*rig.report(), "agora_exporter_config_last_reload_successful", {}), 1);
}

TEST(Reload, ANewAccountMayHaveSpentAlready) {
  RigOptions options = two_apps();
  options.assume_fresh = false;
  options.plan = "standard";
  options.usage = {agora::Granularity::day};
  options.start = wall_time(kMonday + 12 * 3'600);
  Rig rig(options);
  rig.run_until(options.start + Seconds{60});
  config::Config changed = rig.config();
  changed.accounts.push_back(changed.accounts[0]);
  changed.accounts[1].name = "second";
  changed.accounts[1].apps = {changed.accounts[0].apps[1]};
  changed.accounts[0].apps.pop_back();
  ASSERT_TRUE(rig.reload(changed));
  const std::map<std::string, std::string> of_second{
      {"account", "second"}, {"endpoint", "call_lists"}, {"window", "day"}};
  const double limit = own_metric(*rig.report(), "agora_exporter_quota_limit", of_second);
  EXPECT_GT(limit, 0);
  EXPECT_NEAR(own_metric(*rig.report(), "agora_exporter_quota_used", of_second), limit / 2, limit / 20);
}

}  // namespace
}  // namespace agora_exporter::system_tests
