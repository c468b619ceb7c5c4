// What is wanted: the planner's view of the configuration. Constant while the planner runs.
#pragma once

#include <functional>
#include <string>
#include <vector>

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

struct AppPolicy {
  std::string app_id;
  std::string name;
  bool calls = true;
  bool server_users = false;
  std::function<bool(const std::string& channel)> wanted;  // empty = every channel
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

struct Policy {
  std::vector<AccountPolicy> accounts;
  Seconds lag{};  // replay lag: an instant t of the world must be in hand at t + lag
};

}  // namespace agora_exporter::planner
