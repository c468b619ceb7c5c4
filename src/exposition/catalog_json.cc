#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/plans.h"
#include "agora_exporter/exposition/catalog_docs.h"
#include "exposition/json_writer.h"
#include "exposition/sections.h"

namespace agora_exporter::exposition {
namespace {

void labels(JsonWriter& json, std::string_view comma_separated) {
  json.key("labels");
  json.open('[');
  while (!comma_separated.empty()) {
    const auto label = comma_separated.substr(0, comma_separated.find(','));
    json.string(label);
    comma_separated.remove_prefix(std::min(comma_separated.size(), label.size() + 1));
  }
  json.close(']');
}

void metrics(JsonWriter& json) {
  json.key("metrics");
  json.open('[');
  for (const Section& section : page_sections()) {
    for (const Family& family : section.families) {
      json.open('{');
      json.member("name", family.name);
      json.member("type", name_of(family.type));
      labels(json, family.labels);
      json.member("help", family.help);
      json.member("from", family.from);
      json.close('}');
    }
  }
  json.close(']');
}

void mids(JsonWriter& json) {
  json.key("mids");
  json.open('[');
  const auto& families = mid_families();
  for (std::size_t i = 0; i < families.size(); ++i) {
    const agora::Mid& mid = agora::mids()[i];
    json.open('{');
    json.member("mid", mid.id);
    json.member("metric", families[i].name);
    json.member("unit", mid.unit);
    json.member("scale", agora::factor_of(mid.scale, false));
    json.flag("about_remote_user", mid.about_remote_user);
    json.flag("in_specification", mid.in_specification);
    json.member("help", mid.help);
    json.close('}');
  }
  json.close(']');
}

void insight(JsonWriter& json) {
  using agora::Endpoint, agora::Granularity;
  json.key("insight");
  json.open('[');
  for (const auto source : {Endpoint::insight_usage, Endpoint::insight_quality}) {
    const auto metrics =
        source == Endpoint::insight_usage ? agora::usage_metrics() : agora::quality_metrics();
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      json.open('{');
      json.member("endpoint", name_of(source));
      json.member("metric", metrics[i].word);
      json.member("daily", insight_families(source, Granularity::day)[i].name);
      json.member("hourly", insight_families(source, Granularity::hour)[i].name);
      json.member("help", metrics[i].help);
      json.close('}');
    }
  }
  json.close(']');
}

void named(JsonWriter& json, std::string_view key, std::span<const agora::Named> rows) {
  json.key(key);
  json.open('[');
  for (const auto& row : rows) {
    json.open('{');
    json.member("id", row.id);
    json.member("description", row.description);
    json.close('}');
  }
  json.close(']');
}

void limits(JsonWriter& json, agora::Endpoint endpoint, const agora::Limits& of) {
  json.key(name_of(endpoint));
  json.open('{');
  // 0: no such limit
  json.member("per_second", of.per_second);
  json.member("per_minute", of.per_minute);
  json.member("per_day", of.per_day);
  json.member("look_back_seconds", static_cast<double>(of.look_back.count()));
  json.member("longest_window_seconds", static_cast<double>(of.longest_window.count()));
  json.member("delay_seconds", static_cast<double>(of.delay.count()));
  if (agora::is_insight(endpoint)) json.flag("hourly", of.hourly);
  json.close('}');
}

void plans(JsonWriter& json) {
  json.key("plans");
  json.open('{');
  for (const auto& plan : agora::plans()) {
    json.key(plan.name);
    json.open('{');
    for (const auto endpoint : agora::kEndpoints) limits(json, endpoint, plan.of(endpoint));
    json.close('}');
  }
  json.close('}');
}

}  // namespace

std::string catalog_json() {
  JsonWriter json;
  json.open('{');
  metrics(json);
  mids(json);
  insight(json);
  named(json, "experiences", agora::experiences());
  named(json, "factors", agora::factors());
  plans(json);
  json.close('}');
  return json.text() + "\n";
}

}  // namespace agora_exporter::exposition
