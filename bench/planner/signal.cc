#include "planner/signal.h"

#include "agora_exporter/base/hash.h"

namespace agora_exporter::rehearsal {
namespace {

// One call in five is bad.
constexpr double kBad = 0.2, kTroubleOfBad = 2.6, kTroubleOfGood = 0.6;
constexpr std::array<double, kSignalMids.size()> kMean{400, 600, 1.5, 2};

}  // namespace

Signal::Signal(const Call& call, std::size_t session)
    : joined_(call.sessions[session].joined), left_(call.sessions[session].left) {
  const std::uint64_t of_call = stable_hash(call.id, 0x519a1);
  seed_ = mix(of_call + session + 1);
  trouble_ = (unit_interval(of_call) < kBad ? kTroubleOfBad : kTroubleOfGood) * (0.5 + unit_interval(seed_));
}

double Signal::value(std::size_t mid, WorldTime t) const {
  const auto which = static_cast<std::uint64_t>(unix_seconds(t)) * kSignalMids.size() + mid;
  return kMean[mid] * trouble_ * 2 * unit_interval(mix(seed_ ^ which * 0x9e3779b97f4a7c15ULL));
}

}  // namespace agora_exporter::rehearsal
