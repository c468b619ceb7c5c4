// The counters of the replayed world, by label set.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "agora_exporter/timeline/world.h"
#include "timeline/checkpoint.h"
#include "timeline/exact_sum.h"
#include "timeline/labels.h"

namespace agora_exporter::timeline {

// Of one stream, or of all streams under a label set.
struct Playback {
  std::uint64_t played = 0;  // seconds
  ExactSum frozen;           // seconds
};

struct TotalsSet {
  std::uint64_t session_seconds = 0;
  Playback audio, video;
};

struct HistogramSum {
  std::vector<std::uint64_t> buckets;  // of `bounds` that observe() is given, and +Inf
  ExactSum sum;
  std::uint64_t count = 0;

  void observe(std::span<const double> bounds, double value, std::uint64_t weight = 1);
  Histogram snapshot(std::size_t bounds) const;
  void save(std::size_t bounds, CheckpointWriter& out) const;
  void load(std::size_t bounds, const CheckpointRecord& record);
};

std::span<const double> bounds_of(Observed observed);

struct ObservedSet {
  std::array<HistogramSum, kObservedCount> histograms;
};

// A set is shown from the moment it is first asked for, at zero. Addresses stay valid: sessions keep them.
class TotalsBook {
 public:
  TotalsSet& totals(const Labels& labels) { return totals_[labels]; }
  ObservedSet& observed(Labels labels) {
    labels.sdk_version.clear();
    return observed_[labels];
  }

  void show(const std::vector<std::string>& app_names, World& world) const;
  void save(const std::vector<std::string>& app_ids, CheckpointWriter& out) const;
  // Sets of apps that are no longer configured are left out.
  bool load_totals(const std::map<std::string, std::size_t>& apps, const CheckpointRecord& record);
  bool load_observed(const std::map<std::string, std::size_t>& apps, const CheckpointRecord& record);

 private:
  std::map<Labels, TotalsSet> totals_;
  std::map<Labels, ObservedSet> observed_;
};

}  // namespace agora_exporter::timeline
