#include "exposition/insight.h"

#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <tuple>

#include "agora_exporter/agora/catalog.h"
#include "exposition/sorted.h"
#include "exposition/text.h"

namespace agora_exporter::exposition {
namespace {

using timeline::AppWorld;
using timeline::World;

// By BucketOutcome.
constexpr std::array<std::string_view, 3> kBucketOutcomes{"shown", "missed", "revised"};

auto lags_of(const AppWorld& app) {
  return sorted_by(app.insight_lags,
                   [](const timeline::InsightLag& l) { return std::tie(l.source, l.granularity); });
}
std::string_view source_word(agora::Endpoint source) {
  return source == agora::Endpoint::insight_usage ? "usage" : "quality";
}

void write_insight_values(const World& world, agora::Endpoint source, agora::Granularity granularity,
                          std::span<const agora::InsightMetric> metrics, Writer& writer) {
  const auto& families = insight_families(source, granularity);
  for (std::size_t i = 0; i < families.size(); ++i) {
    writer.head(families[i]);
    for (const AppWorld* app : apps_of(world)) {
      const auto by_product = [](const timeline::InsightSeries& s) { return std::tie(s.product); };
      for (const auto* series : sorted_by(app->insight, by_product)) {
        if (series->source != source || series->granularity != granularity ||
            series->metric != metrics[i].word || std::isnan(series->value)) {
          continue;
        }
        const auto labels = source == agora::Endpoint::insight_usage
                                ? label_block({{"app", app->app}})
                                : label_block({{"app", app->app}, {"product", series->product}});
        writer.line(families[i].name, labels, series->value);
      }
    }
  }
}

void write_buckets(const World& world, Writer& writer) {
  const Family& bucket = family(Fixed::insight_bucket);
  writer.head(bucket);
  for (const AppWorld* app : apps_of(world)) {
    const auto key = [](const timeline::InsightSeries& s) {
      return std::tie(s.source, s.granularity, s.metric, s.product);
    };
    for (const auto* s : sorted_by(app->insight, key)) {
      if (std::isnan(s->value)) continue;
      const auto labels = label_block({{"app", app->app},
                                       {"source", source_word(s->source)},
                                       {"granularity", name_of(s->granularity)},
                                       {"metric", s->metric},
                                       {"product", s->product}});
      writer.line(bucket.name, labels, static_cast<double>(unix_seconds(s->bucket)));
    }
  }
  const Family& lag = family(Fixed::insight_lag);
  writer.head(lag);
  for (const AppWorld* app : apps_of(world)) {
    for (const auto* l : lags_of(*app)) {
      const auto labels = label_block(
          {{"app", app->app}, {"source", source_word(l->source)}, {"granularity", name_of(l->granularity)}});
      writer.line(lag.name, labels, static_cast<double>(l->lag.count()));
    }
  }
}

}  // namespace

void write_insight(const World& world, Writer& writer) {
  using agora::Endpoint, agora::Granularity;
  for (const auto granularity : {Granularity::day, Granularity::hour}) {
    write_insight_values(world, Endpoint::insight_usage, granularity, agora::usage_metrics(), writer);
    write_insight_values(world, Endpoint::insight_quality, granularity, agora::quality_metrics(), writer);
  }
  write_buckets(world, writer);
}

void write_bucket_outcomes(const World& world, Writer& writer) {
  const Family& buckets = family(Fixed::insight_buckets);
  writer.head(buckets);
  for (const AppWorld* app : apps_of(world)) {
    for (const auto* l : lags_of(*app)) {
      for (std::size_t i = 0; i < kBucketOutcomes.size(); ++i) {
        const auto labels = label_block({{"app", app->app},
                                         {"source", source_word(l->source)},
                                         {"granularity", name_of(l->granularity)},
                                         {"outcome", kBucketOutcomes[i]}});
        writer.line(buckets.name, labels, static_cast<double>(l->buckets[i]));
      }
    }
  }
}

}  // namespace agora_exporter::exposition
