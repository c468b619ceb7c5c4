#include "agora_exporter/quota/meter.h"

#include <algorithm>
#include <limits>

namespace agora_exporter::quota {
namespace {

// Local readings are rounded down to a millisecond, so an answer noted at t may have come just before t + 1
// ms.
constexpr Millis kRounding{1};
constexpr Millis kSecond{1'000};
constexpr Millis kMinute{60'000};
constexpr std::int64_t kDaysKept = 3;

ServerTime midnight(std::int64_t day) { return ServerTime{Seconds{day * kDay.count()}}; }

}  // namespace

std::string_view name_of(Window window) {
  switch (window) {
    case Window::second:
      return "second";
    case Window::minute:
      return "minute";
    case Window::day:
      return "day";
  }
  return "";
}

int Meter::limit(Window window) const {
  switch (window) {
    case Window::second:
      return limits_.per_second;
    case Window::minute:
      return limits_.per_minute;
    case Window::day:
      return limits_.per_day;
  }
  return 0;
}

int Meter::occupied(WallTime now, Millis span) const {
  return static_cast<int>(std::count_if(recent_.begin(), recent_.end(), [&](const Recent& r) {
    if (r.sent > now + kMinute) return false;
    return !r.answered || *r.answered + span + kRounding > now;
  }));
}

// The k requests that occupy the window now must shrink to limit - 1: the (k - limit + 1)-th to expire frees
// it.
WallTime Meter::free_in_window(WallTime now, int limit, Millis span) const {
  if (limit <= 0) return now;
  if (occupied(now, span) < limit) return now;
  std::vector<WallTime> expiries;
  for (const Recent& r : recent_) {
    if (r.sent > now + kMinute) continue;
    const WallTime expiry = r.answered ? *r.answered + span + kRounding : kAfterAnAnswer;
    if (expiry > now) expiries.push_back(expiry);
  }
  const auto nth = expiries.begin() + (static_cast<std::ptrdiff_t>(expiries.size()) - limit);
  std::nth_element(expiries.begin(), nth, expiries.end());
  return *nth;
}

bool Meter::day_full(std::int64_t day) const {
  if (limits_.per_day <= 0) return false;
  const auto found = per_day_.find(day);
  return found != per_day_.end() && found->second >= limits_.per_day;
}

WallTime Meter::when_free(const ServerClock& clock, WallTime now) const {
  WallTime t = now;
  if (refused_until_) t = std::max(t, *refused_until_);
  t = std::max(t, free_in_window(now, limits_.per_second, kSecond));
  t = std::max(t, free_in_window(now, limits_.per_minute, kMinute));
  if (t == kAfterAnAnswer || limits_.per_day <= 0) return t;
  while (true) {
    const std::int64_t day = utc_day(clock.earliest(t));
    const bool in_doubt = utc_day(clock.latest(t)) != day;
    const bool straddles = utc_day(clock.latest(t) + kStraddle) != day;
    if (!in_doubt && !day_full(day) && !(straddles && day_full(day + 1))) return t;
    t = clock.when_surely(midnight(day + 1));
  }
}

agora::Ticket Meter::book(const ServerClock& clock, WallTime now) {
  std::erase_if(recent_, [&](const Recent& r) {
    return (r.answered && *r.answered + kMinute + kRounding <= now) || r.sent > now + kMinute;
  });
  const std::int64_t day = utc_day(clock.estimate(now));
  per_day_.erase(per_day_.begin(), per_day_.lower_bound(day - kDaysKept));
  const agora::Ticket ticket{day, static_cast<std::uint32_t>(++per_day_[day])};
  Recent entry{ticket, now, std::nullopt, std::nullopt};
  if (utc_day(clock.latest(now) + kStraddle) > day) {
    ++per_day_[day + 1];
    entry.surely_first_day_before =
        WallTime{(midnight(day + 1) - clock.skew() - clock.guard()).time_since_epoch()};
  }
  recent_.push_back(entry);
  return ticket;
}

void Meter::answered(agora::Ticket ticket, WallTime at) {
  const auto found = std::find_if(recent_.begin(), recent_.end(),
                                  [&](const Recent& r) { return r.ticket == ticket && !r.answered; });
  if (found == recent_.end()) return;
  // A clock set back under way: the answer did not come before the request.
  found->answered = std::max(at, found->sent);
  if (found->surely_first_day_before && *found->answered < *found->surely_first_day_before) {
    --per_day_[ticket.day + 1];
  }
  found->surely_first_day_before.reset();
}

void Meter::refused(const ServerClock& clock, WallTime now, Window window,
                    std::optional<Seconds> retry_after) {
  WallTime until = now + (window == Window::second ? kSecond : kMinute) + kRounding;
  if (window == Window::day) {
    const std::int64_t day = utc_day(clock.latest(now));
    const WallTime began = clock.when_surely(midnight(day));
    const bool old_day_meant =
        now < began + kStraddle && std::any_of(recent_.begin(), recent_.end(), [&](const Recent& r) {
          return r.sent < began && (!r.answered || *r.answered >= now);
        });
    until = old_day_meant ? began + kStraddle : clock.when_surely(midnight(day + 1));
  } else if (retry_after) {
    until = std::max(until, now + std::clamp(*retry_after, Seconds{0}, kDay) + kRounding);
  }
  refused_until_ = std::max(refused_until_.value_or(until), until);
}

int Meter::used(const ServerClock& clock, WallTime now, Window window) const {
  if (window == Window::second) return occupied(now, kSecond);
  if (window == Window::minute) return occupied(now, kMinute);
  int most = 0;
  for (const std::int64_t day : {utc_day(clock.earliest(now)), utc_day(clock.latest(now))}) {
    const auto found = per_day_.find(day);
    if (found != per_day_.end()) most = std::max(most, found->second);
  }
  return most;
}

int Meter::left_today(const ServerClock& clock, WallTime now) const {
  const ServerTime day_ends = midnight(utc_day(clock.latest(now)) + 1);
  if (refused_until_ && clock.latest(*refused_until_) >= day_ends) return 0;
  if (limits_.per_day <= 0) return std::numeric_limits<int>::max();
  return std::max(0, limits_.per_day - used(clock, now, Window::day));
}

void Meter::at_least(std::int64_t day, int count) {
  int& counted = per_day_[day];
  counted = std::max(counted, count);
}

void Meter::restore(agora::Ticket ticket, WallTime booked_at, WallTime now) {
  at_least(ticket.day, static_cast<int>(ticket.ordinal));
  // The skew of that time is not known any more: the guard of a clock that has not learned stands for it.
  const ServerClock unlearned;
  if (utc_day(unlearned.latest(booked_at) + kStraddle) > ticket.day) ++per_day_[ticket.day + 1];
  recent_.push_back({ticket, booked_at, std::max(now, std::min(booked_at, now) + kInFlight), std::nullopt});
}

void Meter::restore_refusal(WallTime until) {
  refused_until_ = std::max(refused_until_.value_or(until), until);
}

std::optional<WallTime> Meter::refused_until() const { return refused_until_; }

int elapsed_share(int per_day, ServerTime now) {
  const std::int64_t day_ms = Millis{kDay}.count();
  const std::int64_t elapsed = (now - midnight(utc_day(now))).count();
  return static_cast<int>((per_day * elapsed + day_ms - 1) / day_ms);
}

}  // namespace agora_exporter::quota
