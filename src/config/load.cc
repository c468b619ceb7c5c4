#include <algorithm>
#include <array>
#include <limits>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/quota/arithmetic.h"
#include "config/file.h"
#include "config/loader.h"
#include "config/values.h"

namespace agora_exporter::config {
namespace {

constexpr std::array<std::string_view, 5> kKeys{"accounts", "replay", "planner", "exposition", "storage"};
constexpr std::array<std::string_view, 2> kReplayKeys{"lag", "insight_lag"};
constexpr std::array<std::string_view, 2> kPlannerKeys{"objective", "max_sids_per_call"};
constexpr std::array<std::string_view, 2> kObjectives{"representative", "coverage"};
constexpr std::array<std::string_view, 3> kExpositionKeys{"sessions", "mids", "max_series"};
constexpr std::array<std::string_view, 3> kStorageKeys{"path", "retention", "max_size"};
constexpr std::uint64_t kLeastStorage = 16u << 20;  // files roll at an eighth of it
constexpr std::size_t kLargestFile = 4u << 20;

// "auto" or a duration.
void read_lag(const Section& section, std::string_view key, std::optional<Seconds>& lag) {
  std::string text;
  if (!section.is_scalar(key)) {
    Seconds unused{};
    section.read_duration(key, unused, Seconds{0}, kDay);
    return;
  }
  section.read(key, text);
  if (text == "auto") return;
  Seconds value{0};
  const std::size_t before = section.problems();
  section.read_duration(key, value, Seconds{60}, 60 * kDay);
  if (section.problems() == before) lag = value;
}

// The id that a number outside the catalog was most likely meant to be: one with the same digits but one, or
// swapped.
std::string mid_meant(const std::string& text) {
  std::vector<std::string> ids;
  for (const agora::Mid& mid : agora::mids()) ids.push_back(std::to_string(mid.id));
  const std::vector<std::string_view> words(ids.begin(), ids.end());
  const std::string_view near = nearest(text, words);
  if (near.empty() || near.size() != text.size()) {
    return "a mid of the catalog, " + ids.front() + " to " + ids.back() + "; see agora-exporter catalog";
  }
  return "did you mean " + std::string(near) + "? see agora-exporter catalog";
}

void read_mids(const Section& section, std::vector<std::uint32_t>& mids, std::vector<Problem>& errors) {
  std::vector<Item> items;
  if (!section.read_list("mids", items)) return;
  for (const Item& item : items) {
    const auto number = parse_number(item.text);
    const bool fits = number && *number <= std::numeric_limits<std::uint32_t>::max();
    if (fits && agora::mid_index(static_cast<std::uint32_t>(*number))) {
      mids.push_back(static_cast<std::uint32_t>(*number));
    } else {
      errors.push_back({item.place, "unknown mid \"" + item.text + "\" in " + section.name_of("mids"),
                        mid_meant(item.text)});
    }
  }
}

void read_rest(const Section& top, Loaded& loaded, std::vector<Problem>& errors) {
  Config& config = loaded.config;
  const Section replay(top.map("replay"), "replay", kReplayKeys, errors);
  read_lag(replay, "lag", config.lag);
  read_lag(replay, "insight_lag", config.insight_lag);
  loaded.lag = replay.place("lag");
  loaded.insight_lag = replay.place("insight_lag");

  const Section planner(top.map("planner"), "planner", kPlannerKeys, errors);
  auto objective = static_cast<std::size_t>(config.objective);
  planner.read_choice("objective", objective, kObjectives);
  config.objective = static_cast<Objective>(objective);
  planner.read_number("max_sids_per_call", config.max_sids_per_call, 1, 100'000);
  loaded.max_sids_per_call = planner.place("max_sids_per_call");
  loaded.max_sids_given = planner.has("max_sids_per_call");

  const Section exposition(top.map("exposition"), "exposition", kExpositionKeys, errors);
  exposition.read("sessions", config.sessions);
  read_mids(exposition, config.mids, errors);
  std::uint64_t series = config.max_series;
  exposition.read_number("max_series", series, 1, 100'000'000);
  config.max_series = static_cast<std::size_t>(series);

  const Section storage(top.map("storage"), "storage", kStorageKeys, errors);
  storage.read("path", config.storage_path);
  if (config.storage_path.empty()) storage.problem("path", "storage.path is empty");
  storage.read_duration("retention", config.retention, Seconds{3'600}, 10 * 365 * kDay);
  storage.read_size("max_size", config.max_size, kLeastStorage);
}

Loaded read_tree(const Node& root, Problems& problems) {
  Loaded loaded;
  const Section top(&root, "", kKeys, problems.errors);
  if (root.kind != Node::Kind::map) return loaded;
  if (!top.has("accounts")) top.problem("", "the file has no accounts", "see exporter.yaml.example");
  const auto accounts = top.list("accounts");
  if (top.is_list("accounts") && accounts.empty()) {
    top.problem("accounts", "accounts is empty", "see exporter.yaml.example");
  }
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    Account account;
    AccountPlaces places;
    read_account(accounts[i], "accounts[" + std::to_string(i) + "]", account, places, problems.errors);
    loaded.config.accounts.push_back(std::move(account));
    loaded.accounts.push_back(std::move(places));
  }
  read_rest(top, loaded, problems.errors);
  return loaded;
}

}  // namespace

std::vector<Error> in_order(std::vector<Problem> problems, const std::string& file) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const Problem& a, const Problem& b) { return a.place < b.place; });
  std::vector<Error> errors;
  for (Problem& p : problems) {
    const std::string where =
        file + ":" + std::to_string(p.place.line) + ":" + std::to_string(p.place.column);
    errors.push_back({std::move(p.what), where, std::move(p.remedy)});
  }
  return errors;
}

Seconds Config::replay_lag() const {
  if (lag) return *lag;
  std::vector<agora::Plan> plans;
  for (const Account& account : accounts) plans.push_back(account.plan);
  return quota::automatic_lag(plans);
}

LoadResult load_text(const std::string& text, const std::string& name) {
  Problems problems;
  LoadResult result;
  const Node root = parse_yaml(text, problems.errors);
  // After a syntax error the rest would only be noise.
  if (problems.errors.empty() || root.kind == Node::Kind::map) {
    Loaded loaded = read_tree(root, problems);
    check_whole(loaded, problems);
    if (problems.errors.empty()) result.config = std::move(loaded.config);
  }
  result.errors = in_order(std::move(problems.errors), name);
  result.warnings = in_order(std::move(problems.warnings), name);
  return result;
}

LoadResult load_file(const std::string& path) {
  const auto text = read_file(path, kLargestFile, "the configuration");
  if (text) return load_text(*text, path);
  LoadResult result;
  result.errors.push_back(text.error());
  if (result.errors.back().remedy.empty()) result.errors.back().remedy = "name it with --config.file";
  return result;
}

}  // namespace agora_exporter::config
