#include "collector/state.h"

#include <algorithm>
#include <utility>

namespace agora_exporter::collector {
namespace {

using agora::Endpoint;
using SpentByDay = Folds::SpentByDay;

// What the journal knows of the spending: the highest ordinal of each day.
void note_spending(const State& state, const agora::Facts& facts, SpentByDay& spent) {
  for (const planner::AccountPolicy& account : state.policy().accounts) {
    if (account.name != facts.asked.account) continue;
    const quota::ScopeKey scope{account.name,
                                account.quota_per_app ? facts.asked.request.app_id : std::string{}};
    int& highest = spent[{scope, agora::endpoint_of(facts.asked.request)}][facts.asked.ticket.day];
    highest = std::max(highest, static_cast<int>(facts.asked.ticket.ordinal));
  }
}

// Counts requests that this ledger did not see, and books them as one: the next start must not forget them.
void keep_as_spent(State& state, const std::pair<quota::ScopeKey, Endpoint>& key, std::int64_t day, int count,
                   WallTime now) {
  const agora::Ticket ticket{day, static_cast<std::uint32_t>(count)};
  state.books.quotas.meters.at(key).at_least(day, count);
  // On a disk that does not take it the start's own count holds; the first booking will say what is wrong.
  (void)state.ledger->book({key.first, key.second, ticket, now});
}

// A lost ledger is rebuilt from the journal. Requests in flight at a crash left no fact: as many as a second
// allows are added.
void rebuild_ledger(State& state, const SpentByDay& spent, WallTime now) {
  for (const auto& [key, days] : spent) {
    const auto meter = state.books.quotas.meters.find(key);
    if (meter == state.books.quotas.meters.end()) continue;
    const int in_flight = std::max(1, meter->second.limits().per_second);
    for (const auto& [day, count] : days) keep_as_spent(state, key, day, count + in_flight, now);
  }
  state.start.ledger_rebuilt = true;
}

// What the page may have shown last. A process that did not stop in order may have come a little further than
// it wrote down. That matters only where the clock or a longer lag would let R fall behind it.
WorldTime shown_last(const storage::LedgerState& ledger, std::optional<WorldTime> answered, WorldTime due) {
  WorldTime last = std::max(ledger.replayed.value_or(WorldTime{}), answered.value_or(WorldTime{}));
  if (ledger.replayed && !ledger.stopped && due < *ledger.replayed)
    last = std::max(last, *ledger.replayed + std::chrono::duration_cast<Seconds>(kPersistReplayed));
  return last;
}

// What was asked about an app while it stood under another account's name counts under the new one: it is
// most likely the same account, and tickets must go on where they were.
void keep_what_moved(State& state, WallTime now) {
  for (const auto& [key, days] : state.folds->asked_elsewhere()) {
    const auto meter = state.books.quotas.meters.find(key);
    if (meter == state.books.quotas.meters.end()) continue;
    const std::int64_t today = utc_day(state.quotas().clock(key.first.account).estimate(now));
    const auto found = days.find(today);
    if (found == days.end()) continue;
    const int own = meter->second.used(state.quotas().clock(key.first.account), now, quota::Window::day);
    if (own < found->second) keep_as_spent(state, key, today, found->second, now);
  }
}

// Accounts of which no request is booked.
std::vector<std::string> unknown_accounts(const Books& books, const planner::Policy& policy) {
  std::vector<std::string> unknown;
  for (const planner::AccountPolicy& account : policy.accounts)
    if (!books.knows(account.name)) unknown.push_back(account.name);
  return unknown;
}

// What an app's newest count lacks, for its rows were not configured last, is kept from the ones before.
void keep_counts(timeline::World& counted, const timeline::World& world) {
  for (const timeline::AppWorld& app : world.apps) {
    const auto known = std::ranges::find(counted.apps, app.app, &timeline::AppWorld::app);
    if (known == counted.apps.end()) {
      counted.apps.push_back(app);
      continue;
    }
    const timeline::AppWorld before = std::exchange(*known, app);
    for (const timeline::InsightLag& old : before.insight_lags) {
      const bool replaced = std::ranges::any_of(app.insight_lags, [&](const timeline::InsightLag& lag) {
        return lag.source == old.source && lag.granularity == old.granularity;
      });
      if (!replaced) known->insight_lags.push_back(old);
    }
  }
}

// Of those that the journal has not heard of either somebody else may have spent today's budget evenly.
void assume_elapsed_shares(State& state, const std::vector<std::string>& accounts, WallTime now) {
  for (auto& [key, meter] : state.books.quotas.meters) {
    const std::string& account = key.first.account;
    if (std::find(accounts.begin(), accounts.end(), account) == accounts.end()) continue;
    if (state.folds->heard_of(account)) continue;
    const ServerTime server = state.quotas().clock(account).estimate(now);
    const int share = quota::elapsed_share(meter.limit(quota::Window::day), server);
    if (share > 0) keep_as_spent(state, key, utc_day(server), share, now);
    state.start.assumed_spent[{account, key.second}] += share;
  }
}

}  // namespace

Result<std::unique_ptr<State>> open_state(const Options& options, const Clock& clock, storage::Disk& disk) {
  auto state = std::make_unique<State>();
  const std::string& folder = options.config.storage_path;
  const WallTime now = clock.now();
  state->folds = std::make_unique<Folds>(options.config);

  if (auto made = disk.make_folder(folder); !made) return failure(made.error());
  if (auto locked = disk.lock(folder); !locked) return failure(locked.error());
  auto ledger = storage::Ledger::open(disk, folder, options.clock_stamp);
  if (!ledger) return failure(ledger.error());
  state->ledger = std::move(*ledger);
  const storage::LedgerState& booked = state->ledger->state_at_open();
  state->books.read(booked, now);
  std::vector<std::string> unknown = unknown_accounts(state->books, state->policy());
  state->books.set(state->policy(), now);
  auto journal = storage::Journal::open(disk, {folder, options.config.max_size, options.config.retention});
  if (!journal) return failure(journal.error());
  state->journal = std::move(*journal);

  SpentByDay spent;
  const auto fold = [&](agora::Facts&& facts) {
    note_spending(*state, facts, spent);
    state->folds->replay(facts);
    if (options.on_replayed) options.on_replayed();
  };
  auto replay =
      state->journal->replay([&](const std::string& checkpoint) { state->folds->restore(checkpoint); }, fold);
  if (!replay) return failure(replay.error());
  state->start.journal = *replay;

  const Seconds lag = options.config.replay_lag();
  state->replay.emplace(lag, shown_last(booked, state->folds->newest(), to_world(now) - lag));
  if (auto done = state->folds->replayed(state->replay->at(now)); !done) return failure(done.error());
  state->timeline().begin_process_counters(nullptr);

  const bool ledger_lost = !booked.existed || !booked.set_aside.empty();
  if (ledger_lost && !spent.empty()) rebuild_ledger(*state, spent, now);
  keep_what_moved(*state, now);
  if (!options.assume_fresh) assume_elapsed_shares(*state, unknown, now);
  return state;
}

Result<void> change_state(State& state, const Options& options, const Seams& seams,
                          const std::atomic<bool>& stopping) {
  auto folds = std::make_unique<Folds>(options.config);
  const auto fold = [&](agora::Facts&& facts) {
    folds->replay(facts);
    if (options.on_replayed) options.on_replayed();
    return !stopping;
  };
  auto read = state.journal->read([&](const std::string& checkpoint) { folds->restore(checkpoint); }, fold);
  if (!read) return read;
  const WallTime now = seams.clock.now();
  // Up to here under the old configuration, so that its counters go on without a gap.
  const WorldTime r = std::max(state.replay->at(now), state.timeline().at());
  state.timeline().advance(r);
  if (auto done = folds->replayed(r); !done) return done;
  keep_counts(state.counted, *state.timeline().world());
  folds->timeline->begin_process_counters(&state.counted);
  ReplayClock replay(options.config.replay_lag(), r);
  folds->timeline->advance(replay.at(now));

  const std::vector<std::string> unknown = unknown_accounts(state.books, folds->policy);
  state.folds = std::move(folds);
  state.replay = replay;
  state.books.set(state.policy(), now);
  keep_what_moved(state, now);
  if (!options.assume_fresh) assume_elapsed_shares(state, unknown, now);
  return {};
}

}  // namespace agora_exporter::collector
