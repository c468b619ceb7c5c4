// The whole program in virtual time and one thread: the real collector over the simulated API.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/collector/collector.h"
#include "agora_exporter/simulator/simulator.h"
#include "agora_exporter/simulator/transport.h"
#include "agora_exporter/simulator/truth.h"

namespace agora_exporter::system_tests {

// 2026-03-02, a Monday, 00:00 UTC.
inline constexpr std::int64_t kMonday = 1772409600;

struct RigOptions {
  std::uint64_t seed = 1;
  std::string plan = "standard";
  simulator::WorldOptions world;
  simulator::Readings readings;
  simulator::Faults faults;
  WallTime start = wall_time(kMonday + 9 * 3600);
  bool assume_fresh = true;
  bool insight = true;
  std::vector<agora::Granularity> usage{agora::Granularity::day};
  std::vector<agora::Granularity> quality{agora::Granularity::hour};
  bool calls = true;
  std::string calls_yaml;  // more keys of every app's `calls`, such as "server_users: true"
  std::string yaml_tail;   // more of exporter.yaml
  std::function<void(const agora::HttpRequest&)> on_request;  // called as each leaves
};

class Rig {
 public:
  // `disk` null: one in memory of its own.
  explicit Rig(RigOptions options, storage::Disk* disk = nullptr);

  // Steps until the clock reads `t`.
  void run_until(WallTime t);
  // The world at this moment.
  std::shared_ptr<const timeline::World> world();
  std::shared_ptr<const report::Report> report();
  bool ready();

  // One step of the collector, until `t` at most.
  void step(WallTime t) { collector_->step(t); }

  // Hands the running collector another configuration and steps until it has said how that went.
  Result<void> reload(const config::Config& config);

  // Ends the collector as a crash does (nothing is closed in order) and opens another on the same folder.
  void restart();
  // The same on another disk, e.g. on what a crash left of the first. Throws where the folder cannot be
  // opened; may then be called again.
  void restart(storage::Disk& disk);

  const RigOptions& options() const { return options_; }
  simulator::Simulator& simulator() { return simulator_; }
  ManualClock& clock() { return clock_; }
  Seconds lag() const { return config_.replay_lag(); }
  const config::Config& config() const { return config_; }
  // For what exporter.yaml cannot say, e.g. a journal of a few kB; counts from the next restart() on.
  config::Config& config() { return config_; }
  simulator::TransportOptions& transport_options() { return transport_options_; }

 private:
  void open();

  RigOptions options_;
  ManualClock clock_;
  simulator::Simulator simulator_;
  config::Config config_;
  std::unique_ptr<storage::Disk> own_disk_;
  storage::Disk* disk_;
  simulator::TransportOptions transport_options_;
  std::unique_ptr<agora::Transport> transport_;
  std::unique_ptr<collector::Collector> collector_;
};

}  // namespace agora_exporter::system_tests
