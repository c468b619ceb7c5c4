#include "agora_exporter/report/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <utility>

#include "report/process.h"

namespace agora_exporter::report {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

// From an answer of a server next door to the 60 s after which a request is given up.
const prometheus::Histogram::BucketBoundaries kDurationBounds{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60};

template <class Builder>
auto& make(prometheus::Registry& registry, Builder builder, std::string_view name) {
  const OwnFamily& family = own_family(name);
  return builder.Name(std::string(family.name)).Help(std::string(family.help)).Register(registry);
}
prometheus::Family<prometheus::Gauge>& gauge(prometheus::Registry& registry, std::string_view name) {
  return make(registry, prometheus::BuildGauge(), name);
}
prometheus::Family<prometheus::Counter>& counter(prometheus::Registry& registry, std::string_view name) {
  return make(registry, prometheus::BuildCounter(), name);
}

std::string text(std::string_view view) { return std::string(view); }

// One process_* family; empty if the kernel did not say.
MetricFamily process_family(std::string_view name, std::optional<double> value) {
  const OwnFamily& own = own_family(name);
  MetricFamily family{text(own.name), text(own.help), own.type, {}};
  if (value) {
    ClientMetric metric;
    (own.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = *value;
    family.metric.push_back(std::move(metric));
  }
  return family;
}

std::vector<MetricFamily> process_families() {
  const ProcessSample sample = read_process();
  return {process_family("process_cpu_seconds_total", sample.cpu_seconds),
          process_family("process_resident_memory_bytes", sample.resident_bytes),
          process_family("process_virtual_memory_bytes", sample.virtual_bytes),
          process_family("process_open_fds", sample.open_fds),
          process_family("process_max_fds", sample.max_fds),
          process_family("process_start_time_seconds", sample.start_time),
          process_family("process_threads", sample.threads)};
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Gauge>& up = gauge(registry, "agora_up");
  prometheus::Family<prometheus::Gauge>& build_info = gauge(registry, "agora_exporter_build_info");
  prometheus::Family<prometheus::Gauge>& lag = gauge(registry, "agora_exporter_replay_lag_seconds");
  prometheus::Family<prometheus::Counter>& requests = counter(registry, "agora_exporter_api_requests_total");
  prometheus::Family<prometheus::Histogram>& durations =
      make(registry, prometheus::BuildHistogram(), "agora_exporter_api_request_duration_seconds");
  prometheus::Family<prometheus::Gauge>& quota_limit = gauge(registry, "agora_exporter_quota_limit");
  prometheus::Family<prometheus::Gauge>& quota_used = gauge(registry, "agora_exporter_quota_used");
  prometheus::Family<prometheus::Gauge>& pace = gauge(registry, "agora_exporter_quota_pace_ratio");
  prometheus::Family<prometheus::Gauge>& advised = gauge(registry, "agora_exporter_advised_lag_seconds");
  prometheus::Family<prometheus::Gauge>& access = gauge(registry, "agora_exporter_endpoint_access");
  prometheus::Family<prometheus::Gauge>& newest =
      gauge(registry, "agora_exporter_newest_data_timestamp_seconds");
  prometheus::Family<prometheus::Gauge>& success =
      gauge(registry, "agora_exporter_last_success_timestamp_seconds");
  prometheus::Family<prometheus::Counter>& calls = counter(registry, "agora_exporter_calls_total");
  prometheus::Family<prometheus::Gauge>& sampling = gauge(registry, "agora_exporter_sampling_probability");
  prometheus::Family<prometheus::Counter>& missed =
      counter(registry, "agora_exporter_deadlines_missed_total");
  prometheus::Family<prometheus::Counter>& truncated =
      counter(registry, "agora_exporter_lists_truncated_total");
  prometheus::Family<prometheus::Counter>& damaged =
      counter(registry, "agora_exporter_journal_damaged_records_total");
  prometheus::Family<prometheus::Gauge>& reload_successful =
      gauge(registry, "agora_exporter_config_last_reload_successful");
  prometheus::Family<prometheus::Gauge>& reload_success_time =
      gauge(registry, "agora_exporter_config_last_reload_success_timestamp_seconds");

  // A gauge that stands for a state and is set anew for each report.
  prometheus::Gauge& state(prometheus::Family<prometheus::Gauge>& family, const prometheus::Labels& labels) {
    prometheus::Gauge& gauge = family.Add(labels);
    states.emplace(&family, &gauge);
    return gauge;
  }
  void state_if(prometheus::Family<prometheus::Gauge>& family, const prometheus::Labels& labels,
                std::optional<double> value) {
    prometheus::Gauge& gauge = state(family, labels);
    if (value) {
      gauge.Set(*value);
    } else {
      states.erase({&family, &gauge});
      family.Remove(&gauge);
    }
  }
  void forget_states() {
    for (const auto& [family, gauge] : states) family->Remove(gauge);
    states.clear();
  }
  std::set<std::pair<prometheus::Family<prometheus::Gauge>*, prometheus::Gauge*>> states;
};

Metrics::Metrics(const std::string& version, Seconds lag) : families_(std::make_unique<Families>()) {
  families_->build_info.Add({{"version", version}}).Set(1);
  families_->damaged.Add({});
  replay_lag(lag);
}
Metrics::~Metrics() = default;

void Metrics::app(const std::string& app) {
  for (const char* outcome : {"followed", "sampled_out", "failed"}) {
    families_->calls.Add({{"app", app}, {"outcome", outcome}});
  }
  families_->truncated.Add({{"app", app}});
  for (const agora::Endpoint endpoint : agora::kEndpoints) {
    families_->missed.Add({{"app", app}, {"endpoint", text(name_of(endpoint))}});
  }
}

void Metrics::request(const std::string& account, agora::Endpoint endpoint, std::string_view result,
                      Millis took) {
  const std::string name = text(name_of(endpoint));
  families_->requests.Add({{"account", account}, {"endpoint", name}, {"result", text(result)}}).Increment();
  families_->durations.Add({{"account", account}, {"endpoint", name}}, kDurationBounds)
      .Observe(std::chrono::duration<double>(took).count());
}

void Metrics::quota(const std::string& account, agora::Endpoint endpoint, quota::Window window, int limit,
                    int used) {
  const prometheus::Labels labels{
      {"account", account}, {"endpoint", text(name_of(endpoint))}, {"window", text(quota::name_of(window))}};
  families_->state(families_->quota_used, labels).Set(used);
  families_->state_if(families_->quota_limit, labels,
                      limit > 0 ? std::optional<double>(limit) : std::nullopt);
}

void Metrics::pace(const std::string& account, agora::Endpoint endpoint, std::optional<double> ratio) {
  families_->state_if(families_->pace, {{"account", account}, {"endpoint", text(name_of(endpoint))}}, ratio);
}

void Metrics::advised_lag(const std::string& account, std::optional<double> seconds) {
  families_->state_if(families_->advised, {{"account", account}}, seconds);
}

void Metrics::access(const std::string& account, agora::Endpoint endpoint, bool has) {
  families_->state(families_->access, {{"account", account}, {"endpoint", text(name_of(endpoint))}})
      .Set(has ? 1 : 0);
}

void Metrics::up(const std::string& account, const std::string& app, bool is) {
  families_->state(families_->up, {{"account", account}, {"app", app}}).Set(is ? 1 : 0);
}

void Metrics::newest_data(const std::string& app, std::string_view source, WorldTime covered_to) {
  families_->state(families_->newest, {{"app", app}, {"source", text(source)}})
      .Set(static_cast<double>(unix_seconds(covered_to)));
}

void Metrics::last_success(const std::string& app, agora::Endpoint endpoint, WallTime at) {
  families_->success.Add({{"app", app}, {"endpoint", text(name_of(endpoint))}}).Set(unix_seconds(at));
}

void Metrics::call(const std::string& app, std::string_view outcome) {
  families_->calls.Add({{"app", app}, {"outcome", text(outcome)}}).Increment();
}

void Metrics::sampling(const std::string& app, std::string_view stage, double probability) {
  families_->sampling.Add({{"app", app}, {"stage", text(stage)}}).Set(probability);
}

void Metrics::deadline_missed(const std::string& app, agora::Endpoint endpoint) {
  families_->missed.Add({{"app", app}, {"endpoint", text(name_of(endpoint))}}).Increment();
}

void Metrics::list_truncated(const std::string& app) { families_->truncated.Add({{"app", app}}).Increment(); }

void Metrics::journal_damaged(std::uint64_t records) {
  families_->damaged.Add({}).Increment(static_cast<double>(records));
}

void Metrics::replay_lag(Seconds lag) { families_->lag.Add({}).Set(static_cast<double>(lag.count())); }

void Metrics::reloaded(bool successful, WallTime at) {
  families_->reload_successful.Add({}).Set(successful ? 1 : 0);
  if (successful) families_->reload_success_time.Add({}).Set(static_cast<double>(unix_seconds(at)));
}

void Metrics::only(std::set<std::string> accounts, std::set<std::string> apps) {
  families_->forget_states();
  accounts_ = std::move(accounts);
  apps_ = std::move(apps);
}

bool Metrics::is_shown(const ClientMetric& metric) const {
  return std::all_of(metric.label.begin(), metric.label.end(), [&](const ClientMetric::Label& label) {
    if (label.name == "account") return !accounts_ || accounts_->contains(label.value);
    if (label.name == "app") return !apps_ || apps_->contains(label.value);
    return true;
  });
}

std::vector<MetricFamily> Metrics::collect() const {
  std::map<std::string, MetricFamily, std::less<>> collected;
  for (auto& family : families_->registry.Collect()) collected[family.name] = std::move(family);
  for (auto& family : process_families()) collected[family.name] = std::move(family);

  std::vector<MetricFamily> families;
  families.reserve(own_families().size());
  for (const OwnFamily& own : own_families()) {
    // The registry leaves out a family that has no series yet.
    MetricFamily family{text(own.name), text(own.help), own.type, {}};
    if (const auto found = collected.find(own.name); found != collected.end()) {
      family.metric = std::move(found->second.metric);
      std::erase_if(family.metric, [this](const ClientMetric& metric) { return !is_shown(metric); });
    }
    // The registry keeps series in a hash map: sorted, the page is the same on every machine.
    std::sort(family.metric.begin(), family.metric.end(),
              [](const ClientMetric& a, const ClientMetric& b) { return a.label < b.label; });
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace agora_exporter::report
