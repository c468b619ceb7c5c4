// What the collector says of itself: its metrics, the status for the landing page, and the log lines that go
// with them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "agora_exporter/collector/collector.h"
#include "agora_exporter/report/metrics.h"
#include "collector/state.h"

namespace agora_exporter::collector {

class Reporting {
 public:
  // Call started() next; configured() after each change of the configuration.
  Reporting(const std::string& version, const State& state, const Clock& clock);

  void started(const State& state, Log& log);
  void configured(const State& state, Log& log);
  // How the reading of the files went, and how a change of the configuration.
  void read(bool successful, WallTime now) { metrics_.reloaded(successful, now); }
  void reloaded(const Result<void>& done, WallTime now, Log& log);
  // An answer of any kind, as it comes in.
  void answered(const std::string& account, const planner::AppPolicy& app, const agora::Facts& facts,
                WallTime now, Log& log);
  // An answer came when the page had passed what it was asked for.
  void missed(const planner::Ask& ask);
  // What a journaled answer taught, and by which probability what it told of first is followed.
  void learned(const std::string& app, const agora::Facts& facts, const planner::Learned& learned);
  void storage_failed(const Error& error, Log& log);
  void storage_works(Log& log);

  std::shared_ptr<const report::Report> make(const State& state, WallTime now, const std::string& next);

 private:
  struct Trouble {
    std::string error;        // in words; empty after a success
    std::uint64_t count = 0;  // in a row
  };
  void endpoint_values(const State& state, const planner::AccountPolicy& account, WallTime now);
  void app_values(const State& state, const planner::AccountPolicy& account, const planner::AppPolicy& app,
                  WallTime now);
  bool is_up(const State& state, const planner::AccountPolicy& account, const planner::AppPolicy& app,
             WallTime now) const;
  bool is_overdue(const State& state, const planner::AccountPolicy& account, const planner::AppPolicy& app,
                  WallTime now) const;
  void answers_again(const std::string& account, agora::Endpoint endpoint, const std::string& app, Log& log);
  report::Status status(const State& state, WallTime now, const std::string& next);

  const Clock& clock_;
  const std::string version_;
  const WallTime started_;
  report::Metrics metrics_;
  // The last is the app's name for what is its own trouble ("forbidden"), else empty.
  std::map<std::tuple<std::string, agora::Endpoint, std::string>, Trouble> troubles_;
  std::string storage_error_;
  std::optional<WallTime> ready_at_;  // stays: readiness does not drop while R stands still
  struct Assumed {
    std::int64_t day = 0;
    int count = 0;
  };
  std::map<std::pair<std::string, agora::Endpoint>, Assumed> assumed_spent_;
  std::optional<Seconds> lag_;
  std::map<std::string, WallTime> since_;  // by app_id: configured so, at this lag
  Log* log_ = nullptr;
};

}  // namespace agora_exporter::collector
