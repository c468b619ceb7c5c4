#include <array>
#include <fstream>
#include <span>

#include "agora_exporter/agora/plans.h"
#include "config/loader.h"
#include "config/values.h"

namespace agora_exporter::config {
namespace {

constexpr std::uint64_t kMostRequests = 10'000'000;
constexpr Seconds kYear = 366 * kDay;

constexpr std::array<std::string_view, 11> kKeys{"name",
                                                 "base_url",
                                                 "customer_id",
                                                 "customer_id_file",
                                                 "customer_id_env",
                                                 "customer_secret",
                                                 "customer_secret_file",
                                                 "customer_secret_env",
                                                 "plan",
                                                 "limits",
                                                 "quota_scope"};
constexpr std::array<std::string_view, 3> kMoreKeys{"units", "http", "apps"};
constexpr std::array<std::string_view, 6> kLimitKeys{"per_second", "per_minute", "per_day",
                                                     "look_back",  "delay",      "longest_window"};
constexpr std::array<std::string_view, 7> kInsightLimitKeys{
    "per_second", "per_minute", "per_day", "look_back", "delay", "longest_window", "hourly"};
constexpr std::array<std::string_view, 2> kUnitKeys{"percent", "duration"};
constexpr std::array<std::string_view, 4> kHttpKeys{"proxy", "ca_file", "timeout", "allow_plaintext"};

std::vector<std::string_view> account_keys() {
  std::vector<std::string_view> keys(kKeys.begin(), kKeys.end());
  keys.insert(keys.end(), kMoreKeys.begin(), kMoreKeys.end());
  return keys;
}

void read_count(const Section& section, std::string_view key, int& value) {
  std::uint64_t number = static_cast<std::uint64_t>(value);
  section.read_number(key, number, 1, kMostRequests);
  value = static_cast<int>(number);
}

void read_limits(const Section& account, agora::Plan& plan, std::vector<Problem>& errors) {
  std::array<std::string_view, agora::kEndpoints.size()> names;
  for (const agora::Endpoint e : agora::kEndpoints) names[static_cast<std::size_t>(e)] = agora::name_of(e);
  const Section limits(account.map("limits"), account.name_of("limits"), names, errors);
  for (const agora::Endpoint e : agora::kEndpoints) {
    const bool insight = agora::is_insight(e);
    const Section section(limits.map(agora::name_of(e)), limits.name_of(agora::name_of(e)),
                          insight ? std::span<const std::string_view>(kInsightLimitKeys) : kLimitKeys,
                          errors);
    agora::Limits& of = plan.of(e);
    read_count(section, "per_second", of.per_second);
    read_count(section, "per_minute", of.per_minute);
    read_count(section, "per_day", of.per_day);
    section.read_duration("look_back", of.look_back, Seconds{3'600}, kYear);
    section.read_duration("delay", of.delay, Seconds{0}, 30 * kDay);
    // An insight request fetches one day, or a second less; a call search at least a minute.
    section.read_duration("longest_window", of.longest_window, insight ? kDay - Seconds{1} : Seconds{60},
                          kYear);
    if (insight) section.read("hourly", of.hourly);
  }
}

void read_plan(const Section& section, agora::Plan& plan) {
  std::vector<std::string_view> names;
  std::size_t choice = 0;
  for (const agora::Plan& known : agora::plans()) {
    if (known.name == "standard") choice = names.size();
    names.push_back(known.name);
  }
  section.read_choice("plan", choice, names);
  plan = agora::plans()[choice];
}

void read_http(const Section& account, Account& value, std::vector<Problem>& errors) {
  const Section section(account.map("http"), account.name_of("http"), kHttpKeys, errors);
  section.read("proxy", value.http.proxy);
  section.read("ca_file", value.http.ca_file);
  section.read_duration("timeout", value.http.timeout, Seconds{1}, Seconds{600});
  section.read("allow_plaintext", value.allow_plaintext);
  if (!value.http.ca_file.empty() && !std::ifstream(value.http.ca_file)) {
    section.problem("ca_file", section.name_of("ca_file") + " cannot be read: " + value.http.ca_file);
  }
}

}  // namespace

void check_name(const Section& section, std::string_view key, const std::string& name) {
  if (name.empty() || name.size() > 128) {
    section.problem(key, section.name_of(key) + " must have 1 to 128 bytes");
    return;
  }
  for (const char c : name) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) continue;
    section.problem(key, section.name_of(key) + " must not hold control characters");
    return;
  }
}

void read_account(const Node& node, const std::string& name, Account& account, AccountPlaces& places,
                  std::vector<Problem>& errors) {
  const std::vector<std::string_view> keys = account_keys();
  const Section section(&node, name, keys, errors);
  if (node.kind != Node::Kind::map) return;
  account.name = "default";
  section.read("name", account.name);
  check_name(section, "name", account.name);
  places.name = section.place("name");
  places.plan = section.has("limits") ? section.place("limits") : section.place("plan");
  read_secret_source(section, "customer_id", account.customer_id);
  read_secret_source(section, "customer_secret", account.customer_secret);
  read_plan(section, account.plan);
  read_limits(section, account.plan, errors);
  read_http(section, account, errors);
  section.read("base_url", account.base_url);
  check_base_url(section, account.base_url, account.allow_plaintext);

  constexpr std::array<std::string_view, 2> kScopes{"account", "app"};
  std::size_t choice = 0;
  section.read_choice("quota_scope", choice, kScopes);
  account.quota_per_app = choice == 1;

  const Section units(section.map("units"), section.name_of("units"), kUnitKeys, errors);
  constexpr std::array<std::string_view, 2> kPercent{"percent", "fraction"};
  choice = 0;
  units.read_choice("percent", choice, kPercent);
  account.percent_is_fraction = choice == 1;
  constexpr std::array<std::string_view, 2> kDuration{"minutes", "seconds"};
  choice = 0;
  units.read_choice("duration", choice, kDuration);
  account.duration_in_seconds = choice == 1;

  if (!section.has("apps")) section.problem("", name + " has no apps", "add apps: with at least one app_id");
  const auto apps = section.list("apps");
  if (section.has("apps") && section.is_list("apps") && apps.empty()) {
    section.problem("apps", section.name_of("apps") + " is empty", "add at least one app_id");
  }
  for (std::size_t i = 0; i < apps.size(); ++i) {
    App app;
    AppPlaces app_places;
    read_app(apps[i], section.name_of("apps") + "[" + std::to_string(i) + "]", app, app_places, errors);
    account.apps.push_back(std::move(app));
    places.apps.push_back(app_places);
  }
}

}  // namespace agora_exporter::config
