#include "collector/books.h"

#include <algorithm>
#include <set>

namespace agora_exporter::collector {
namespace {

// Requests of the old way of counting may have been sent so shortly before.
constexpr Millis kPause{60'000};

}  // namespace

void Books::read(const storage::LedgerState& ledger, WallTime now) {
  const auto meter = [this](const MeterKey& key) -> quota::Meter& {
    return left_.try_emplace(key, agora::Limits{}).first->second;
  };
  for (const storage::Booking& booking : ledger.bookings)
    meter({booking.scope, booking.endpoint}).restore(booking.ticket, booking.at, now);
  for (const auto& [key, until] : ledger.refused_until) meter(key).restore_refusal(until);
}

void Books::set(const planner::Policy& policy, WallTime now) {
  left_.merge(quotas.meters);
  quotas.meters.clear();
  for (const planner::AccountPolicy& account : policy.accounts) {
    quotas.clocks[account.name];
    for (const planner::AppPolicy& app : account.apps) {
      for (const agora::Endpoint endpoint : agora::kEndpoints) {
        const MeterKey key{account.scope_of(app), endpoint};
        if (quotas.meters.contains(key)) continue;
        if (auto known = left_.extract(key)) {
          quotas.meters.insert(std::move(known)).position->second.set_limits(account.plan.of(endpoint));
        } else {
          quotas.meters.try_emplace(key, account.plan.of(endpoint));
        }
      }
    }
  }
  carry_over(now);
}

void Books::carry_over(WallTime now) {
  for (auto& [key, meter] : quotas.meters) {
    const auto& [scope, endpoint] = key;
    const quota::ServerClock& clock = quotas.clock(scope.account);
    int spent = 0;
    for (const auto& [other, counted] : left_) {
      const bool counted_otherwise = other.first.app_id.empty() != scope.app_id.empty();
      if (other.first.account == scope.account && other.second == endpoint && counted_otherwise)
        spent += counted.used(clock, now, quota::Window::day);
    }
    if (spent <= meter.used(clock, now, quota::Window::day)) continue;
    meter.at_least(utc_day(clock.estimate(now)), spent);
    meter.restore_refusal(now + kPause);
  }
}

bool Books::knows(const std::string& account) const {
  const auto is_of = [&](const auto& entry) { return entry.first.first.account == account; };
  return std::any_of(quotas.meters.begin(), quotas.meters.end(), is_of) ||
         std::any_of(left_.begin(), left_.end(), is_of);
}

}  // namespace agora_exporter::collector
