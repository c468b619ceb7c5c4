#include "collector/state.h"

#include <algorithm>
#include <charconv>

#include "collector/policy.h"

namespace agora_exporter::collector {
namespace {

using agora::Endpoint;
using SpentByDay = std::map<std::pair<quota::ScopeKey, Endpoint>, std::map<std::int64_t, int>>;

void make_quotas(State& state) {
  for (const planner::AccountPolicy& account : state.policy.accounts) {
    state.quotas.clocks[account.name];
    for (const planner::AppPolicy& app : account.apps)
      for (const Endpoint endpoint : agora::kEndpoints)
        state.quotas.meters.try_emplace({account.scope_of(app), endpoint}, account.plan.of(endpoint));
  }
}

void restore_bookings(State& state, WallTime now) {
  const storage::LedgerState& ledger = state.ledger->state_at_open();
  for (const storage::Booking& booking : ledger.bookings) {
    const auto meter = state.quotas.meters.find({booking.scope, booking.endpoint});
    if (meter != state.quotas.meters.end()) meter->second.restore(booking.ticket, booking.at, now);
  }
  for (const auto& [key, until] : ledger.refused_until) {
    const auto meter = state.quotas.meters.find(key);
    if (meter != state.quotas.meters.end()) meter->second.restore_refusal(until);
  }
}

// What the journal knows of the spending: the highest ordinal of each day.
void note_spending(const State& state, const agora::Facts& facts, SpentByDay& spent) {
  for (const planner::AccountPolicy& account : state.policy.accounts) {
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
  state.quotas.meters.at(key).at_least(day, count);
  // On a disk that does not take it the start's own count holds; the first booking will say what is wrong.
  (void)state.ledger->book({key.first, key.second, ticket, now});
}

// A lost ledger is rebuilt from the journal. Requests in flight at a crash left no fact: as many as a second
// allows are added.
void rebuild_ledger(State& state, const SpentByDay& spent, WallTime now) {
  for (const auto& [key, days] : spent) {
    const auto meter = state.quotas.meters.find(key);
    if (meter == state.quotas.meters.end()) continue;
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

// With neither ledger nor journal, somebody else may have spent today's budget evenly.
void assume_elapsed_share(State& state, WallTime now) {
  for (auto& [key, meter] : state.quotas.meters) {
    const ServerTime server = state.quotas.clock(key.first.account).estimate(now);
    const int share = quota::elapsed_share(meter.limit(quota::Window::day), server);
    if (share > 0) keep_as_spent(state, key, utc_day(server), share, now);
    state.start.assumed_spent[{key.first.account, key.second}] += share;
  }
}

}  // namespace

planner::Learned State::fold(const agora::Facts& facts) {
  timeline->apply(facts);
  return progress->apply(facts);
}

std::string State::checkpoint() const {
  const std::string world = timeline->checkpoint();
  return std::to_string(world.size()) + "\n" + world + progress->checkpoint();
}

Result<void> State::restore(const std::string& checkpoint, const timeline::TimelineOptions& options) {
  std::size_t size = 0;
  const char* const end = checkpoint.data() + checkpoint.size();
  const auto [after, error] = std::from_chars(checkpoint.data(), end, size);
  if (error != std::errc{} || after == end || *after != '\n' ||
      size > static_cast<std::size_t>(end - after - 1))
    return failure("the journal's checkpoint is damaged");
  timeline = timeline::Timeline::make(options, WorldTime{});
  if (auto restored = timeline->restore(std::string(after + 1, size)); !restored) return restored;
  return progress->restore(std::string(after + 1 + size, end));
}

Result<std::unique_ptr<State>> open_state(const Options& options, const Seams& seams) {
  auto state = std::make_unique<State>();
  const std::string& folder = options.config.storage_path;
  const WallTime now = seams.clock.now();
  state->policy = make_policy(options.config);
  state->progress = std::make_unique<planner::Progress>(state->policy);
  make_quotas(*state);

  if (auto made = seams.disk.make_folder(folder); !made) return failure(made.error());
  if (auto locked = seams.disk.lock(folder); !locked) return failure(locked.error());
  auto ledger = storage::Ledger::open(seams.disk, folder, options.clock_stamp);
  if (!ledger) return failure(ledger.error());
  state->ledger = std::move(*ledger);
  auto journal =
      storage::Journal::open(seams.disk, {folder, options.config.max_size, options.config.retention});
  if (!journal) return failure(journal.error());
  state->journal = std::move(*journal);

  const timeline::TimelineOptions timeline_options = make_timeline_options(options.config);
  SpentByDay spent;
  std::optional<WorldTime> replayed;  // when the newest answer came
  Result<void> restored;
  const auto restore = [&](const std::string& checkpoint) {
    restored = state->restore(checkpoint, timeline_options);
    if (!restored) state->timeline.reset();
  };
  const auto fold = [&](agora::Facts&& facts) {
    if (!state->timeline) state->timeline = timeline::Timeline::make(timeline_options, facts.asked.replayed);
    note_spending(*state, facts, spent);
    replayed = std::max(replayed.value_or(facts.asked.replayed), facts.asked.replayed);
    // As far as the page had come then: what was counted is let go of on the way.
    if (facts.asked.replayed > state->timeline->at()) state->timeline->advance(facts.asked.replayed);
    state->fold(facts);
    if (options.on_replayed) options.on_replayed();
  };
  auto replay = state->journal->replay(restore, fold);
  if (!replay) return failure(replay.error());
  if (!restored) return failure(restored.error());
  state->start.journal = *replay;

  const Seconds lag = options.config.replay_lag();
  state->replay.emplace(lag, shown_last(state->ledger->state_at_open(), replayed, to_world(now) - lag));
  const WorldTime r = state->replay->at(now);
  if (!state->timeline) state->timeline = timeline::Timeline::make(timeline_options, r);
  state->timeline->advance(std::max(r, state->timeline->at()));
  state->timeline->begin_process_counters();

  restore_bookings(*state, now);
  if (!state->ledger->state_at_open().existed || !state->ledger->state_at_open().set_aside.empty()) {
    if (!spent.empty()) {
      rebuild_ledger(*state, spent, now);
    } else if (!options.assume_fresh) {
      assume_elapsed_share(*state, now);
    }
  }
  return state;
}

}  // namespace agora_exporter::collector
