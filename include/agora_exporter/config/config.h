// exporter.yaml -> Config, strictly: an unknown or duplicate key, a wrong type, a number YAML would read as
// octal, a bad duration, an unreadable secret or an app listed twice is refused with file, line and what was
// meant.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/agora/plans.h"
#include "agora_exporter/agora/transport.h"
#include "agora_exporter/base/result.h"

namespace agora_exporter::config {

// A secret given directly, or where to read it. Its text never appears in an error, a log or a page.
struct SecretSource {
  std::string value;  // direct
  std::string file;   // read again after a 401
  std::string env;
  // The secret; an Error names file or variable, never the content.
  Result<std::string> read() const;
  friend bool operator==(const SecretSource&, const SecretSource&) = default;
};

struct Channels {
  std::vector<std::string> include{".*"};  // RE2, whole match
  std::vector<std::string> exclude;
  std::vector<std::string> always;  // RE2, whole match: followed whatever the budget
  friend bool operator==(const Channels&, const Channels&) = default;
};

struct InsightChoice {
  bool enabled = true;
  std::vector<std::string> metrics;   // resolved: never empty if enabled
  std::vector<std::string> products;  // quality only
  std::vector<agora::Granularity> granularity;
  friend bool operator==(const InsightChoice&, const InsightChoice&) = default;
};

struct App {
  std::string app_id;
  std::string name;  // unique over all accounts
  InsightChoice usage;
  InsightChoice quality;
  bool calls = true;
  bool server_users = false;
  Channels channels;
  double weight = 1;  // of its share of the account's requests
  friend bool operator==(const App&, const App&) = default;
};

struct Account {
  std::string name;
  std::string base_url = "https://api.agora.io";
  SecretSource customer_id;
  SecretSource customer_secret;
  agora::Plan plan;            // with the overrides of `limits` applied
  bool quota_per_app = false;  // quota_scope
  bool percent_is_fraction = false;
  bool duration_in_seconds = false;
  agora::HttpOptions http;
  bool allow_plaintext = false;
  std::vector<App> apps;
  friend bool operator==(const Account&, const Account&) = default;
};

// What is followed where the budget does not carry every call.
enum class Objective { representative, coverage };

struct Config {
  std::vector<Account> accounts;
  Objective objective = Objective::representative;
  std::uint64_t max_sids_per_call = 200;
  std::optional<Seconds> lag;          // nullopt = auto
  std::optional<Seconds> insight_lag;  // nullopt = auto
  bool sessions = true;
  std::vector<std::uint32_t> mids;
  std::size_t max_series = 100'000;
  std::string storage_path = "./data";
  Seconds retention{3 * kDay};
  std::uint64_t max_size = 2ull << 30;

  Seconds replay_lag() const;  // `lag`, or quota::automatic_lag of the plans
  friend bool operator==(const Config&, const Config&) = default;
};

// Every error found, in the order of the file.
struct LoadResult {
  std::optional<Config> config;  // only if there is no error
  std::vector<Error> errors;     // `where` is "file:line:column"
  std::vector<Error> warnings;
};
LoadResult load_file(const std::string& path);
LoadResult load_text(const std::string& text, const std::string& name);

// The sums of `check-config`: rows asked for, requests needed a day, share that can be had, groups and calls
// a day that fit, series at once and new series a day. Text for people.
std::string feasibility(const Config& config);

}  // namespace agora_exporter::config
