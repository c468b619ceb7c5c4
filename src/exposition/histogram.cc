#include "exposition/histogram.h"

#include <cstdint>
#include <vector>

namespace agora_exporter::exposition {

void write_histogram(const std::string& name, const std::string& labels, std::span<const double> bounds,
                     const timeline::Histogram& histogram, Writer& writer) {
  std::vector<std::uint64_t> cumulative(bounds.size() + 1);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < cumulative.size(); ++i) {
    if (i < histogram.buckets.size()) sum += histogram.buckets[i];
    cumulative[i] = sum;
  }
  writer.histogram(name, labels, {bounds.begin(), bounds.end()}, cumulative, histogram.sum);
}

}  // namespace agora_exporter::exposition
