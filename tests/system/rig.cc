#include "system/rig.h"

#include <optional>
#include <stdexcept>

namespace agora_exporter::system_tests {
namespace {

simulator::SimulatorOptions simulator_options(const RigOptions& options) {
  simulator::SimulatorOptions made = simulator::default_options(options.plan);
  made.world = options.world;
  made.world.seed = options.seed;
  made.readings = options.readings;
  made.faults = options.faults;
  return made;
}

std::string insight_yaml(const std::string& key, bool enabled,
                         const std::vector<agora::Granularity>& granularity) {
  if (!enabled) return "        " + key + ": { enabled: false }\n";
  std::string list;
  for (const agora::Granularity each : granularity)
    list += (list.empty() ? "" : ", ") + std::string(agora::name_of(each));
  return "        " + key + ": { granularity: [" + list + "] }\n";
}

std::string units_yaml(const simulator::Readings& readings) {
  const bool fraction = readings.percent == simulator::PercentAs::fraction;
  const bool seconds = readings.duration == simulator::DurationIn::seconds;
  return std::string("    units: { percent: ") + (fraction ? "fraction" : "percent") +
         ", duration: " + (seconds ? "seconds" : "minutes") + " }\n";
}

std::string yaml(const RigOptions& options) {
  std::string text = "accounts:\n  - name: production\n    base_url: http://127.0.0.1:1\n";
  text += "    customer_id: " + std::string(simulator::kDefaultCustomerId) + "\n";
  text += "    customer_secret: " + std::string(simulator::kDefaultCustomerSecret) + "\n";
  text += "    plan: " + options.plan + "\n";
  if (options.readings.quota == simulator::QuotaOf::app) text += "    quota_scope: app\n";
  text += units_yaml(options.readings);
  text += "    apps:\n";
  int number = 0;
  for (const simulator::AppVolume& app : options.world.apps) {
    text += "      - app_id: " + app.app_id + "\n        name: app" + std::to_string(number++) + "\n";
    text += insight_yaml("usage", options.insight, options.usage);
    text += insight_yaml("quality", options.insight, options.quality);
    text += std::string("        calls: { enabled: ") + (options.calls ? "true" : "false") +
            (options.calls_yaml.empty() ? "" : ", " + options.calls_yaml) + " }\n";
  }
  return text + options.yaml_tail;
}

// Tells of each request before it is sent.
class OverheardTransport final : public agora::Transport {
 public:
  OverheardTransport(std::unique_ptr<agora::Transport> inner,
                     std::function<void(const agora::HttpRequest&)> listener)
      : inner_(std::move(inner)), listener_(std::move(listener)) {}

  void send(agora::HttpRequest request) override {
    listener_(request);
    inner_->send(std::move(request));
  }
  std::vector<agora::HttpAnswer> wait(WallTime until) override { return inner_->wait(until); }
  void wake() override { inner_->wake(); }

 private:
  std::unique_ptr<agora::Transport> inner_;
  std::function<void(const agora::HttpRequest&)> listener_;
};

config::Config load(const RigOptions& options) {
  config::LoadResult loaded = config::load_text(yaml(options), "rig.yaml");
  if (!loaded.config) throw std::runtime_error(loaded.errors.front().text());
  return *loaded.config;
}

}  // namespace

Rig::Rig(RigOptions options, storage::Disk* disk)
    : options_(std::move(options)),
      clock_(options_.start),
      simulator_(simulator_options(options_)),
      config_(load(options_)),
      own_disk_(disk ? nullptr : storage::make_memory_disk()),
      disk_(disk ? disk : own_disk_.get()) {
  transport_options_.seed = options_.seed;
  open();
}

void Rig::open() {
  transport_ = std::make_unique<simulator::SimulatedTransport>(simulator_, clock_, transport_options_);
  if (options_.on_request)
    transport_ = std::make_unique<OverheardTransport>(std::move(transport_), options_.on_request);
  collector::Options options;
  options.config = config_;
  options.version = "test";
  options.assume_fresh = options_.assume_fresh;
  options.publish_every_second = false;
  auto opened = collector::Collector::open(std::move(options), {clock_, *transport_, *disk_, null_log()});
  if (!opened) throw std::runtime_error(opened.error().text());
  collector_ = std::move(*opened);
}

Result<void> Rig::reload(const config::Config& config) {
  std::optional<Result<void>> how;
  collector_->reload(config, [&](const Result<void>& told) { how = told; });
  while (!how) collector_->step(clock_.now() + Seconds{1});
  if (*how) config_ = config;
  return *how;
}

void Rig::restart() {
  collector_.reset();
  transport_.reset();
  open();
}

void Rig::restart(storage::Disk& disk) {
  collector_.reset();
  transport_.reset();
  disk_ = &disk;
  open();
}

void Rig::run_until(WallTime t) {
  while (clock_.now() < t) collector_->step(t);
}

std::shared_ptr<const timeline::World> Rig::world() {
  collector_->publish();
  return collector_->world();
}

std::shared_ptr<const report::Report> Rig::report() {
  collector_->publish();
  return collector_->report();
}

bool Rig::ready() { return report()->status.ready; }

}  // namespace agora_exporter::system_tests
