// Names that a sample takes, and facts told with a probability.
#pragma once

#include <string>

#include "agora_exporter/agora/sampling.h"
#include "timeline/facts_builder.h"

namespace agora_exporter::timeline::test {

// The first of `prefix`0, `prefix`1 ... that is sampled at `p` with this weight; 0: that is left out.
inline std::string name_of_weight(const std::string& prefix, double p, std::uint32_t weight) {
  for (int i = 0;; ++i) {
    std::string name = prefix + std::to_string(i);
    const bool sampled = agora::is_sampled(name, p);
    if (weight == 0 ? !sampled : sampled && agora::weight_of(name, p) == weight) return name;
  }
}

// By the list or the sessions' page that tells first.
inline agora::Facts told_with(double inclusion, agora::Facts facts) {
  facts.asked.inclusion = inclusion;
  return facts;
}

}  // namespace agora_exporter::timeline::test
