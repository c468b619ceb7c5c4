// How many users calls have, where the lists do not tell: learned from the calls that were asked about. A
// value.
#pragma once

#include <array>
#include <string>
#include <unordered_map>

namespace agora_exporter::planner {

// A few sizes that stand for all: as likely as each other.
using Sizes = std::array<double, 8>;

class CallSizes {
 public:
  // A call of this channel had so many sessions.
  void note(const std::string& channel, double size);

  // As those that were asked about lately.
  Sizes usual() const;

  // What calls of a channel are likely to be: as usual, moved to `mean` and spread `spread` times as wide.
  // mean 0: nothing is known of the channel.
  struct Likely {
    double mean = 0;
    double spread = 1;
  };
  // The calls of channels differ by chance too: a channel is believed to be unlike the others so far as
  // channels are seen to differ more than the calls of each (empirical Bayes).
  Likely of(const std::string& channel) const;

 private:
  struct Channel {
    double mean = 0;
    int calls = 0;
  };
  std::array<float, 64> last_{};  // ring
  std::size_t count_ = 0;         // calls, in all
  // Moving averages over all calls: of the size, of its square distance from that, and from what its
  // channel's earlier calls were.
  double mean_ = 0, variance_ = 0, within_ = 0;
  std::size_t again_ = 0;  // calls of channels that were known
  std::unordered_map<std::string, Channel> channels_;
};

// The sizes that stand for calls of which so much is known.
Sizes spread_out(const Sizes& usual, const CallSizes::Likely& likely);

}  // namespace agora_exporter::planner
