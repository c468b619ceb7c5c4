#include "system/two_accounts.h"

#include <stdexcept>

namespace agora_exporter::system_tests {
namespace {

// While both have something under way, the clock moves by so much: what is answered in between comes so late.
constexpr Millis kStep{10};

config::Config two_accounts() {
  std::string yaml = "accounts:\n";
  for (std::size_t i = 0; i < 2; ++i) {
    yaml += "  - name: " + std::string(TwoAccounts::kAccounts[i]) +
            "\n    base_url: http://127.0.0.1:" + std::to_string(1 + i) +
            "\n    customer_id: " + std::string(simulator::kDefaultCustomerId) +
            "\n    customer_secret: " + std::string(simulator::kDefaultCustomerSecret) +
            "\n    plan: enterprise\n    apps:\n      - app_id: " + TwoAccounts::kAppIds[i] +
            "\n        name: " + TwoAccounts::kApps[i] +
            "\n        usage: { enabled: false }\n        quality: { enabled: false }\n";
  }
  config::LoadResult loaded = config::load_text(yaml, "two.yaml");
  if (!loaded.config) throw std::runtime_error(loaded.errors.front().text());
  return *loaded.config;
}

std::unique_ptr<simulator::Simulator> make_simulator(std::size_t which) {
  simulator::SimulatorOptions options = simulator::default_options("enterprise");
  options.world.seed = 11 + which;
  options.world.apps = {{TwoAccounts::kAppIds[which], 300}};
  options.world.daily_rhythm = false;
  options.world.max_users = 12;
  return std::make_unique<simulator::Simulator>(std::move(options));
}

}  // namespace

RoutingTransport::RoutingTransport(simulator::Simulator& a, simulator::Simulator& b, ManualClock& clock)
    : clock_(clock), to_{simulator::SimulatedTransport{a, clock}, simulator::SimulatedTransport{b, clock}} {}

void RoutingTransport::send(agora::HttpRequest request) {
  const std::size_t which = request.base_url.ends_with('1') ? 0 : 1;
  ++under_way_[which];
  to_[which].send(std::move(request));
}

std::vector<agora::HttpAnswer> RoutingTransport::wait(WallTime until) {
  std::vector<agora::HttpAnswer> answers;
  const auto take = [&](std::size_t which, WallTime t) {
    for (agora::HttpAnswer& answer : to_[which].wait(t)) {
      --under_way_[which];
      answers.push_back(std::move(answer));
    }
  };
  while (answers.empty() && clock_.now() < until && under_way_[0] > 0 && under_way_[1] > 0) {
    const WallTime t = std::min(until, clock_.now() + kStep);
    take(0, t);
    take(1, t);
  }
  if (answers.empty()) take(under_way_[1] > 0 ? 1 : 0, until);
  return answers;
}

void RoutingTransport::wake() {
  for (simulator::SimulatedTransport& transport : to_) transport.wake();
}

TwoAccounts::TwoAccounts(WallTime start)
    : clock_(start),
      config_(two_accounts()),
      simulators_{make_simulator(0), make_simulator(1)},
      disk_(storage::make_memory_disk()),
      transport_(*simulators_[0], *simulators_[1], clock_) {
  collector::Options options;
  options.config = config_;
  options.version = "test";
  options.assume_fresh = true;
  options.publish_every_second = false;
  auto opened = collector::Collector::open(std::move(options), {clock_, transport_, *disk_, null_log()});
  if (!opened) throw std::runtime_error(opened.error().text());
  collector_ = std::move(*opened);
}

void TwoAccounts::run_until(WallTime t) {
  while (clock_.now() < t) collector_->step(t);
}

}  // namespace agora_exporter::system_tests
