// One exporter of two accounts in virtual time, each with a simulated API of its own behind one Transport.
#pragma once

#include <array>
#include <memory>

#include "agora_exporter/collector/collector.h"
#include "agora_exporter/simulator/simulator.h"
#include "agora_exporter/simulator/transport.h"
#include "agora_exporter/storage/disk.h"

namespace agora_exporter::system_tests {

// Sends each request to the simulator that its base_url names.
class RoutingTransport final : public agora::Transport {
 public:
  RoutingTransport(simulator::Simulator& a, simulator::Simulator& b, ManualClock& clock);

  void send(agora::HttpRequest request) override;
  std::vector<agora::HttpAnswer> wait(WallTime until) override;
  void wake() override;

 private:
  ManualClock& clock_;
  std::array<simulator::SimulatedTransport, 2> to_;
  std::array<int, 2> under_way_{};
};

class TwoAccounts {
 public:
  static constexpr const char* kAppIds[] = {"a1b2c3d4e5f60718293a4b5c6d7e8f90",
                                            "b1b2c3d4e5f60718293a4b5c6d7e8f91"};
  static constexpr const char* kAccounts[] = {"first", "second"};
  static constexpr const char* kApps[] = {"app-first", "app-second"};

  explicit TwoAccounts(WallTime start);

  void run_until(WallTime t);
  void publish() { collector_->publish(); }
  std::shared_ptr<const timeline::World> world() const { return collector_->world(); }
  std::shared_ptr<const report::Report> report() const { return collector_->report(); }
  simulator::Simulator& simulator(std::size_t which) { return *simulators_[which]; }
  ManualClock& clock() { return clock_; }
  Seconds lag() const { return config_.replay_lag(); }

 private:
  ManualClock clock_;
  config::Config config_;
  std::array<std::unique_ptr<simulator::Simulator>, 2> simulators_;
  std::unique_ptr<storage::Disk> disk_;
  RoutingTransport transport_;
  std::unique_ptr<collector::Collector> collector_;
};

}  // namespace agora_exporter::system_tests
