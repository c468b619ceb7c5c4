// What call/lists teaches: which calls there are, and when they ended.
#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "agora_exporter/base/hash.h"
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

// An answer over the start of a call that does not name it: it was cut off, or nobody knows the call any
// more.
void note_left_out(const agora::CallListQuery& query, const agora::CallList& list, WallTime received,
                   AppProgress& app) {
  if (!query.channel.empty() || app.open.empty()) return;
  std::unordered_set<std::string_view> named;
  for (const agora::CallEntry& entry : list.calls) named.insert(entry.call_id);
  for (const std::string& id : app.open) {
    CallProgress& call = app.calls.at(id);
    if (named.contains(id)) {
      call.left_out = 0;
    } else if (!call.finished && call.created > query.frame.start && call.created < query.frame.end) {
      ++call.left_out;
      call.left_out_at = received;
    }
  }
}

}  // namespace

void Progress::apply_list(const Context& at, const agora::CallList& list, Learned& learned) {
  const auto& query = std::get<agora::CallListQuery>(at.facts.asked.request.query);
  AppProgress& app = at.progress;
  const WorldTime replayed = at.facts.asked.replayed;
  const std::optional<WorldTime> known_before = app.listed.newest();
  app.lists_asked = true;
  if (query.frame.end <= replayed) ++app.history_requests;
  for (const agora::CallEntry& entry : list.calls)
    if (entry.created < query.frame.start - Seconds{1}) app.lists_overlap = true;
  if (query.channel.empty() && !note_coverage(query, list, app)) learned.list_truncated = true;

  note_left_out(query, list, at.facts.asked.received_at, app);
  for (const agora::CallEntry& entry : list.calls) {
    const auto [found, is_new] = app.calls.try_emplace(entry.call_id);
    CallProgress& call = found->second;
    if (is_new) {
      call.id = entry.call_id;
      call.channel = entry.channel;
      call.created = entry.created;
      call.first_told_at = at.facts.asked.received_at;
    }
    if (entry.finished) {
      call.finished = true;
      call.destroyed = entry.destroyed.value_or(std::max(call.last_alive(), at.known_to()));
    } else {
      call.alive_to = std::max(call.alive_to, at.known_to());
    }
    if (!is_new) {
      close_if_done(app, call, at.facts.asked.received_at);
      continue;
    }
    app.open.insert(call.id);
    const bool wanted = at.app.calls && (!at.app.wanted || at.app.wanted(call.channel));
    const bool too_late = call.finished && *call.destroyed <= replayed;
    if (wanted && too_late) {
      // Of history nothing was promised; a call of our own time that came and went unseen is a failure.
      if (known_before && call.created > *known_before) learned.failed.push_back(call.id);
    } else if (wanted) {
      call.followed = unit_interval(stable_hash(call.id)) < at.facts.asked.inclusion;
      (call.followed ? learned.followed : learned.sampled_out).push_back(call.id);
    }
    close_if_done(app, call, at.facts.asked.received_at);
  }
  // What R has passed meanwhile may be the last that was missing of a call.
  for (const std::string& id : std::vector<std::string>(app.open.begin(), app.open.end()))
    close_if_done(app, app.calls.at(id), at.facts.asked.received_at);
  // Beyond the look-back nobody tells the end of a call any more: one that gave no sign of life is let go of.
  const WorldTime reach = at.known_to() - at.account.plan.of(at.endpoint).look_back;
  std::erase_if(app.calls, [&](const auto& item) {
    const CallProgress& call = item.second;
    if (!call.done && call.created < reach && call.last_alive() < replayed - kDay) {
      app.open.erase(item.first);
      return true;
    }
    return call.done && call.destroyed && *call.destroyed < replayed - kDay && call.created < replayed - kDay;
  });
}

}  // namespace agora_exporter::planner
