// The server's UTC, as far as its Date headers tell: quota windows, the data delay and the look-back are in
// it.
#pragma once

#include <algorithm>

#include "agora_exporter/base/time.h"

namespace agora_exporter::quota {

// Until a Date header is seen the server is taken to be within 5 s of the local clock; afterwards within 1 s
// of the measured skew (more only while all answers came so slowly that they say less). A value; one per
// account.
//
// Each answer bounds the skew: it was handled between `sent` and `received`, when the server's clock stood in
// [date, date + 1 s). The bounds of successive answers are intersected, after widening by what two clocks may
// drift apart; bounds that do not meet the last ones replace them: one of the clocks was stepped.
class ServerClock {
 public:
  // `date` is the Date header (whole Unix seconds) of an answer to a request sent and received at these local
  // times.
  void learn(WallTime sent, WallTime received, std::int64_t date);

  bool known() const { return known_; }
  Millis skew() const { return skew_; }  // server minus local
  Millis guard() const { return known_ ? std::max(Millis{1'000}, half_width_) : Millis{5'000}; }

  ServerTime estimate(WallTime local) const { return ServerTime{(local + skew_).time_since_epoch()}; }
  // The server's clock reads at least / at most this.
  ServerTime earliest(WallTime local) const { return estimate(local) - guard(); }
  ServerTime latest(WallTime local) const { return estimate(local) + guard(); }
  // The local time at which the server's clock surely reads `t` or later.
  WallTime when_surely(ServerTime t) const { return WallTime{t.time_since_epoch()} - skew_ + guard(); }

 private:
  bool known_ = false;
  Millis skew_{0};        // middle of the bounds
  Millis half_width_{0};  // the skew is in [skew_ - half_width_, skew_ + half_width_]
  WallTime learned_at_{};
};

// The last end_ts that the server surely accepts (end_ts < now - delay), and the first start_ts
// (start_ts > now - look_back), at local time `now`; also where the server compares in whole seconds. The
// look-back moves on while a request is under way: a caller adds what latency it allows for.
WorldTime latest_end(const ServerClock& clock, WallTime now, Seconds delay);
WorldTime earliest_start(const ServerClock& clock, WallTime now, Seconds look_back);

}  // namespace agora_exporter::quota
