#include "agora_exporter/report/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

namespace agora_exporter::report {
namespace {

using agora::Endpoint;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::map<std::string, std::string>;

const MetricFamily& family(const std::vector<MetricFamily>& families, const std::string& name) {
  for (const auto& f : families) {
    if (f.name == name) return f;
  }
  throw std::runtime_error("no family " + name);
}

const ClientMetric* find(const std::vector<MetricFamily>& families, const std::string& name,
                         const Labels& labels) {
  for (const auto& metric : family(families, name).metric) {
    Labels own;
    for (const auto& label : metric.label) own[label.name] = label.value;
    if (own == labels) return &metric;
  }
  return nullptr;
}
double gauge(const Metrics& metrics, const std::string& name, const Labels& labels) {
  const auto families = metrics.collect();
  const auto* metric = find(families, name, labels);
  return metric ? metric->gauge.value : std::numeric_limits<double>::quiet_NaN();
}
double counter(const Metrics& metrics, const std::string& name, const Labels& labels) {
  const auto families = metrics.collect();
  const auto* metric = find(families, name, labels);
  return metric ? metric->counter.value : std::numeric_limits<double>::quiet_NaN();
}

TEST(Metrics, EveryFamilyStandsInOrderFromTheStart) {
  const Metrics metrics("1.0", Seconds{900});
  const auto families = metrics.collect();
  ASSERT_EQ(families.size(), own_families().size());
  for (std::size_t i = 0; i < families.size(); ++i) {
    EXPECT_EQ(families[i].name, own_families()[i].name);
    EXPECT_EQ(families[i].help, own_families()[i].help);
    EXPECT_EQ(families[i].type, own_families()[i].type) << families[i].name;
  }
  EXPECT_TRUE(family(families, "agora_exporter_api_requests_total").metric.empty());
  EXPECT_EQ(gauge(metrics, "agora_exporter_build_info", {{"version", "1.0"}}), 1);
  EXPECT_EQ(gauge(metrics, "agora_exporter_replay_lag_seconds", {}), 900);
  EXPECT_EQ(counter(metrics, "agora_exporter_journal_damaged_records_total", {}), 0);
}

TEST(Metrics, TypesAreThoseOfTheTableAlsoWithSeries) {
  Metrics metrics("1.0", Seconds{900});
  metrics.app("shop");
  metrics.request("prod", Endpoint::call_lists, "success", Millis{1});
  for (const auto& f : metrics.collect()) EXPECT_EQ(f.type, own_family(f.name).type) << f.name;
}

TEST(Metrics, CountsRequestsAndTheirDurations) {
  Metrics metrics("1.0", Seconds{900});
  metrics.request("prod", Endpoint::call_metrics, "success", Millis{50});
  metrics.request("prod", Endpoint::call_metrics, "success", Millis{51});
  metrics.request("prod", Endpoint::call_metrics, "transport", Millis{61'000});
  metrics.request("test", Endpoint::call_metrics, "success", Millis{5});
  const Labels success{{"account", "prod"}, {"endpoint", "call_metrics"}, {"result", "success"}};
  EXPECT_EQ(counter(metrics, "agora_exporter_api_requests_total", success), 2);

  const auto families = metrics.collect();
  const auto* duration = find(families, "agora_exporter_api_request_duration_seconds",
                              {{"account", "prod"}, {"endpoint", "call_metrics"}});
  ASSERT_NE(duration, nullptr);
  std::vector<double> bounds;
  for (const auto& bucket : duration->histogram.bucket) bounds.push_back(bucket.upper_bound);
  EXPECT_THAT(bounds, testing::ElementsAre(.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60,
                                           std::numeric_limits<double>::infinity()));
  EXPECT_EQ(duration->histogram.bucket[0].cumulative_count, 1U);  // 50 ms is within .05
  EXPECT_EQ(duration->histogram.bucket[1].cumulative_count, 2U);
  EXPECT_EQ(duration->histogram.bucket[9].cumulative_count, 2U);
  EXPECT_EQ(duration->histogram.sample_count, 3U);
  EXPECT_DOUBLE_EQ(duration->histogram.sample_sum, 61.101);
}

TEST(Metrics, AnAppsCountersStartAtZero) {
  Metrics metrics("1.0", Seconds{900});
  metrics.app("shop");
  for (const char* outcome : {"followed", "sampled_out", "failed"}) {
    EXPECT_EQ(counter(metrics, "agora_exporter_calls_total", {{"app", "shop"}, {"outcome", outcome}}), 0)
        << outcome;
  }
  EXPECT_EQ(counter(metrics, "agora_exporter_lists_truncated_total", {{"app", "shop"}}), 0);
  metrics.call("shop", "followed");
  metrics.call("shop", "followed");
  metrics.call("shop", "failed");
  metrics.list_truncated("shop");
  metrics.app("shop");  // once more changes nothing
  EXPECT_EQ(counter(metrics, "agora_exporter_calls_total", {{"app", "shop"}, {"outcome", "followed"}}), 2);
  EXPECT_EQ(counter(metrics, "agora_exporter_calls_total", {{"app", "shop"}, {"outcome", "failed"}}), 1);
  EXPECT_EQ(counter(metrics, "agora_exporter_lists_truncated_total", {{"app", "shop"}}), 1);
}

TEST(Metrics, ALimitOfNoneIsNotShown) {
  Metrics metrics("1.0", Seconds{900});
  const Labels day{{"account", "prod"}, {"endpoint", "call_lists"}, {"window", "day"}};
  metrics.quota("prod", Endpoint::call_lists, quota::Window::day, 1000, 17);
  EXPECT_EQ(gauge(metrics, "agora_exporter_quota_limit", day), 1000);
  EXPECT_EQ(gauge(metrics, "agora_exporter_quota_used", day), 17);
  metrics.quota("prod", Endpoint::call_lists, quota::Window::day, 0, 18);
  EXPECT_TRUE(family(metrics.collect(), "agora_exporter_quota_limit").metric.empty());
  EXPECT_EQ(gauge(metrics, "agora_exporter_quota_used", day), 18);
  metrics.quota("prod", Endpoint::call_lists, quota::Window::day, 500, 19);
  EXPECT_EQ(gauge(metrics, "agora_exporter_quota_limit", day), 500);
}

TEST(Metrics, GaugesShowWhatWasSetLast) {
  Metrics metrics("1.0", Seconds{900});
  metrics.up("prod", "shop", true);
  metrics.up("prod", "shop", false);
  metrics.access("prod", Endpoint::insight_usage, false);
  metrics.newest_data("shop", "call_lists", world_time(1'700'000'000));
  metrics.last_success("shop", Endpoint::call_lists, WallTime{Millis{1'700'000'000'250}});
  metrics.replay_lag(Seconds{1800});
  metrics.journal_damaged(0);
  metrics.journal_damaged(3);
  EXPECT_EQ(gauge(metrics, "agora_up", {{"account", "prod"}, {"app", "shop"}}), 0);
  EXPECT_EQ(
      gauge(metrics, "agora_exporter_endpoint_access", {{"account", "prod"}, {"endpoint", "insight_usage"}}),
      0);
  EXPECT_EQ(gauge(metrics, "agora_exporter_newest_data_timestamp_seconds",
                  {{"app", "shop"}, {"source", "call_lists"}}),
            1'700'000'000);
  EXPECT_EQ(gauge(metrics, "agora_exporter_last_success_timestamp_seconds",
                  {{"app", "shop"}, {"endpoint", "call_lists"}}),
            1'700'000'000.25);
  EXPECT_EQ(gauge(metrics, "agora_exporter_replay_lag_seconds", {}), 1800);
  EXPECT_EQ(counter(metrics, "agora_exporter_journal_damaged_records_total", {}), 3);
}

TEST(Metrics, WhatIsNotKnownIsAbsent) {
  Metrics metrics("1.0", Seconds{900});
  const Labels pace{{"account", "prod"}, {"endpoint", "call_metrics"}}, advised{{"account", "prod"}};
  metrics.pace("prod", Endpoint::call_metrics, std::nullopt);
  EXPECT_TRUE(std::isnan(gauge(metrics, "agora_exporter_quota_pace_ratio", pace)));
  metrics.pace("prod", Endpoint::call_metrics, 1.25);
  metrics.advised_lag("prod", std::numeric_limits<double>::infinity());
  EXPECT_EQ(gauge(metrics, "agora_exporter_quota_pace_ratio", pace), 1.25);
  EXPECT_EQ(gauge(metrics, "agora_exporter_advised_lag_seconds", advised),
            std::numeric_limits<double>::infinity());
  metrics.pace("prod", Endpoint::call_metrics, std::nullopt);
  metrics.advised_lag("prod", std::nullopt);
  EXPECT_TRUE(std::isnan(gauge(metrics, "agora_exporter_quota_pace_ratio", pace)));
  EXPECT_TRUE(std::isnan(gauge(metrics, "agora_exporter_advised_lag_seconds", advised)));
}

TEST(Metrics, MissedDeadlinesCountFromZero) {
  Metrics metrics("1.0", Seconds{900});
  metrics.app("shop");
  const Labels of_points{{"app", "shop"}, {"endpoint", "call_metrics"}},
      of_lists{{"app", "shop"}, {"endpoint", "call_lists"}};
  EXPECT_EQ(counter(metrics, "agora_exporter_deadlines_missed_total", of_points), 0);
  metrics.deadline_missed("shop", Endpoint::call_metrics);
  EXPECT_EQ(counter(metrics, "agora_exporter_deadlines_missed_total", of_points), 1);
  EXPECT_EQ(counter(metrics, "agora_exporter_deadlines_missed_total", of_lists), 0);
}

TEST(Metrics, TheNewestProbabilityIsShown) {
  Metrics metrics("1.0", Seconds{900});
  metrics.sampling("shop", "call", 1);
  metrics.sampling("shop", "call", 0.25);
  metrics.sampling("shop", "session", 0.5);
  EXPECT_EQ(gauge(metrics, "agora_exporter_sampling_probability", {{"app", "shop"}, {"stage", "call"}}),
            0.25);
  EXPECT_EQ(gauge(metrics, "agora_exporter_sampling_probability", {{"app", "shop"}, {"stage", "session"}}),
            0.5);
}

TEST(Metrics, SeriesAreSorted) {
  Metrics metrics("1.0", Seconds{900});
  for (const char* app : {"m", "z", "a", "k", "b"}) metrics.up("prod", app, true);
  const auto families = metrics.collect();
  std::vector<std::string> apps;
  for (const auto& metric : family(families, "agora_up").metric) {
    for (const auto& label : metric.label) {
      if (label.name == "app") apps.push_back(label.value);
    }
  }
  EXPECT_THAT(apps, testing::ElementsAre("a", "b", "k", "m", "z"));
}

TEST(Metrics, ProcessFamiliesHaveTheirSeries) {
  const Metrics metrics("1.0", Seconds{900});
  EXPECT_GT(gauge(metrics, "process_resident_memory_bytes", {}), 1'000'000);
  EXPECT_GE(counter(metrics, "process_cpu_seconds_total", {}), 0);
}

}  // namespace
}  // namespace agora_exporter::report
