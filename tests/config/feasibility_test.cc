// The numbers are the design's: docs/design.md, "Arithmetic".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "agora_exporter/config/config.h"

namespace agora_exporter::config {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

std::string sums(const std::string& account, const std::string& rest = "") {
  const LoadResult result =
      load_text("accounts:\n  - customer_id: id\n    customer_secret: s\n" + account + rest, "f");
  EXPECT_TRUE(result.config);
  return result.config ? feasibility(*result.config) : "";
}

TEST(Feasibility, OneStandardAppFillsItsInsightBudget) {
  const std::string text = sums("    apps: [{ app_id: a }]\n");
  EXPECT_THAT(text, HasSubstr("replay lag 30m (auto)"));
  EXPECT_THAT(text, HasSubstr("account default: plan standard, 1 app, quota per account"));
  EXPECT_THAT(text, ContainsRegex("insight_usage +8 rows +8 +10 +100%  1d shown 54h late"));
  EXPECT_THAT(text, ContainsRegex("insight_quality +10 rows +10 +10 +100%  1h shown 2d late"));
  EXPECT_THAT(text, HasSubstr("sessions of a call at once: 16\n"));
  EXPECT_THAT(text, HasSubstr("calls of 10m a day that fit: 1000\n"));
  EXPECT_THAT(text, HasSubstr("calls of 1h a day that fit: 333\n"));
  EXPECT_THAT(text, HasSubstr("about 1760 series at once, 110000 new series a day"));
}

TEST(Feasibility, GroupsAtOnceAreThoseOfTheDesignsTable) {
  struct Case {
    const char* plan;
    const char* lag;
    int groups;
  };
  for (const Case& c : {Case{"standard", "15m", 6},
                        {"standard", "30m", 16},
                        {"standard", "70m", 41},
                        {"premium", "15m", 15},
                        {"premium", "30m", 36},
                        {"premium", "70m", 92},
                        {"enterprise", "15m", 85},
                        {"enterprise", "30m", 189},
                        {"enterprise", "70m", 467}}) {
    const std::string text = sums(std::string("    plan: ") + c.plan + "\n    apps: [{ app_id: a }]\n",
                                  std::string("replay: { lag: ") + c.lag + " }\n");
    EXPECT_THAT(text, HasSubstr("at once: " + std::to_string(c.groups) + "\n")) << c.plan << " " << c.lag;
  }
}

TEST(Feasibility, TwoStandardAppsHalveTheShare) {
  const std::string apps = "    apps: [{ app_id: a }, { app_id: b }]\n";
  EXPECT_THAT(sums(apps), ContainsRegex("insight_quality +20 rows +20 +10 +50%  1h shown 2d late"));
  EXPECT_THAT(sums("    quota_scope: app\n" + apps), ContainsRegex("insight_quality +10 rows +10 +10 +100%"));
}

TEST(Feasibility, WhatIsDisabledIsOff) {
  const std::string text =
      sums("    apps: [{ app_id: a, usage: { enabled: false }, calls: { enabled: false } }]\n");
  EXPECT_THAT(text, ContainsRegex("insight_usage +0 rows +0 +10 +-  off"));
  EXPECT_THAT(text, ContainsRegex("call_metrics +nothing +0 +1000 +-  off"));
  EXPECT_THAT(text, Not(HasSubstr("at once")));
}

TEST(Feasibility, SeriesAboveTheCapAreSaid) {
  EXPECT_THAT(sums("    apps: [{ app_id: a }]\n", "exposition: { max_series: 1000 }\n"),
              HasSubstr("exposition.max_series hides what is above 1000"));
  EXPECT_THAT(sums("    apps: [{ app_id: a }]\n", "exposition: { sessions: false }\n"),
              HasSubstr("about 0 series at once"));
}

TEST(Feasibility, ShareOfCallsThatIsFollowedWhereThereAreMore) {
  const std::string apps = "    apps: [{ app_id: a }]\n";
  EXPECT_THAT(
      sums(apps),
      HasSubstr("share of calls of 10m followed (objective representative; totals stand for all of them): of "
                "1000 a day 100%, of 10000 a day 10%, of 100000 a day 1%\n"));
  EXPECT_THAT(sums("    plan: enterprise\n" + apps), HasSubstr("of 10000 a day 100%, of 100000 a day 10%\n"));
  const std::string coverage = sums(apps, "planner: { objective: coverage }\n");
  EXPECT_THAT(coverage, HasSubstr("objective coverage"));
  EXPECT_THAT(coverage, Not(HasSubstr("followed (objective representative")));
}

TEST(Feasibility, SharesOfAppsAreByWeight) {
  const std::string apps =
      "    apps: [{ app_id: a, weight: 3, calls: { channels: { always: [hall, \"stage-.*\"] } } }, { app_id: "
      "b },\n"
      "           { app_id: c, calls: { enabled: false } }]\n";
  EXPECT_THAT(sums(apps), HasSubstr("shares where every app has more calls than fit: a 75%, b 25%\n"));
  EXPECT_THAT(sums(apps), HasSubstr("always followed, of a: channels hall, stage-.*\n"));
  EXPECT_THAT(sums("    quota_scope: app\n" + apps), Not(HasSubstr("shares where")));
  EXPECT_THAT(sums("    apps: [{ app_id: a }]\n"), Not(HasSubstr("shares where")));
}

TEST(Feasibility, HoldsNoSecret) {
  EXPECT_THAT(sums("    apps: [{ app_id: the-app-id, name: web }]\n"), Not(HasSubstr("the-app-id")));
}

}  // namespace
}  // namespace agora_exporter::config
