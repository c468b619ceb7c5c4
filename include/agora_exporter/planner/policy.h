// What is wanted: the planner's view of the configuration. Constant while the planner runs.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/plans.h"
#include "agora_exporter/agora/request.h"
#include "agora_exporter/quota/meter.h"

namespace agora_exporter::planner {

// One insight series to collect.
struct RowKey {
  agora::Endpoint source = agora::Endpoint::insight_usage;
  agora::Granularity granularity = agora::Granularity::day;
  std::string metric;
  std::string product;  // empty for usage
  friend auto operator<=>(const RowKey&, const RowKey&) = default;
};
struct RowPolicy {
  RowKey key;
  Seconds lag{};  // L
};

// Which calls are never left to chance.
struct Certain {
  std::set<std::string> channels;  // pinned, by name
  double users = 200;              // calls with so many at once, where the server tells
  std::function<bool(const std::string& channel)> pinned{};  // more of them; empty = none

  bool pins(const std::string& channel) const {
    return channels.contains(channel) || (pinned && pinned(channel));
  }
  bool holds(const agora::CallEntry& entry) const {
    return pins(entry.channel) || (entry.peak_users && *entry.peak_users >= users);
  }
};

struct AppPolicy {
  std::string app_id;
  std::string name;
  bool calls = true;
  double weight = 1;  // of its share of the account's requests
  bool server_users = false;
  std::function<bool(const std::string& channel)> wanted;  // empty = every channel
  Certain certain;
  std::vector<RowPolicy> rows;
};

struct AccountPolicy {
  std::string name;
  agora::Plan plan;
  bool quota_per_app = false;
  std::vector<AppPolicy> apps;

  quota::ScopeKey scope_of(const AppPolicy& app) const {
    return {name, quota_per_app ? app.app_id : std::string{}};
  }
};

// What is followed where the budget does not carry all: a sample that stands for the whole, or as much
// session time as can be had.
enum class Objective { representative, coverage };

struct Policy {
  std::vector<AccountPolicy> accounts;
  Objective objective = Objective::representative;
  int max_sids_per_call = 200;
  Seconds lag{};  // replay lag: an instant t of the world must be in hand at t + lag
};

}  // namespace agora_exporter::planner
