#include "timeline/calls.h"

#include <algorithm>

namespace agora_exporter::timeline {

void CallStore::fold(const agora::CallList& list, const Receipt& receipt, std::int64_t now) {
  const std::int64_t alive =
      unix_seconds(receipt.asked - rules_.options.apps[receipt.app].list_delay) - kListMargin;
  for (const agora::CallEntry& entry : list.calls) {
    const auto key = std::pair(receipt.app, entry.call_id);
    auto it = calls_.find(key);
    if (it != calls_.end()) {
      pass(it->second, receipt.app, now);
      // What came before R stood here (after a restore) is told in order, and in whole only at its end.
      if (receipt.replayed >= now && it->second.gone_at(now)) {
        calls_.erase(it);
        it = calls_.end();
      }
    }
    if (it == calls_.end()) {
      it = calls_.emplace(key, Call{}).first;
      it->second.passed = now;
    }
    Call& call = it->second;
    if (receipt.ticket >= call.ticket) {
      call.created = unix_seconds(entry.created);
      call.ticket = receipt.ticket;
      call.listed_at = receipt.received;
    }
    if (entry.finished && entry.destroyed && receipt.ticket >= call.finished_ticket) {
      call.destroyed = unix_seconds(*entry.destroyed);
      call.finished_ticket = receipt.ticket;
      call.finished_at = receipt.received;
    }
    if (!entry.finished && alive >= call.alive_until) {
      call.alive_until = alive;
      call.alive_at = receipt.received;
    }
  }
}

void CallStore::heard_of(std::size_t app, const std::string& call_id, std::int64_t t) {
  const auto it = calls_.find(std::pair(app, call_id));
  if (it != calls_.end()) it->second.heard_until = std::max(it->second.heard_until, t);
}

bool CallStore::Call::gone_at(std::int64_t r) const {
  if (destroyed) return r > *destroyed + kKeepCallSeconds;
  return r > std::max({created, alive_until, heard_until}) + kGiveUpCallSeconds;
}

void CallStore::pass(Call& call, std::size_t app, std::int64_t r) {
  if (r <= call.passed) return;
  const auto passes = [&](std::int64_t t) { return t > call.passed && t <= r; };
  if (!call.started && passes(call.created)) {
    ++counters_[app].started;
    call.started = true;
  }
  if (!call.ended && call.destroyed && passes(*call.destroyed)) {
    ++counters_[app].ended;
    call.ended = true;
    counters_[app].duration.observe(
        kCallDurationBounds, static_cast<double>(std::max<std::int64_t>(*call.destroyed - call.created, 0)));
  }
  call.passed = r;
}

void CallStore::pass(std::int64_t r) {
  for (auto it = calls_.begin(); it != calls_.end();) {
    pass(it->second, it->first.first, r);
    it = it->second.gone_at(r) ? calls_.erase(it) : std::next(it);
  }
}

void CallStore::show(std::int64_t r, const SessionsEnd& sessions_end, std::vector<AppWorld>& apps) const {
  for (const auto& [key, call] : calls_) {
    if (call.created > r || (call.destroyed && *call.destroyed <= r)) continue;
    AppWorld& app = apps[key.first];
    const bool active =
        call.destroyed || r < call.alive_until || sessions_end(key.first, key.second).value_or(INT64_MIN) > r;
    ++(active ? app.active_calls : app.calls_end_unknown);
  }
  for (std::size_t i = 0; i < apps.size(); ++i) {
    apps[i].calls_started = counters_[i].started;
    apps[i].calls_ended = counters_[i].ended;
    apps[i].call_duration = counters_[i].duration.snapshot(kCallDurationBounds.size());
  }
}

WallTime CallStore::needed_since(std::int64_t r, WallTime otherwise) const {
  for (const auto& [key, call] : calls_) {
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
    const Histogram duration = c.duration.snapshot(kCallDurationBounds.size());
    for (const std::uint64_t n : duration.buckets) out.number(n);
    out.sum(c.duration.sum).number(c.duration.count);
  }
}

bool CallStore::load(const CheckpointRecord& record) {
  const auto app = rules_.by_id.find(record.text());
  CallCounters counters;
  counters.started = record.number<std::uint64_t>();
  counters.ended = record.number<std::uint64_t>();
  counters.duration.buckets.resize(kCallDurationBounds.size() + 1);
  for (std::uint64_t& n : counters.duration.buckets) n = record.number<std::uint64_t>();
  counters.duration.sum = record.sum();
  counters.duration.count = record.number<std::uint64_t>();
  if (!record.complete()) return false;
  if (app != rules_.by_id.end()) counters_[app->second] = std::move(counters);
  return true;
}

}  // namespace agora_exporter::timeline
