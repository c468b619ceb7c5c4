#include "cli/ask_books.h"

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "agora_exporter/storage/journal.h"

namespace agora_exporter::cli {
namespace {

using Key = std::pair<quota::ScopeKey, agora::Endpoint>;

quota::Quotas make_quotas(const config::Config& config) {
  quota::Quotas quotas;
  for (const config::Account& account : config.accounts) {
    quotas.clocks[account.name];
    for (const config::App& app : account.apps) {
      for (const agora::Endpoint e : agora::kEndpoints) {
        quotas.meters.try_emplace(Key{scope_of(account, app), e}, account.plan.of(e));
      }
    }
  }
  return quotas;
}

quota::ScopeKey scope_of(const config::Config& config, const agora::Asked& asked) {
  for (const config::Account& account : config.accounts) {
    if (account.name == asked.account && account.quota_per_app) return {asked.account, asked.request.app_id};
  }
  return {asked.account, ""};
}

// The highest ordinal of each day that the journal's facts carry.
Result<std::map<Key, std::map<std::int64_t, std::uint32_t>>> spent_by_journal(const config::Config& config,
                                                                              storage::Disk& disk) {
  std::map<Key, std::map<std::int64_t, std::uint32_t>> spent;
  auto journal = storage::Journal::open(disk, {config.storage_path, config.max_size, config.retention});
  if (!journal) return failure(journal.error());
  const auto note = [&](agora::Facts&& facts) {
    std::uint32_t& most = spent[{scope_of(config, facts.asked), agora::endpoint_of(facts.asked.request)}]
                               [facts.asked.ticket.day];
    most = std::max(most, facts.asked.ticket.ordinal);
  };
  const auto replayed = (*journal)->replay([](const std::string&) {}, note);
  if (!replayed) return failure(replayed.error());
  return spent;
}

}  // namespace

quota::ScopeKey scope_of(const config::Account& account, const config::App& app) {
  return {account.name, account.quota_per_app ? app.app_id : std::string{}};
}

Result<Books> Books::open(const config::Config& config, storage::Disk& disk, const std::string& clock_stamp,
                          bool assume_fresh, WallTime now) {
  if (auto made = disk.make_folder(config.storage_path); !made) return failure(made.error());
  if (auto locked = disk.lock(config.storage_path); !locked) return failure(locked.error());
  auto ledger = storage::Ledger::open(disk, config.storage_path, clock_stamp);
  if (!ledger) return failure(ledger.error());
  Books books;
  books.quotas_ = make_quotas(config);
  books.ledger_ = std::move(*ledger);
  const storage::LedgerState& state = books.ledger_->state_at_open();
  for (const storage::Booking& booking : state.bookings) {
    const auto meter = books.quotas_.meters.find({booking.scope, booking.endpoint});
    if (meter != books.quotas_.meters.end()) meter->second.restore(booking.ticket, booking.at, now);
  }
  for (const auto& [key, until] : state.refused_until) {
    const auto meter = books.quotas_.meters.find(key);
    if (meter != books.quotas_.meters.end()) meter->second.restore_refusal(until);
  }
  if (state.existed && state.set_aside.empty()) return books;
  if (auto filled = books.fill(config, disk, assume_fresh, now); !filled) return failure(filled.error());
  return books;
}

Result<void> Books::fill(const config::Config& config, storage::Disk& disk, bool assume_fresh, WallTime now) {
  const auto spent = spent_by_journal(config, disk);
  if (!spent) return failure(spent.error());
  for (const auto& [key, days] : *spent) {
    const auto meter = quotas_.meters.find(key);
    if (meter == quotas_.meters.end()) continue;
    // Requests in flight at a crash left no fact: as many as a second allows.
    const int in_flight = std::max(1, meter->second.limits().per_second);
    for (const auto& [day, count] : days) {
      const agora::Ticket last{day, count + static_cast<std::uint32_t>(in_flight)};
      if (auto done = spend(key.first, key.second, last, now); !done) return done;
    }
  }
  if (!spent->empty() || assume_fresh) return {};
  for (const auto& [key, meter] : quotas_.meters) {
    const ServerTime server = quotas_.clock(key.first.account).estimate(now);
    const int share = quota::elapsed_share(meter.limits().per_day, server);
    if (share == 0) continue;
    const agora::Ticket last{utc_day(server), static_cast<std::uint32_t>(share)};
    if (auto done = spend(key.first, key.second, last, now); !done) return done;
  }
  return {};
}

Result<void> Books::spend(const quota::ScopeKey& scope, agora::Endpoint endpoint, const agora::Ticket& ticket,
                          WallTime now) {
  quotas_.meter(scope, endpoint).at_least(ticket.day, static_cast<int>(ticket.ordinal));
  return ledger_->book({scope, endpoint, ticket, now});
}

WallTime Books::when_free(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime now) const {
  return quotas_.meter(scope, endpoint).when_free(quotas_.clock(scope.account), now);
}

Result<agora::Ticket> Books::book(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime now) {
  const agora::Ticket ticket = quotas_.meter(scope, endpoint).book(quotas_.clock(scope.account), now);
  if (auto booked = ledger_->book({scope, endpoint, ticket, now}); !booked) return failure(booked.error());
  return ticket;
}

Result<void> Books::answered(const quota::ScopeKey& scope, agora::Endpoint endpoint,
                             const agora::Ticket& ticket, WallTime sent, WallTime received,
                             const agora::HttpAnswer& answer, const agora::Body& body) {
  quota::ServerClock& clock = quotas_.clocks.at(scope.account);
  if (answer.date) clock.learn(sent, received, *answer.date);
  quota::Meter& meter = quotas_.meter(scope, endpoint);
  meter.answered(ticket, received);
  const auto* refusal = std::get_if<agora::Refusal>(&body);
  if (!refusal) return {};
  if (refusal->error != agora::ApiError::day_quota && refusal->error != agora::ApiError::rate_quota)
    return {};
  const bool day = refusal->error == agora::ApiError::day_quota;
  const auto window = day                             ? quota::Window::day
                      : meter.limits().per_minute > 0 ? quota::Window::minute
                                                      : quota::Window::second;
  meter.refused(clock, received, window, refusal->retry_after);
  const auto until = meter.refused_until();
  return until ? ledger_->refuse(scope, endpoint, *until) : Result<void>{};
}

}  // namespace agora_exporter::cli
