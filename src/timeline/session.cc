#include "timeline/session.h"

#include <algorithm>
#include <utility>

#include "agora_exporter/agora/catalog.h"
#include "agora_exporter/base/hash.h"

namespace agora_exporter::timeline {
namespace {

constexpr std::int64_t kTrimSeconds = 120;

std::uint32_t clamp_time(std::int64_t t) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(t, 0, UINT32_MAX));
}

bool same_text(const SessionText& a, const SessionText& b) {
  return a.app == b.app && a.channel == b.channel && a.call_id == b.call_id && a.uid == b.uid &&
         a.network == b.network && a.platform == b.platform && a.sdk_version == b.sdk_version &&
         a.device_type == b.device_type && a.speaker == b.speaker;
}

}  // namespace

Session::Session(std::size_t app, std::string sid, std::int64_t now, std::int64_t judged_until,
                 std::uint32_t known_until)
    : app_(app), sid_(std::move(sid)), known_until_(known_until), passed_(now), coverage_(judged_until) {}

std::size_t Session::inform(const agora::SessionEntry& entry, const Receipt& receipt,
                            const std::string& call_id, const std::string& app_name, std::int64_t now) {
  if (!entry.finished) {
    const std::int64_t until = unix_seconds(receipt.frame.end);
    evidence_ = std::max(evidence_, until);
    if (!evidence_at_ || until >= listed_until_) evidence_at_ = receipt.received;
    listed_until_ = std::max(listed_until_, until);
  }
  told_at_ = receipt.replayed;
  const bool is_new = !text_;
  std::size_t outside = 0;
  if (!text_ || receipt.ticket >= info_ticket_) {
    if (!text_) coverage_.start_at(unix_seconds(entry.joined));
    info_ticket_ = receipt.ticket;
    informed_at_ = receipt.received;
    set_text(entry, call_id, app_name);
    joined_ = unix_seconds(entry.joined);
    finished_ = entry.finished;
    left_.reset();
    if (entry.finished && entry.left) {
      left_ = unix_seconds(*entry.left);
      evidence_ = std::max(evidence_, *left_);
    }
    coverage_.cut(end());
    const std::uint32_t high = left_ ? clamp_time(*left_) : UINT32_MAX;
    for (Stream& s : streams_) {
      outside += s.points.clip(clamp_time(joined_), high, kOutsideTolerance, clamp_time(now));
    }
  }
  // What R passed before the session was known was not in hand, though its points may have been folded first:
  // answers of one second come in the order of their tickets.
  coverage_.judge(std::min(now, end()), is_new ? INT64_MIN : covered());
  return outside;
}

void Session::set_text(const agora::SessionEntry& entry, const std::string& call_id,
                       const std::string& app_name) {
  SessionText text;
  text.app = app_name;
  text.channel = entry.channel;
  text.call_id = call_id;
  text.sid = sid_;
  text.uid = std::to_string(entry.uid);
  text.network = entry.network;
  text.platform = entry.platform;
  text.sdk_version = entry.sdk_version;
  text.device_type = entry.device_type;
  text.speaker = entry.speaker;
  text.hash = stable_hash(sid_);
  if (text_ && same_text(*text_, text)) return;
  if (!text_ || text_->network != text.network || text_->platform != text.platform ||
      text_->sdk_version != text.sdk_version) {
    registered_ = false;
    totals_ = nullptr;
    observed_ = nullptr;
  }
  text_ = std::make_shared<const SessionText>(std::move(text));
}

void Session::register_labels(LabelRegistries& registries, std::int64_t now) {
  if (!text_ || registered_ || end() <= now) return;
  labels_ = registries.admit(app_, text_->platform, text_->network, text_->sdk_version);
  registered_ = true;
}

void Session::hear(std::int64_t newest, const Receipt& receipt, std::int64_t now) {
  if (newest == 0) return;
  const std::int64_t frame_end = unix_seconds(receipt.frame.end);
  evidence_ = std::max(evidence_, newest);
  if (text_) {
    coverage_.judge(std::min(now, end()), covered());
    const std::int64_t reach = left_ && frame_end >= *left_ ? *left_ : std::min(frame_end, newest);
    coverage_.came_late(unix_seconds(receipt.frame.start), reach, now);
  }
  covered_until_ = std::max(covered_until_, std::min(frame_end, newest));
  asked_until_ = std::max(asked_until_, frame_end);
  answers_.push_back({receipt.received, newest});
}

// A silent session is a session all the same: its seconds are in hand once it is known that there is nothing.
// Of one that is not known to have left nothing is known.
void Session::hear_nothing(const Receipt& receipt, std::int64_t now) {
  const std::int64_t frame_end = unix_seconds(receipt.frame.end);
  if (!text_ || !left_ || frame_end < *left_ + kTrailSeconds) return;
  // What R has passed was not in hand.
  coverage_.judge(std::min(now, end()), covered());
  coverage_.came_late(unix_seconds(receipt.frame.start), *left_, now);
  asked_until_ = std::max(asked_until_, frame_end);
  answers_.push_back({receipt.received, *left_});
}

std::int64_t Session::covered() const {
  return left_ && asked_until_ >= *left_ ? std::max(covered_until_, *left_) : covered_until_;
}

Dropped Session::take(Stream& stream, std::span<const std::uint32_t> times, std::span<const double> values,
                      const Receipt& receipt) {
  Dropped dropped;
  if (times.empty()) return dropped;
  const auto at = [&](auto it) { return static_cast<std::size_t>(it - times.begin()); };
  const std::uint32_t low = text_ ? clamp_time(joined_) : 0;
  const std::uint32_t high = left_ ? clamp_time(*left_) : UINT32_MAX;
  const std::size_t first = at(std::ranges::lower_bound(times, low));
  const std::size_t last = std::max(first, at(std::ranges::upper_bound(times, high)));
  const std::size_t fresh =
      std::clamp(at(std::ranges::upper_bound(times, clamp_time(receipt.replayed))), first, last);

  const std::size_t known = at(std::ranges::upper_bound(times, stream.known_until));
  for (std::size_t i = known; i < first; ++i) dropped.outside += low - times[i] > kOutsideTolerance ? 1 : 0;
  for (std::size_t i = std::max(known, last); i < times.size(); ++i) {
    dropped.outside += times[i] - high > kOutsideTolerance ? 1 : 0;
  }
  if (known < fresh) dropped.late = fresh - std::max(known, first);
  stream.points.merge(times.subspan(fresh, last - fresh), values.subspan(fresh, last - fresh),
                      receipt.ticket);
  stream.known_until = std::max(stream.known_until, times.back());
  return dropped;
}

Stream& Session::stream(std::uint32_t peer_uid, std::uint32_t mid, double factor) {
  const std::uint64_t key = stream_key(peer_uid, mid);
  const auto it = std::ranges::lower_bound(streams_, key, {}, [](const Stream& s) { return stream_key(s); });
  if (it != streams_.end() && stream_key(*it) == key) return *it;
  Stream added;
  added.peer_uid = peer_uid;
  added.mid = mid;
  added.mid_index = agora::mid_index(mid).value_or(kUnknownIndex);
  added.part = part_of(mid);
  added.factor = factor;
  added.known_until = known_until_;
  return *streams_.insert(it, std::move(added));
}

void Session::refresh() {
  next_point_ = INT64_MAX;
  next_observed_ = INT64_MAX;
  for (Stream& s : streams_) {
    if (s.part == Part::none) continue;
    s.next = s.points.first_after(clamp_time(passed_));
    if (s.next == s.points.size()) continue;
    const std::int64_t t = s.points.time(s.next);
    next_point_ = std::min(next_point_, t);
    if (observed_of(s.part)) next_observed_ = std::min(next_observed_, t);
  }
}

void Session::pass(std::int64_t r, TotalsBook& book, Estimates& estimates, SecondsCounts& seconds) {
  if (r <= passed_) return;
  Amounts more{};
  Amounts* const amounts = weight() > 1 ? &more : nullptr;
  if (text_) {
    open_sets(r, book);
    count_seconds(r, book, amounts);
  }
  if (next_point_ <= r) count_points(r, book, amounts);
  if (amounts != nullptr && more != Amounts{}) estimates.add(app_, *sample_, more, std::min(r, end()));
  if (text_) coverage_.judge(std::min(r, end()), covered());
  coverage_.settle(r, weight(), seconds);
  if (r >= trim_at_) trim(r);
  passed_ = r;
}

void Session::open_sets(std::int64_t r, TotalsBook& book) {
  if (!registered_) return;
  if (totals_ == nullptr && joined_ <= r + kZeroAheadSeconds && end() > passed_)
    totals_ = &book.totals(labels_);
  if (observed_ == nullptr && next_observed_ <= r + kZeroAheadSeconds) observed_ = &book.observed(labels_);
}

void Session::count_seconds(std::int64_t r, TotalsBook& book, Amounts* amounts) {
  const std::int64_t from = std::max(passed_, joined_);
  const std::int64_t to = std::min(r, end());
  if (to <= from) return;
  if (totals_ == nullptr) totals_ = &book.totals(labels_);
  totals_->session_seconds += static_cast<std::uint64_t>(to - from) * weight();
  if (amounts != nullptr) amount(*amounts, Estimated::session_seconds) += (to - from) * kThousandths;
}

void Session::count_points(std::int64_t r, TotalsBook& book, Amounts* amounts) {
  if (registered_ && totals_ == nullptr) totals_ = &book.totals(labels_);
  next_point_ = INT64_MAX;
  next_observed_ = INT64_MAX;
  for (Stream& s : streams_) {
    if (s.part == Part::none) continue;
    pass_points(s, clamp_time(r), {totals_, observed_, weight(), amounts});
    if (s.next == s.points.size()) continue;
    const std::int64_t t = s.points.time(s.next);
    next_point_ = std::min(next_point_, t);
    if (observed_of(s.part)) next_observed_ = std::min(next_observed_, t);
  }
}

void Session::trim(std::int64_t r) {
  for (Stream& s : streams_) {
    const std::size_t before = s.points.size();
    s.points.forget_before(clamp_time(r));
    const std::size_t forgotten = before - s.points.size();
    s.next -= std::min(s.next, forgotten);
  }
  std::erase_if(answers_, [&](const Answer& a) { return !is_needed(a, r); });
  trim_at_ = r + kTrimSeconds;
}

std::uint32_t Session::known_until() const {
  std::uint32_t until = known_until_;
  for (const Stream& s : streams_) until = std::max(until, s.known_until);
  return until;
}

WallTime Session::needed_since(std::int64_t r, WallTime otherwise) const {
  if (informed_at_) otherwise = std::min(otherwise, *informed_at_);
  if (evidence_at_ && (listed_until_ > r || listed_until_ == evidence_)) {
    otherwise = std::min(otherwise, *evidence_at_);
  }
  for (const Answer& a : answers_) {
    if (is_needed(a, r)) otherwise = std::min(otherwise, a.received);
  }
  return otherwise;
}

// For its points, or because the session would be given up without it.
bool Session::is_needed(const Answer& answer, std::int64_t r) const {
  return answer.newest >= r - std::int64_t{kGapSeconds} || answer.newest == evidence_;
}

}  // namespace agora_exporter::timeline
