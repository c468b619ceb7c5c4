#include "timeline/session_store.h"

#include <algorithm>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/agora/sampling.h"
#include "agora_exporter/base/hash.h"

namespace agora_exporter::timeline {
namespace {

std::uint64_t tomb_key(std::size_t app, const std::string& sid) { return stable_hash(sid, app); }

// Of a large call only some sessions are followed, by the measure of the answer that tells of them first.
Sample sample_of(const std::string& sid, const std::string& call_id, std::uint32_t of_call,
                 double inclusion) {
  Sample sample;
  sample.call_id = call_id;
  sample.of_call = of_call;
  sample.of_session = agora::is_sampled(sid, inclusion) ? agora::weight_of(sid, inclusion) : 0;
  return sample;
}

}  // namespace

Session& SessionStore::session(std::size_t app, const std::string& sid, std::int64_t now,
                               std::int64_t replayed) {
  const auto key = std::pair(app, sid);
  const auto it = sessions_.find(key);
  if (it != sessions_.end()) {
    it->second->pass(now, book_, estimates_, tallies_[app].seconds);
    if (replayed < now || !it->second->gone_at(now)) return *it->second;
    bury(*it->second);
    sessions_.erase(it);
  }
  std::int64_t judged_until = rules_.process_start;
  auto known_until =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(rules_.process_start, 0, UINT32_MAX));
  if (const auto tomb = tombs_.find(tomb_key(app, sid));
      tomb != tombs_.end() && now <= tomb->second.kept_until) {
    judged_until = std::max(judged_until, tomb->second.judged_until);
    known_until = std::max(known_until, tomb->second.known_until);
  }
  return *sessions_.emplace(key, std::make_unique<Session>(app, sid, now, judged_until, known_until))
              .first->second;
}

Session* SessionStore::find(std::size_t app, const std::string& sid, std::int64_t now) {
  const auto it = sessions_.find(std::pair(app, sid));
  if (it == sessions_.end()) return nullptr;
  it->second->pass(now, book_, estimates_, tallies_[app].seconds);
  return it->second.get();
}

void SessionStore::bury(const Session& session) {
  tombs_[tomb_key(session.app(), session.sid())] = {session.judged_until(), session.known_until(),
                                                    session.heard_until() + kDay.count()};
}

std::int64_t SessionStore::fold(const Listing& listing, std::uint32_t of_call, const Receipt& receipt,
                                std::int64_t now) {
  std::int64_t ended = 0;
  for (const agora::SessionEntry& entry : listing.sessions) {
    Session& s = session(receipt.app, entry.sid, now, receipt.replayed);
    // What was known when a checkpoint was written is in there, where it is not 1.
    if (!s.is_known() && s.sample() == nullptr && receipt.replayed >= rules_.restored_at) {
      Sample sample = sample_of(entry.sid, listing.call_id, of_call, receipt.inclusion);
      if (sample.weight() != 1) s.stand_for(std::move(sample));
    }
    const bool had_ended = s.is_finished();
    const std::size_t outside = s.inform(entry, receipt, listing.call_id, rules_.names[receipt.app], now);
    if (!had_ended && s.is_finished()) ended += std::max<std::int64_t>(s.end() - s.joined(), 0);
    s.register_labels(labels_, now);
    s.refresh();
    if (receipt.replayed >= rules_.process_start) tallies_[receipt.app].outside_session += outside;
  }
  return ended;
}

void SessionStore::fold(const PointBatch& batch, const Receipt& receipt, std::int64_t now) {
  std::vector<Session*> touched;
  for (const SidPoints& points : batch.sids) {
    if (points.newest == 0) {
      if (Session* silent = find(receipt.app, points.sid, now)) silent->hear_nothing(receipt, now);
      touched.push_back(nullptr);
      continue;
    }
    Session& s = session(receipt.app, points.sid, now, receipt.replayed);
    s.hear(points.newest, receipt, now);
    s.register_labels(labels_, now);
    touched.push_back(&s);
  }
  take(batch, receipt, touched);
  for (Session* s : touched) {
    if (s != nullptr) s->refresh();
  }
  if (receipt.replayed >= rules_.process_start) tallies_[receipt.app].outside_session += batch.beyond_reason;
}

void SessionStore::take(const PointBatch& batch, const Receipt& receipt,
                        const std::vector<Session*>& sessions) {
  Tally tally;
  for (const agora::Stream& range : batch.streams) {
    Session* s = sessions[range.sid];
    if (s == nullptr) continue;
    const std::span times = std::span(batch.times).subspan(range.begin, range.end - range.begin);
    const std::span values = std::span(batch.values).subspan(range.begin, range.end - range.begin);
    double factor = 1.0;
    if (const auto index = agora::mid_index(range.mid)) {
      factor = rules_.factors[receipt.app][*index];
    } else if (!admit_mid(range.mid)) {
      // Only what could have been shown: the same past points come with many an answer.
      tally.unknown_mid += static_cast<std::uint64_t>(
          std::ranges::count_if(times, [&](std::uint32_t t) { return t > receipt.replayed; }));
      continue;
    }
    const Dropped dropped = s->take(s->stream(range.peer_uid, range.mid, factor), times, values, receipt);
    tally.late += dropped.late;
    tally.outside_session += dropped.outside;
  }
  if (receipt.replayed < rules_.process_start) return;
  Tally& all = tallies_[receipt.app];
  all.late += tally.late;
  all.outside_session += tally.outside_session;
  all.unknown_mid += tally.unknown_mid;
}

bool SessionStore::admit_mid(std::uint32_t mid) {
  if (std::ranges::find(unknown_mids_, mid) != unknown_mids_.end()) return true;
  if (unknown_mids_.size() >= kMaxUnknownMids) return false;
  unknown_mids_.push_back(mid);
  return true;
}

void SessionStore::pass(std::int64_t r) {
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    Session& s = *it->second;
    s.pass(r, book_, estimates_, tallies_[s.app()].seconds);
    if (s.gone_at(r)) {
      bury(s);
      it = sessions_.erase(it);
    } else {
      ++it;
    }
  }
  if (r < sweep_tombs_at_) return;
  sweep_tombs_at_ = r + kDay.count() / 24;
  std::erase_if(tombs_, [r](const auto& tomb) { return tomb.second.kept_until < r; });
}

WallTime SessionStore::needed_since(std::int64_t r, WallTime otherwise) const {
  for (const auto& [key, s] : sessions_) otherwise = s->needed_since(r, otherwise);
  return otherwise;
}

void SessionStore::save(CheckpointWriter& out) const {
  const auto save_label = [&out](std::string_view label, const LabelRegistry& registry) {
    for (const std::string& value : registry.values()) out.record("label").text(label).text(value);
  };
  save_label("platform", labels_.platform);
  save_label("network", labels_.network);
  save_label("sdk_version", labels_.sdk_version);
  for (const std::uint32_t mid : unknown_mids_) out.record("label").text("mid").text(std::to_string(mid));
  for (const auto& [key, s] : sessions_) {
    if (const Sample* sample = s->sample()) {
      out.record("sample").text(rules_.ids[key.first]).text(key.second).text(sample->call_id);
      out.number(sample->of_call).number(sample->of_session);
      for (const std::int64_t n : sample->counted) out.number(n);
    }
    for (const Stream& stream : s->streams()) {
      if (!stream.counting) continue;
      out.record("stream").text(rules_.ids[key.first]).text(key.second);
      out.number(stream.peer_uid).number(stream.mid).number(stream.counted.played).sum(stream.counted.frozen);
    }
  }
}

bool SessionStore::load_label(const CheckpointRecord& record) {
  const std::string label = record.text();
  if (label == "mid") return admit_mid(record.number<std::uint32_t>()) && record.complete();
  const std::string value = record.text();
  if (!record.complete()) return false;
  LabelRegistry* registry = label == "platform"      ? &labels_.platform
                            : label == "network"     ? &labels_.network
                            : label == "sdk_version" ? &labels_.sdk_version
                                                     : nullptr;
  if (registry == nullptr || registry->values().size() >= kMaxLabelValues) return false;
  registry->admit(value);
  return true;
}

bool SessionStore::load_stream(const CheckpointRecord& record, std::int64_t at) {
  const auto app = rules_.by_id.find(record.text());
  const std::string sid = record.text();
  const auto peer_uid = record.number<std::uint32_t>();
  const auto mid = record.number<std::uint32_t>();
  Playback counted;
  counted.played = record.number<std::uint64_t>();
  counted.frozen = record.sum();
  const Part part = part_of(mid);
  if (!record.complete() || (part != Part::audio_freeze && part != Part::video_freeze)) return false;
  if (app == rules_.by_id.end()) return true;
  const auto index = agora::mid_index(mid);
  if (!index) return false;
  Session& s = session(app->second, sid, at, at - 1);
  s.restore(s.stream(peer_uid, mid, rules_.factors[app->second][*index]), counted, at);
  return true;
}

bool SessionStore::load_sample(const CheckpointRecord& record, std::int64_t at) {
  const auto app = rules_.by_id.find(record.text());
  const std::string sid = record.text();
  Sample sample;
  sample.call_id = record.text();
  sample.of_call = record.number<std::uint32_t>();
  sample.of_session = record.number<std::uint32_t>();
  for (std::int64_t& n : sample.counted) n = record.number<std::int64_t>();
  if (!record.complete()) return false;
  if (app != rules_.by_id.end()) session(app->second, sid, at, at - 1).restore(std::move(sample), at);
  return true;
}

}  // namespace agora_exporter::timeline
