#include "agora_exporter/planner/call_sizes.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace agora_exporter::planner {
namespace {

constexpr double kUsualUsers = 3;          // before anything is known
constexpr std::size_t kChannels = 10'000;  // names that come once and never again would fill the memory
constexpr int kCallsOfAChannel = 32;       // that its mean remembers
constexpr double kCalls = 200;             // that the averages over all remember

}  // namespace

void CallSizes::note(const std::string& channel, double size) {
  last_[count_++ % last_.size()] = static_cast<float>(size);
  const double off = size - mean_;
  mean_ += off / std::min(static_cast<double>(count_), kCalls);
  variance_ += (off * (size - mean_) - variance_) / std::min(static_cast<double>(count_), kCalls);

  if (channels_.size() >= kChannels) channels_.clear();
  Channel& known = channels_[channel];
  if (known.calls > 0) {
    // The mean of n calls is itself off by a part.
    const double square = (size - known.mean) * (size - known.mean) * known.calls / (known.calls + 1);
    within_ += (square - within_) / std::min(static_cast<double>(++again_), kCalls);
  }
  known.calls = std::min(known.calls + 1, kCallsOfAChannel);
  known.mean += (size - known.mean) / known.calls;
}

Sizes CallSizes::usual() const {
  Sizes sizes;
  sizes.fill(kUsualUsers);
  const std::size_t count = std::min(count_, last_.size());
  if (count == 0) return sizes;
  std::vector<float> sorted(last_.begin(), last_.begin() + static_cast<std::ptrdiff_t>(count));
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < sizes.size(); ++i)
    sizes[i] = static_cast<double>(sorted[(2 * i + 1) * count / (2 * sizes.size())]);
  return sizes;
}

CallSizes::Likely CallSizes::of(const std::string& channel) const {
  const auto found = channels_.find(channel);
  if (found == channels_.end() || again_ == 0 || variance_ <= 0) return {};
  const double within = std::min(within_, variance_), between = variance_ - within;
  const double of_the_mean = within / found->second.calls;
  const double known = between + of_the_mean > 0 ? between / (between + of_the_mean) : 0;
  const double mean = mean_ + known * (found->second.mean - mean_);
  return {std::max(1.0, mean), std::sqrt((within + known * of_the_mean) / variance_)};
}

Sizes spread_out(const Sizes& usual, const CallSizes::Likely& likely) {
  if (likely.mean == 0) return usual;
  const double mean = std::accumulate(usual.begin(), usual.end(), 0.0) / static_cast<double>(usual.size());
  Sizes sizes;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    sizes[i] = std::max(1.0, likely.mean + likely.spread * (usual[i] - mean));
  return sizes;
}

}  // namespace agora_exporter::planner
