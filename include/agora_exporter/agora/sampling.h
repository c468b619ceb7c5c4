// How calls, and sessions of large calls, are sampled: by hashes of their names, so that whoever folds the
// facts decides alike.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/base/hash.h"

namespace agora_exporter::agora {

// The probability with which a call is followed that a list told of first. `inclusion`: Asked::inclusion of
// that list.
inline double inclusion_of(const CallEntry& entry, double inclusion) { return entry.certain ? 1 : inclusion; }

inline bool is_sampled(const std::string& name, double probability) {
  return unit_interval(stable_hash(name)) < probability;
}

// For how many one that was sampled stands: floor(1/p) or ceil(1/p), by another hash, so that it is 1/p on
// average. Whole, since counters and buckets of histograms are.
inline std::uint32_t weight_of(const std::string& name, double probability) {
  constexpr double kMost = 1e6;
  const double inverse = probability > 1 / kMost ? 1 / probability : kMost;
  const double whole = std::floor(inverse);
  return static_cast<std::uint32_t>(whole) +
         (unit_interval(stable_hash(name, 0x3e1947)) < inverse - whole ? 1 : 0);
}

}  // namespace agora_exporter::agora
