#include <re2/re2.h>

#include <algorithm>
#include <array>

#include "agora_exporter/agora/catalog.h"
#include "config/loader.h"

namespace agora_exporter::config {
namespace {

constexpr std::array<std::string_view, 6> kKeys{"app_id", "name", "weight", "usage", "quality", "calls"};
constexpr std::array<std::string_view, 3> kUsageKeys{"enabled", "metrics", "granularity"};
constexpr std::array<std::string_view, 4> kQualityKeys{"enabled", "metrics", "products", "granularity"};
constexpr std::array<std::string_view, 3> kCallKeys{"enabled", "server_users", "channels"};
constexpr std::array<std::string_view, 3> kChannelKeys{"include", "exclude", "always"};
constexpr std::uint64_t kMostWeight = 1'000'000;

void refuse_empty(const Section& section, std::string_view key) {
  section.problem(key, section.name_of(key) + " is empty", "leave it out, or write enabled: false");
}

void read_granularity(const Section& section, std::vector<agora::Granularity>& granularity) {
  const std::array<std::string_view, 2> known{agora::name_of(agora::Granularity::day),
                                              agora::name_of(agora::Granularity::hour)};
  std::vector<std::string> words;
  if (!section.read_words("granularity", words, known)) return;
  if (words.empty()) return refuse_empty(section, "granularity");
  granularity.clear();
  for (const std::string& word : words) {
    granularity.push_back(word == known[0] ? agora::Granularity::day : agora::Granularity::hour);
  }
}

void read_metrics(const Section& section, std::span<const agora::InsightMetric> catalog,
                  std::vector<std::string>& metrics) {
  std::vector<std::string_view> words;
  for (const agora::InsightMetric& metric : catalog) words.push_back(metric.word);
  section.read_words("metrics", metrics, words);
  if (metrics.empty()) metrics.assign(words.begin(), words.end());  // [] = all
}

void read_regexes(const Section& section, std::string_view key, std::vector<std::string>& regexes,
                  std::vector<Problem>& errors) {
  std::vector<Item> items;
  if (!section.read_list(key, items)) return;
  regexes.clear();
  RE2::Options options;
  options.set_log_errors(false);
  for (const Item& item : items) {
    const RE2 regex(item.text, options);
    if (!regex.ok()) {
      errors.push_back({item.place,
                        "\"" + item.text + "\" in " + section.name_of(key) +
                            " is not a regular expression: " + regex.error(),
                        "RE2 syntax"});
    }
    regexes.push_back(item.text);
  }
}

void read_calls(const Section& app_section, App& app, AppPlaces& places, std::vector<Problem>& errors) {
  const Section calls(app_section.map("calls"), app_section.name_of("calls"), kCallKeys, errors);
  calls.read("enabled", app.calls);
  calls.read("server_users", app.server_users);
  const Section channels(calls.map("channels"), calls.name_of("channels"), kChannelKeys, errors);
  read_regexes(channels, "include", app.channels.include, errors);
  read_regexes(channels, "exclude", app.channels.exclude, errors);
  if (app.channels.include.empty()) refuse_empty(channels, "include");
  read_regexes(channels, "always", app.channels.always, errors);
  places.always = channels.place("always");
}

}  // namespace

void read_app(const Node& node, const std::string& name, App& app, AppPlaces& places,
              std::vector<Problem>& errors) {
  const Section section(&node, name, kKeys, errors);
  places.app = node.place;
  if (node.kind != Node::Kind::map) return;
  if (!section.has("app_id")) {
    section.problem("", name + " has no app_id", "it is shown in the vendor's console");
  } else if (section.is_scalar("app_id")) {
    section.read("app_id", app.app_id);
    check_name(section, "app_id", app.app_id);
  } else {
    section.read("app_id", app.app_id);  // says what is wrong
  }
  app.name = app.app_id;
  section.read("name", app.name);
  if (section.has("name")) check_name(section, "name", app.name);
  section.read_positive("weight", app.weight, kMostWeight);
  places.weight = section.place("weight");
  places.app_id = section.place("app_id");
  places.name = section.has("name") ? section.place("name") : places.app_id;

  const Section usage(section.map("usage"), section.name_of("usage"), kUsageKeys, errors);
  app.usage.granularity = {agora::Granularity::day};
  usage.read("enabled", app.usage.enabled);
  read_metrics(usage, agora::usage_metrics(), app.usage.metrics);
  read_granularity(usage, app.usage.granularity);
  places.usage_granularity = usage.place("granularity");

  const Section quality(section.map("quality"), section.name_of("quality"), kQualityKeys, errors);
  app.quality.granularity = {agora::Granularity::hour};
  app.quality.products.assign(std::begin(agora::kProducts), std::end(agora::kProducts));
  quality.read("enabled", app.quality.enabled);
  read_metrics(quality, agora::quality_metrics(), app.quality.metrics);
  quality.read_words("products", app.quality.products, agora::kProducts);
  if (app.quality.products.empty()) refuse_empty(quality, "products");
  read_granularity(quality, app.quality.granularity);
  places.quality_granularity = quality.has("granularity") ? quality.place("granularity") : node.place;

  read_calls(section, app, places, errors);
}

}  // namespace agora_exporter::config
