// What call/lists teaches: which calls there are, and when they ended.
#include <algorithm>
#include <cmath>
#include <string_view>
#include <unordered_set>

#include "agora_exporter/agora/sampling.h"
#include "planner/context.h"

namespace agora_exporter::planner {
namespace {

// Notes which instants' calls are all known now. An answer is complete down to the frame's start if nothing
// was left out, or if it reaches beyond it; else down to its oldest call. Returns false if a single second
// holds more than can be listed.
bool note_coverage(const agora::CallListQuery& query, const agora::CallList& list, AppProgress& app) {
  WorldTime oldest = WorldTime::max();
  for (const agora::CallEntry& call : list.calls) oldest = std::min(oldest, call.created);
  const WorldTime end = query.frame.end - Seconds{1};  // the last second may be excluded
  const bool left_out =
      list.has_more || (list.total_size && *list.total_size > static_cast<std::int64_t>(list.calls.size()));
  if (!left_out || list.calls.empty() || oldest < query.frame.start) {
    app.listed.add(query.frame.start + Seconds{1}, end);
    return true;
  }
  if (oldest < end) {
    app.listed.add(oldest + Seconds{1}, end);
    return true;
  }
  app.listed.add(end, end);
  return false;
}

// How many calls begin in a second: a moving average over half an hour of the world's time.
void note_rate(const agora::CallListQuery& query, const agora::CallList& list, AppProgress& app) {
  constexpr double kMemory = 1'800;
  WorldTime oldest = query.frame.end;
  for (const agora::CallEntry& entry : list.calls) oldest = std::min(oldest, entry.created);
  if (!list.has_more) oldest = query.frame.start;
  const auto began = std::count_if(list.calls.begin(), list.calls.end(), [&](const agora::CallEntry& entry) {
    return entry.created >= query.frame.start;
  });
  const auto seconds = static_cast<double>(std::max<Seconds>(Seconds{1}, query.frame.end - oldest).count());
  app.calls_per_second +=
      (1 - std::exp(-seconds / kMemory)) * (static_cast<double>(began) / seconds - app.calls_per_second);
}

void note_length(Seconds length, AppProgress& app) {
  constexpr double kOfTheNewest = 0.03;
  const auto seconds = static_cast<double>(length.count());
  app.mean_seconds += kOfTheNewest * (seconds - app.mean_seconds);
  app.mean_square_seconds += kOfTheNewest * (seconds * seconds - app.mean_square_seconds);
}

// An answer over the start of a call that does not name it: it was cut off, or nobody knows the call any
// more.
void note_left_out(const agora::CallListQuery& query, const agora::CallList& list, WallTime received,
                   AppProgress& app) {
  std::unordered_set<std::string_view> named;
  for (const agora::CallEntry& entry : list.calls) named.insert(entry.call_id);
  for (auto it = app.by_created.upper_bound({query.frame.start + Seconds{1}, {}});
       it != app.by_created.end() && it->first < query.frame.end; ++it) {
    CallProgress& call = app.calls.at(it->second);
    if (call.finished || call.done || named.contains(call.id)) continue;
    ++call.left_out;
    call.left_out_at = received;
  }
}

}  // namespace

void Progress::apply_list(const Context& at, const agora::CallList& list, Learned& learned) {
  const auto& query = std::get<agora::CallListQuery>(at.facts.asked.request.query);
  AppProgress& app = at.progress;
  const std::optional<WorldTime> known_before = app.listed.newest();
  if (query.frame.end <= at.facts.asked.replayed) ++app.history_requests;
  for (const agora::CallEntry& entry : list.calls)
    if (entry.created < query.frame.start - Seconds{1}) app.lists_overlap = true;
  if (!query.channel.empty()) {
    if (!list.has_more)
      app.listed_by_name[query.channel].add(query.frame.start + Seconds{1}, query.frame.end - Seconds{1});
  } else {
    app.listed_at = at.facts.asked.received_at;
    if (!note_coverage(query, list, app)) learned.list_truncated = true;
    note_rate(query, list, app);
    note_left_out(query, list, at.facts.asked.received_at, app);
  }
  const WorldTime r = at.facts.asked.replayed;
  app.lists_are_short = app.listed.first_missing(r - Seconds{3'600}, r).has_value();
  for (const agora::CallEntry& entry : list.calls)
    take_entry(at, entry, known_before && entry.created > *known_before, learned);
  if (const auto newest = app.listed.newest(); newest && query.channel.empty())
    app.calls_offered.complete_to(*newest);
  forget(app, at);
}

// What one list tells of one call. `of_our_time`: it began after everything that was known before.
void Progress::take_entry(const Context& at, const agora::CallEntry& entry, bool of_our_time,
                          Learned& learned) {
  AppProgress& app = at.progress;
  const WorldTime replayed = at.facts.asked.replayed;
  const auto [found, is_new] = app.calls.try_emplace(entry.call_id);
  CallProgress& call = found->second;
  if (is_new) {
    call.id = entry.call_id;
    call.channel = entry.channel;
    call.created = entry.created;
    call.first_told_at = at.facts.asked.received_at;
    app.by_created.emplace(call.created, call.id);
    app.open.insert(call.id);
  }
  call.left_out = 0;
  if (entry.mean_users || entry.peak_users)
    call.told_users = entry.mean_users ? entry.mean_users : entry.peak_users;
  if (!entry.finished) {
    call.alive_to = std::max(call.alive_to, at.known_to());
  } else {
    if (entry.destroyed && !call.finished) note_length(*entry.destroyed - call.created, app);
    call.finished = true;
    call.destroyed = entry.destroyed.value_or(std::max(call.last_alive(), at.known_to()));
  }
  const bool wanted = at.app.calls && (!at.app.wanted || at.app.wanted(call.channel));
  if (wanted) offer_call(app, call, at.useful_window(policy_), at.known_to());
  if (is_new && wanted) {
    app.calls_offered.add(call.created);
    if (call.finished && *call.destroyed <= replayed) {
      // Of history nothing was promised; a call of our own time that came and went unseen is a failure.
      if (of_our_time) learned.failed.push_back(call.id);
    } else {
      call.followed = agora::is_sampled(call.id, agora::inclusion_of(entry, at.facts.asked.inclusion));
      (call.followed ? learned.followed : learned.sampled_out).push_back(call.id);
    }
  }
  close_if_done(app, call, at.facts.asked.received_at);
  note_due(app, call, at.facts.asked.received_at);
}

// Lets go of calls that R has passed long ago; and of those without a sign of life whose end nobody tells any
// more, since they began beyond the look-back.
void Progress::forget(AppProgress& app, const Context& at) {
  const WorldTime old = at.facts.asked.replayed - kDay;
  const WorldTime reach = at.known_to() - at.account.plan.of(at.endpoint).look_back;
  for (auto it = app.by_created.begin(); it != app.by_created.end() && it->first < old;) {
    CallProgress& call = app.calls.at(it->second);
    const bool over =
        call.done ? call.destroyed && *call.destroyed < old : call.created < reach && call.last_alive() < old;
    if (!over) {
      ++it;
      continue;
    }
    call.done = true;
    note_due(app, call, at.facts.asked.received_at);
    app.open.erase(call.id);
    app.calls.erase(it->second);
    it = app.by_created.erase(it);
  }
}

}  // namespace agora_exporter::planner
