// A configuration and the simulated API for tests of the collector alone.
#pragma once

#include <stdexcept>
#include <string>

#include "agora_exporter/collector/collector.h"
#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::collector {

inline constexpr std::int64_t kNoon = 1772409600 + 43'200;  // 2026-03-02 12:00 UTC

inline config::Config test_config(const std::string& base_url, const std::string& plan,
                                  const std::string& app_keys = "") {
  std::string yaml = "accounts:\n  - name: production\n    base_url: " + base_url +
                     "\n    customer_id: " + std::string(simulator::kDefaultCustomerId) +
                     "\n    customer_secret: " + std::string(simulator::kDefaultCustomerSecret) +
                     "\n    plan: " + plan +
                     "\n    apps:\n      - app_id: " + std::string(simulator::kDefaultAppId) +
                     "\n        name: my-app\n" + app_keys + "storage: { path: state }\n";
  config::LoadResult loaded = config::load_text(yaml, "test.yaml");
  if (!loaded.config) throw std::runtime_error(loaded.errors.front().text());
  return *loaded.config;
}

inline simulator::SimulatorOptions test_world(const std::string& plan, int calls_per_day) {
  simulator::SimulatorOptions options = simulator::default_options(plan);
  options.world.apps[0].calls_per_day = calls_per_day;
  return options;
}

// Every request meets it.
inline simulator::FaultRule always(simulator::FaultKind kind) {
  simulator::FaultRule rule;
  rule.kind = kind;
  rule.rate = 1;
  return rule;
}

}  // namespace agora_exporter::collector
