// How often an endpoint may be asked: per second, minute and UTC day of the server. Arithmetic only: no I/O,
// no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/plans.h"
#include "agora_exporter/quota/server_clock.h"

namespace agora_exporter::quota {

enum class Window { second, minute, day };
std::string_view name_of(Window window);

// "Never": only an answer to a request in flight can free the endpoint.
inline constexpr WallTime kAfterAnAnswer = WallTime::max();

// The books of one quota scope and endpoint.
//
// Seconds and minutes: a request occupies its place from its sending until 1 s (60 s) after its answer was
// received. It reached the server somewhere between the two, so fixed and sliding windows both hold, whatever
// the latency. Days: no request is sent while the server's day is in doubt (ServerClock::guard around
// midnight), and one sent less than `kStraddle` before midnight counts in both days, as it may arrive in
// either; an answer that comes while it is surely still the old day takes it out of the new one.
//
// All times are the local clock's. If that is set back by more than a minute, requests of what is now the
// future no longer occupy a second or minute: that may cost one refusal, and waiting for the clock to catch
// up would cost hours.
class Meter {
 public:
  static constexpr Millis kStraddle{60'000};
  // How long after its sending a request of a dead process is expected at the server at the latest; as long
  // as a living one waits for a byte.
  static constexpr Millis kInFlight{10'000};

  explicit Meter(agora::Limits limits) : limits_(limits) {}

  // The first local time >= now at which a request may be sent, or kAfterAnAnswer.
  WallTime when_free(const ServerClock& clock, WallTime now) const;
  // Books a request sent at `now` (which when_free must allow) and gives its ticket.
  agora::Ticket book(const ServerClock& clock, WallTime now);
  // Its answer, of any kind, was received (or given up) at `at`.
  void answered(agora::Ticket ticket, WallTime at);
  // The server said that the window is used up: believed over the own count until the window ends.
  // `retry_after` may lengthen a second or minute, by a day at most. Call answered() first or after; of a
  // day, just after midnight, with a request out that was sent before it, only the minute after midnight is
  // given up, since the old day may be meant.
  void refused(const ServerClock& clock, WallTime now, Window window, std::optional<Seconds> retry_after);

  int used(const ServerClock& clock, WallTime now, Window window) const;
  int limit(Window window) const;  // 0 = no such limit
  // 0 also where the server refused for the rest of the day; INT_MAX without a limit.
  int left_today(const ServerClock& clock, WallTime now) const;

  // Start-up. Requests of `day` are at least `count` (from the ledger, the journal, or the elapsed share).
  void at_least(std::int64_t day, int count);
  // A booking read back from the ledger: its fate is not known. It may still be on its way to the server, as
  // a process that is killed does not take back what it sent; so it occupies second and minute until 1 s (60
  // s) after `now` or kInFlight after it was booked, whichever is later.
  void restore(agora::Ticket ticket, WallTime booked_at, WallTime now);
  void restore_refusal(WallTime until);
  std::optional<WallTime> refused_until() const;

  const agora::Limits& limits() const { return limits_; }
  void set_limits(agora::Limits limits) { limits_ = limits; }

 private:
  struct Recent {
    agora::Ticket ticket;
    WallTime sent;
    std::optional<WallTime> answered;
    // Set where it counts in two days: an answer before this local time says that it was the first.
    std::optional<WallTime> surely_first_day_before;
  };
  WallTime free_in_window(WallTime now, int limit, Millis span) const;
  int occupied(WallTime now, Millis span) const;
  bool day_full(std::int64_t day) const;
  agora::Limits limits_;
  std::map<std::int64_t, int> per_day_;  // day -> requests that may count in it
  std::deque<Recent> recent_;            // those that may still occupy a second or a minute
  std::optional<WallTime> refused_until_;
};

// A quota scope: the account, or with quota_scope: app one app of it.
struct ScopeKey {
  std::string account;
  std::string app_id;  // empty = the whole account
  friend auto operator<=>(const ScopeKey&, const ScopeKey&) = default;
};

// The share of `per_day` that the elapsed part of the server's day stands for, rounded up.
int elapsed_share(int per_day, ServerTime now);

}  // namespace agora_exporter::quota
