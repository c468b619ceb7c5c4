#include "system/insight_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <tuple>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/decode.h"
#include "agora_exporter/quota/arithmetic.h"
#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

using agora::Endpoint;
using agora::Granularity;
using timeline::InsightSeries;

simulator::SimulatorOptions plain_and_unlimited(simulator::SimulatorOptions options) {
  simulator::Readings plain;
  plain.day_start = options.readings.day_start;
  plain.duration = options.readings.duration;
  options.readings = plain;
  options.faults = {};
  for (const Endpoint endpoint : {Endpoint::insight_usage, Endpoint::insight_quality}) {
    agora::Limits& limits = options.plan.of(endpoint);
    limits.per_second = limits.per_minute = limits.per_day = 0;
    limits.look_back = 30 * kDay;
  }
  return options;
}

Seconds length_of(Granularity granularity) {
  return granularity == Granularity::hour ? Seconds{3'600} : kDay;
}

// "join_success_ratio" of "joinSuccessRate"
std::string family_of(const InsightSeries& series) {
  const bool usage = series.source == Endpoint::insight_usage;
  for (const agora::InsightMetric& metric : usage ? agora::usage_metrics() : agora::quality_metrics())
    if (metric.word == series.metric)
      return std::string("agora_insight_") +
             (series.granularity == Granularity::hour ? "hourly_" : "daily_") + std::string(metric.family);
  return "";
}

// The value in the text of the page.
const double* sample_of(const text_format::Page& page, const InsightSeries& series) {
  text_format::Labels labels{{"app", "app0"}};
  if (series.source == Endpoint::insight_quality) labels["product"] = series.product;
  return page.find(family_of(series), labels);
}

// Of the first app.
std::size_t samples_of_insight(const text_format::Page& page) {
  return static_cast<std::size_t>(std::count_if(page.samples.begin(), page.samples.end(), [](const auto& s) {
    const auto& [name, labels] = s.first;
    const bool insight =
        name.starts_with("agora_insight_daily_") || name.starts_with("agora_insight_hourly_");
    return insight && labels.at("app") == "app0";
  }));
}

}  // namespace

InsightOracle::InsightOracle(const simulator::SimulatorOptions& like)
    : simulator_(plain_and_unlimited(like)), app_id_(like.world.apps[0].app_id) {}

std::optional<double> InsightOracle::last_word(const InsightSeries& series) {
  const agora::Frame frame{series.bucket, series.bucket + kDay - Seconds{1}};
  agora::Request request{app_id_, agora::UsageQuery{frame, series.metric, series.granularity}};
  if (!series.product.empty())
    request.query = agora::QualityQuery{frame, series.metric, series.granularity, series.product};
  const simulator::ApiAnswer said =
      simulator_.handle({"GET", agora::target_of(request), simulator_.options().credentials},
                        to_wall(series.bucket + 10 * kDay));
  agora::HttpAnswer answer;
  answer.status = said.status;
  answer.body = said.body;
  const agora::Decoded decoded = agora::decode(request, answer);
  const auto* row = std::get_if<agora::InsightRow>(&decoded.body);
  if (!row) throw std::runtime_error("the oracle was refused: " + said.body);
  for (const agora::Bucket& bucket : row->buckets)
    if (bucket.ts == series.bucket) return bucket.value;
  throw std::runtime_error("the oracle does not know " + to_iso(series.bucket));
}

std::vector<InsightSeries> due_rows(const RigOptions& options, const agora::Plan& plan, WorldTime now) {
  std::vector<InsightSeries> rows;
  const auto add = [&](Endpoint source, const std::vector<Granularity>& granularities, auto metrics,
                       const std::vector<std::string>& products) {
    const int each = static_cast<int>(metrics.size() * products.size() * options.world.apps.size());
    quota::InsightRows sum;
    for (const Granularity granularity : granularities)
      (granularity == Granularity::day ? sum.daily : sum.hourly) += each;
    for (const Granularity granularity : granularities) {
      const WorldTime at = now - quota::insight_lag(plan.of(source), granularity, sum);
      const bool at_16 = options.readings.day_start == simulator::DayStart::utc_16;
      const Seconds phase{granularity == Granularity::day && at_16 ? 57'600 : 0};
      const WorldTime bucket = at - (at.time_since_epoch() - phase) % length_of(granularity);
      const double minutes = options.readings.duration == simulator::DurationIn::minutes ? 60. : 1.;
      for (const agora::InsightMetric& metric : metrics)
        for (const std::string& product : products)
          rows.push_back({source, granularity, std::string(metric.word), product, bucket,
                          metric.duration ? minutes : 1.});
    }
  };
  add(Endpoint::insight_usage, options.usage, agora::usage_metrics(), {""});
  add(Endpoint::insight_quality, options.quality, agora::quality_metrics(),
      {std::begin(agora::kProducts), std::end(agora::kProducts)});
  return rows;
}

std::size_t expect_insight_at_its_lag(Rig& rig, InsightOracle& oracle) {
  const auto key = [](const InsightSeries& s) {
    return std::tuple{s.source, s.granularity, s.metric, s.product};
  };
  const auto world = rig.world();
  const text_format::Page page = page_of(*world, *rig.report());
  std::map<decltype(key(InsightSeries{})), InsightSeries> shown;
  for (const InsightSeries& series : world->apps[0].insight) shown[key(series)] = series;
  std::size_t compared = 0;
  for (const InsightSeries& due :
       due_rows(rig.options(), rig.simulator().options().plan, world->at + rig.lag())) {
    SCOPED_TRACE(family_of(due) + " " + due.product + " of " + to_iso(due.bucket) + " at " +
                 to_iso(rig.clock().now()));
    const auto said = oracle.last_word(due);
    const auto found = shown.find(key(due));
    const double* sample = sample_of(page, due);
    EXPECT_EQ(found != shown.end(), said.has_value());
    EXPECT_EQ(sample != nullptr, said.has_value());
    if (!said || found == shown.end() || !sample) continue;
    const double value = *said * due.value;
    EXPECT_EQ(found->second.bucket, due.bucket);
    EXPECT_NEAR(found->second.value, value, 1e-9 * std::max(1.0, value));
    EXPECT_NEAR(*sample, value, 1e-9 * std::max(1.0, value));
    ++compared;
  }
  EXPECT_EQ(shown.size(), compared);
  EXPECT_EQ(samples_of_insight(page), compared);
  return compared;
}

}  // namespace agora_exporter::system_tests
