#include "agora_exporter/quota/server_clock.h"

namespace agora_exporter::quota {
namespace {

// Two clocks drift apart by at most this share of the time between two answers (quartz: 100 parts in a
// million).
constexpr std::int64_t kDriftDivisor = 10'000;
// A step between two answers is seen by itself; more widening than this would only forget.
constexpr Millis kMostDrift{5'000};

Millis drift_since(WallTime then, WallTime now) {
  const Millis elapsed = now > then ? now - then : then - now;
  return std::min(kMostDrift, elapsed / kDriftDivisor);
}

Seconds whole_seconds(ServerTime t) { return std::chrono::floor<Seconds>(t.time_since_epoch()); }

}  // namespace

void ServerClock::learn(WallTime sent, WallTime received, std::int64_t date) {
  if (received < sent) return;  // the local clock was set back under way: which reading counts cannot be told
  const Millis server = Seconds{date};
  Millis low = server - received.time_since_epoch();
  Millis high = server + Millis{1'000} - sent.time_since_epoch();
  if (known_) {
    const Millis reach = half_width_ + drift_since(learned_at_, received);
    const Millis both_low = std::max(low, skew_ - reach);
    const Millis both_high = std::min(high, skew_ + reach);
    if (both_low <= both_high) {
      low = both_low;
      high = both_high;
    }
  }
  known_ = true;
  learned_at_ = received;
  skew_ = (low + high) / 2;
  half_width_ = std::max(high - skew_, skew_ - low);
}

WorldTime latest_end(const ServerClock& clock, WallTime now, Seconds delay) {
  return WorldTime{whole_seconds(clock.earliest(now)) - delay - Seconds{1}};
}

WorldTime earliest_start(const ServerClock& clock, WallTime now, Seconds look_back) {
  return WorldTime{whole_seconds(clock.latest(now)) - look_back + Seconds{1}};
}

}  // namespace agora_exporter::quota
