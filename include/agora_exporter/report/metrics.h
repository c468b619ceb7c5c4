// The exporter's own counters, gauges and histograms (design, last row of the table of metrics), in
// prometheus-cpp core.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/quota/meter.h"
#include "agora_exporter/report/families.h"
#include "agora_exporter/report/report.h"

namespace agora_exporter::report {

// Written by the collector's thread; collect() too. Families exist from the start, also without a series.
class Metrics {
 public:
  Metrics(const std::string& version, Seconds lag);
  ~Metrics();

  // Shows an app's counters at 0 before anything is counted, so that a first increment is seen by rate().
  void app(const std::string& app);

  void request(const std::string& account, agora::Endpoint endpoint, std::string_view result, Millis took);
  // A limit of 0 = none: it is not shown.
  void quota(const std::string& account, agora::Endpoint endpoint, quota::Window window, int limit, int used);
  // Nothing: not shown.
  void pace(const std::string& account, agora::Endpoint endpoint, std::optional<double> ratio);
  void advised_lag(const std::string& account, std::optional<double> seconds);
  void access(const std::string& account, agora::Endpoint endpoint, bool has);
  void up(const std::string& account, const std::string& app, bool is);
  void newest_data(const std::string& app, std::string_view source, WorldTime covered_to);
  void last_success(const std::string& app, agora::Endpoint endpoint, WallTime at);
  void call(const std::string& app, std::string_view outcome);  // followed | sampled_out | failed
  void sampling(const std::string& app, std::string_view stage, double probability);  // call | session
  void deadline_missed(const std::string& app, agora::Endpoint endpoint);
  void list_truncated(const std::string& app);
  void journal_damaged(std::uint64_t records);
  void replay_lag(Seconds lag);
  // A configuration was read, or refused. The time of the last success stays.
  void reloaded(bool successful, WallTime at);
  // Series of other accounts and apps are not shown; what they counted stays, should they come back. Gauges
  // that the next values do not set again are gone.
  void only(std::set<std::string> accounts, std::set<std::string> apps);

  // What stands now, in the order of own_families(), with process_* (read from /proc/self).
  std::vector<prometheus::MetricFamily> collect() const;

 private:
  struct Families;
  bool is_shown(const prometheus::ClientMetric& metric) const;

  std::unique_ptr<Families> families_;
  std::optional<std::set<std::string>> accounts_, apps_;  // none: all are shown
};

}  // namespace agora_exporter::report
