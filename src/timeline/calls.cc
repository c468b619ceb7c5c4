#include "timeline/calls.h"

#include <algorithm>
#include <cmath>

namespace agora_exporter::timeline {

CallStore::Calls::const_iterator CallStore::find(const std::string& call_id, const Receipt& receipt,
                                                 std::int64_t now) const {
  const auto it = calls_.find(std::pair(receipt.app, call_id));
  // What came before R stood here (after a restore) is told in order, and in whole only at its end.
  const bool is_gone = it != calls_.end() && receipt.replayed >= now && it->second.gone_at(now);
  return is_gone ? calls_.end() : it;
}

void CallStore::fold(const agora::CallList& list, const Receipt& receipt, std::int64_t now) {
  for (const agora::CallEntry& entry : list.calls) {
    const auto key = std::pair(receipt.app, entry.call_id);
    if (const auto it = calls_.find(key); it != calls_.end()) {
      pass(it->second, key, now);
      if (find(entry.call_id, receipt, now) == calls_.end()) calls_.erase(it);
    }
    const auto [it, is_new] = calls_.try_emplace(key);
    Call& call = it->second;
    if (is_new) {
      call.passed = now;
      // What was known when a checkpoint was written is in there, where it is not 1.
      if (receipt.replayed >= rules_.restored_at)
        call.weight = agora::weight_of(entry.call_id, agora::inclusion_of(entry, receipt.inclusion));
    }
    tell(call, entry, receipt);
  }
}

void CallStore::tell(Call& call, const agora::CallEntry& entry, const Receipt& receipt) {
  const AppOptions& app = rules_.options.apps[receipt.app];
  if (!call.told) call.wanted = !app.wanted || app.wanted(entry.channel);
  call.told = true;
  if (receipt.ticket >= call.ticket) {
    call.created = unix_seconds(entry.created);
    call.ticket = receipt.ticket;
    call.listed_at = receipt.received;
  }
  if (entry.finished && entry.destroyed && receipt.ticket >= call.finished_ticket) {
    call.destroyed = unix_seconds(*entry.destroyed);
    call.finished_ticket = receipt.ticket;
    call.finished_at = receipt.received;
    call.audio_freeze = entry.audio_freeze_ratio;
    call.video_freeze = entry.video_freeze_ratio;
    call.unseen_users = entry.mean_users ? *entry.mean_users : users_[receipt.app].mean();
    note_seen(call, receipt.app);
  }
  const std::int64_t alive = unix_seconds(receipt.asked - app.list_delay) - kListMargin;
  if (!entry.finished && alive >= call.alive_until) {
    call.alive_until = alive;
    call.alive_at = receipt.received;
  }
}

void CallStore::asked_about(const std::string& call_id, const Receipt& receipt, std::int64_t now,
                            std::int64_t ended, std::optional<std::int64_t> goes_on_until) {
  if (find(call_id, receipt, now) == calls_.end()) return;
  Call& call = calls_.at(std::pair(receipt.app, call_id));
  if (goes_on_until) call.heard_until = std::max(call.heard_until, *goes_on_until);
  call.asked = true;
  call.session_seconds += ended;
  if (call.seen) users_[receipt.app].session_seconds += ended;
  note_seen(call, receipt.app);
}

void CallStore::note_seen(Call& call, std::size_t app) {
  if (call.seen || !call.asked || !call.destroyed) return;
  call.seen = true;
  users_[app].session_seconds += call.session_seconds;
  users_[app].call_seconds += std::max<std::int64_t>(*call.destroyed - call.created, 0);
}

std::uint32_t CallStore::weight(const std::string& call_id, const Receipt& receipt, std::int64_t now) const {
  const auto it = find(call_id, receipt, now);
  return it == calls_.end() ? 1 : it->second.weight;
}

bool CallStore::Call::gone_at(std::int64_t r) const {
  if (destroyed) return r > *destroyed + kKeepCallSeconds;
  return r > std::max({created, alive_until, heard_until}) + kGiveUpCallSeconds;
}

void CallStore::pass(Call& call, const std::pair<std::size_t, std::string>& key, std::int64_t r) {
  if (r <= call.passed || !call.told) return;
  const auto passes = [&](std::int64_t t) { return t > call.passed && t <= r; };
  if (!call.started && passes(call.created)) {
    ++counters_[key.first].started;
    call.started = true;
  }
  if (!call.ended && call.destroyed && passes(*call.destroyed)) {
    call.ended = true;
    count_end(call, key.first);
  }
  call.passed = r;
}

void CallStore::count_end(const Call& call, std::size_t app) {
  CallCounters& counters = counters_[app];
  const auto length = static_cast<double>(std::max<std::int64_t>(*call.destroyed - call.created, 0));
  ++counters.ended;
  counters.duration.observe(kCallDurationBounds, length);
  if (call.audio_freeze) counters.audio_freeze.observe(kFreezeBounds, *call.audio_freeze);
  if (call.video_freeze) counters.video_freeze.observe(kFreezeBounds, *call.video_freeze);
  // Where calls are a sample, those that were asked about stand for it.
  if (rules_.options.representative || call.asked || !call.wanted) return;
  tallies_[app].seconds[static_cast<std::size_t>(SecondsOutcome::sampled_out)] +=
      static_cast<std::uint64_t>(std::fmin(length * call.unseen_users, 1e12));
}

void CallStore::pass(std::int64_t r) {
  for (auto it = calls_.begin(); it != calls_.end();) {
    pass(it->second, it->first, r);
    it = it->second.gone_at(r) ? calls_.erase(it) : std::next(it);
  }
}

void CallStore::show(std::int64_t r, const SessionsEnd& sessions_end, std::vector<AppWorld>& apps) const {
  for (const auto& [key, call] : calls_) {
    if (!call.told || call.created > r || (call.destroyed && *call.destroyed <= r)) continue;
    AppWorld& app = apps[key.first];
    const bool active =
        call.destroyed || r < call.alive_until || sessions_end(key.first, key.second).value_or(INT64_MIN) > r;
    ++(active ? app.active_calls : app.calls_end_unknown);
  }
  for (std::size_t i = 0; i < apps.size(); ++i) {
    apps[i].calls_started = counters_[i].started;
    apps[i].calls_ended = counters_[i].ended;
    apps[i].call_duration = counters_[i].duration.snapshot(kCallDurationBounds.size());
    apps[i].call_audio_freeze = counters_[i].audio_freeze.snapshot(kFreezeBounds.size());
    apps[i].call_video_freeze = counters_[i].video_freeze.snapshot(kFreezeBounds.size());
  }
}

WallTime CallStore::needed_since(std::int64_t r, WallTime otherwise) const {
  for (const auto& [key, call] : calls_) {
    if (!call.told) continue;
    otherwise = std::min(otherwise, call.listed_at);
    if (call.destroyed) otherwise = std::min(otherwise, call.finished_at);
    if (!call.destroyed && call.alive_until > r) otherwise = std::min(otherwise, call.alive_at);
  }
  return otherwise;
}

void CallStore::save(CheckpointWriter& out) const {
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const CallCounters& c = counters_[i];
    out.record("calls").text(rules_.ids[i]).number(c.started).number(c.ended);
    c.duration.save(kCallDurationBounds.size(), out);
    out.record("call freezes").text(rules_.ids[i]);
    c.audio_freeze.save(kFreezeBounds.size(), out);
    c.video_freeze.save(kFreezeBounds.size(), out);
  }
  for (const auto& [key, call] : calls_) {
    if (call.weight == 1 && !call.asked) continue;
    out.record("call").text(rules_.ids[key.first]).text(key.second).number(call.weight);
    out.number(call.asked ? 1 : 0).number(call.session_seconds);
  }
}

bool CallStore::load(const CheckpointRecord& record) {
  const auto app = rules_.by_id.find(record.text());
  const auto started = record.number<std::uint64_t>();
  const auto ended = record.number<std::uint64_t>();
  HistogramSum duration;
  duration.load(kCallDurationBounds.size(), record);
  if (!record.complete()) return false;
  if (app == rules_.by_id.end()) return true;
  CallCounters& counters = counters_[app->second];
  counters.started = started;
  counters.ended = ended;
  counters.duration = std::move(duration);
  return true;
}

bool CallStore::load_freezes(const CheckpointRecord& record) {
  const auto app = rules_.by_id.find(record.text());
  HistogramSum audio, video;
  audio.load(kFreezeBounds.size(), record);
  video.load(kFreezeBounds.size(), record);
  if (!record.complete()) return false;
  if (app == rules_.by_id.end()) return true;
  counters_[app->second].audio_freeze = std::move(audio);
  counters_[app->second].video_freeze = std::move(video);
  return true;
}

// The rest of what is known of the call is in the facts.
bool CallStore::load_call(const CheckpointRecord& record, std::int64_t at) {
  const auto app = rules_.by_id.find(record.text());
  const std::string call_id = record.text();
  Call call;
  call.weight = record.number<std::uint32_t>();
  call.asked = record.number<int>() != 0;
  call.session_seconds = record.number<std::int64_t>();
  call.created = call.passed = at;
  if (!record.complete()) return false;
  if (app == rules_.by_id.end()) return true;
  return calls_.emplace(std::pair(app->second, call_id), call).second;
}

}  // namespace agora_exporter::timeline
