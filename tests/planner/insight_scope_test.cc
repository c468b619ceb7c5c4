// More insight rows than a day's requests carry: which are followed, and by how many days they are asked for.
#include "planner/insight_scope.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "planner/desk.h"

namespace agora_exporter::planner {
namespace {

using agora::Endpoint;
using agora::Granularity;

// Apps with so many rows each, on one account.
class Apps {
 public:
  Apps(const std::string& plan, int apps, int rows, std::vector<double> weights = {}) : desk(plan) {
    AccountPolicy& account = desk.policy.accounts[0];
    account.apps.clear();
    for (int i = 0; i < apps; ++i) {
      AppPolicy& app = account.apps.emplace_back();
      app.app_id = app.name = "app" + std::to_string(i);
      app.calls = false;
      if (!weights.empty()) app.weight = weights[static_cast<std::size_t>(i)];
      for (int k = 0; k < rows; ++k)
        app.rows.push_back(
            {{Endpoint::insight_quality, Granularity::hour, "metric" + std::to_string(k), "Native"}, {}});
    }
    const quota::InsightRows all{0, apps * rows};
    for (AppPolicy& app : account.apps)
      for (RowPolicy& row : app.rows)
        row.lag = quota::insight_lag(account.plan.of(Endpoint::insight_quality), Granularity::hour, all);
    desk.progress.emplace(desk.policy);
  }

  // How many rows of each app are followed; they must be the first ones.
  std::vector<std::size_t> followed() {
    std::vector<std::size_t> counts;
    const View view{desk.policy, desk.policy.accounts[0], *desk.progress,
                    desk.quotas, desk.in_flight,          wall_time(kNoon)};
    for (const AppPolicy& app : view.account.apps) {
      const InsightScope scope(view, app, Endpoint::insight_quality);
      const auto& rows = scope.of(app);
      for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], &app.rows[i]) << "in configured order";
      counts.push_back(rows.size());
    }
    return counts;
  }

  Desk desk;
};

using Counts = std::vector<std::size_t>;

TEST(InsightScope, FollowsAllRowsThatTheRequestsCarry) {
  EXPECT_EQ(Apps("standard", 2, 5).followed(), (Counts{5, 5}));
}

TEST(InsightScope, OverBudgetAppsTakeTurns) {
  EXPECT_EQ(Apps("standard", 3, 10).followed(), (Counts{4, 3, 3}));
  EXPECT_EQ(Apps("standard", 10, 10).followed(), Counts(10, 1));
  EXPECT_EQ(Apps("standard", 12, 1).followed(), (Counts{1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0}));
}

TEST(InsightScope, OverBudgetAppsTakeTurnsByWeight) {
  EXPECT_EQ(Apps("standard", 3, 10, {1, 3, 1}).followed(), (Counts{2, 6, 2}));
  EXPECT_EQ(Apps("standard", 3, 4, {1, 10, 1}).followed(), (Counts{3, 4, 3}))
      << "what it does not want goes on";
}

TEST(InsightScope, AppsWithQuotasOfTheirOwnShareNothing) {
  Apps apps("standard", 3, 12);
  apps.desk.policy.accounts[0].quota_per_app = true;
  EXPECT_EQ(apps.followed(), (Counts{10, 10, 10}));
}

// A row over budget is not asked for on any day: not a tenth of each row, but a tenth of the rows.
TEST(InsightScope, ARowThatIsNotFollowedCostsNothing) {
  Apps apps("standard", 10, 10);
  std::map<std::string, std::set<std::string>> metrics;
  int requests = 0;
  for (std::int64_t now = kNoon; now < kNoon + 4 * 86'400; now += 300) {
    const auto ask = apps.desk.ask_at(now);
    if (!ask) continue;
    ++requests;
    const auto& query = std::get<agora::QualityQuery>(ask->request.query);
    metrics[ask->request.app_id].insert(query.metric);
    agora::InsightRow row;
    for (WorldTime ts = query.frame.start; ts < query.frame.start + kDay; ts += Seconds{3'600})
      row.buckets.push_back({ts, 0.5});
    apps.desk.answer(ask->request, row, now);
  }
  EXPECT_EQ(metrics.size(), 10u);
  for (const auto& [app, of_app] : metrics) EXPECT_EQ(of_app, std::set<std::string>{"metric0"}) << app;
  EXPECT_GE(requests, 40);
}

TEST(InsightScope, WhereTheWindowHasThemSeveralDaysAreAskedForAtOnce) {
  Apps apps("premium", 10, 10);
  EXPECT_EQ(apps.followed(), Counts(10, 10));
  const auto ask = apps.desk.ask_at(kNoon);
  ASSERT_TRUE(ask);
  const agora::Frame& frame = agora::frame_of(ask->request);
  EXPECT_EQ(frame.end - frame.start, 3 * kDay);
  EXPECT_EQ(ask->reason.substr(0, 30), "metric0 Native of 3 days from ") << ask->reason;
}

// The account's plan is another than the configuration says.
TEST(InsightScope, ATwiceRefusedLengthIsADay) {
  Apps apps("premium", 10, 10);
  std::int64_t now = kNoon;
  for (int refusals = 0; refusals < 2; ++refusals, now += 60) {
    const auto ask = apps.desk.ask_at(now);
    ASSERT_TRUE(ask);
    apps.desk.answer(ask->request,
                     agora::Refusal{agora::ApiError::too_long, 300, "query time length limit error", {}},
                     now);
  }
  const auto ask = apps.desk.ask_at(now);
  ASSERT_TRUE(ask);
  const agora::Frame& frame = agora::frame_of(ask->request);
  EXPECT_LE(frame.end - frame.start, kDay);
  EXPECT_GE(frame.end - frame.start, kDay - Seconds{2});
}

}  // namespace
}  // namespace agora_exporter::planner
