// One session: what is known of it, its streams, and what R has counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "timeline/coverage.h"
#include "timeline/estimates.h"
#include "timeline/labels.h"
#include "timeline/receipt.h"
#include "timeline/stream.h"
#include "timeline/totals.h"

namespace agora_exporter::timeline {

// A label set appears at zero so long before its first increment (design, "a new counter label set").
inline constexpr std::int64_t kZeroAheadSeconds = 120;
// A session is kept a little past its end, so that the outcome of its last seconds is settled; one that never
// got an end is given up so long after the last that was heard of it.
inline constexpr std::int64_t kKeepSeconds = 400;
inline constexpr std::int64_t kGiveUpSeconds = 7200;
// Data may trail: what a frame lacks of a session that left so long before its end, there is not.
inline constexpr std::int64_t kTrailSeconds = 120;
// Points so little outside the session's time are ignored without a word.
inline constexpr std::uint32_t kOutsideTolerance = 2;

// Points of one answer that were not taken.
struct Dropped {
  std::uint64_t late = 0, outside = 0;
};

// Facts come in the order of their tickets' receipt, each after pass(now), where `now` is the R at which it
// counts.
class Session {
 public:
  // Nothing up to `now` is counted any more, nor is the outcome of seconds up to `judged_until` or a point up
  // to `known_until` told again.
  Session(std::size_t app, std::string sid, std::int64_t now, std::int64_t judged_until,
          std::uint32_t known_until);

  // From an entry of call/sessions. Returns how many points in hand turn out to lie outside its time.
  std::size_t inform(const agora::SessionEntry& entry, const Receipt& receipt, const std::string& call_id,
                     const std::string& app_name, std::int64_t now);
  // The answer has something of this session: when it was last heard of, which seconds it covers.
  void hear(std::int64_t newest, const Receipt& receipt, std::int64_t now);
  // The answer was asked about this session and has nothing of it.
  void hear_nothing(const Receipt& receipt, std::int64_t now);
  Dropped take(Stream& stream, std::span<const std::uint32_t> times, std::span<const double> values,
               const Receipt& receipt);
  // Labels are registered when facts are folded, since that order is the same on every run.
  void register_labels(LabelRegistries& registries, std::int64_t now);

  // Finds or adds. `factor` is of a new one.
  Stream& stream(std::uint32_t peer_uid, std::uint32_t mid, double factor);
  // Sees to what hear(), take() and inform() may have moved; once after each fact.
  void refresh();
  // For whom it stands in the totals, told when call/sessions tells of it first. Until then, for itself.
  bool is_known() const { return text_ != nullptr; }
  void stand_for(Sample sample) { sample_ = std::make_unique<Sample>(std::move(sample)); }
  const Sample* sample() const { return sample_.get(); }
  // For how many sessions it stands; 0: for none.
  std::uint64_t weight() const { return sample_ ? sample_->weight() : 1; }

  // R passes all up to `r`.
  void pass(std::int64_t r, TotalsBook& book, Estimates& estimates, SecondsCounts& seconds);

  bool is_finished() const { return finished_ && left_; }
  // leave_ts if finished, else the last evidence that it went on.
  std::int64_t end() const { return finished_ && left_ ? *left_ : evidence_; }
  bool shown_at(std::int64_t r) const { return text_ && joined_ <= r && r < end(); }
  bool gone_at(std::int64_t r) const {
    return r > heard_until() + (finished_ ? kKeepSeconds : kGiveUpSeconds);
  }
  // The end; while leave_ts is not known, also R when the newest listing came: points of it may be on their
  // way.
  std::int64_t heard_until() const { return finished_ && left_ ? *left_ : std::max(evidence_, told_at_); }
  // The session comes from a checkpoint, as of R = `at`: counters of its stream, and for whom it stands.
  void restore(Stream& stream, const Playback& counted, std::int64_t at) {
    stream.counting = true;
    stream.counted = counted;
    told_at_ = at;
  }
  void restore(Sample sample, std::int64_t at) {
    stand_for(std::move(sample));
    told_at_ = at;
  }

  std::size_t app() const { return app_; }
  const std::string& sid() const { return sid_; }
  const std::shared_ptr<const SessionText>& text() const { return text_; }
  const Labels& labels() const { return labels_; }
  std::int64_t joined() const { return joined_; }
  const std::vector<Stream>& streams() const { return streams_; }
  std::int64_t judged_until() const { return coverage_.judged_until(); }
  std::uint32_t known_until() const;
  // When the oldest fact came that is needed for R > r.
  WallTime needed_since(std::int64_t r, WallTime otherwise) const;

 private:
  std::int64_t covered() const;
  void set_text(const agora::SessionEntry& entry, const std::string& call_id, const std::string& app_name);
  void open_sets(std::int64_t r, TotalsBook& book);
  // `amounts`: of this session alone, or null.
  void count_seconds(std::int64_t r, TotalsBook& book, Amounts* amounts);
  void count_points(std::int64_t r, TotalsBook& book, Amounts* amounts);
  void trim(std::int64_t r);

  const std::size_t app_;
  const std::string sid_;
  std::unique_ptr<Sample> sample_;  // null: it stands for itself alone

  std::shared_ptr<const SessionText> text_;  // null: only metrics of it are known
  std::uint64_t info_ticket_ = 0;
  std::int64_t joined_ = 0;
  std::optional<std::int64_t> left_;
  bool finished_ = false;
  std::int64_t evidence_ = INT64_MIN / 2;
  std::int64_t told_at_ = INT64_MIN / 2;  // R when call/sessions, or a checkpoint, told of it

  Labels labels_;
  bool registered_ = false;
  TotalsSet* totals_ = nullptr;
  ObservedSet* observed_ = nullptr;

  std::vector<Stream> streams_;             // by stream_key
  std::uint32_t known_until_;               // of streams not seen yet
  std::int64_t passed_;                     // all up to here is counted
  std::int64_t next_point_ = INT64_MAX;     // of streams with a part
  std::int64_t next_observed_ = INT64_MAX;  // of those that feed histograms
  std::int64_t trim_at_ = 0;

  Coverage coverage_;
  std::int64_t covered_until_ = INT64_MIN;  // by points
  std::int64_t asked_until_ = INT64_MIN;    // by the frame of an answer

  // Facts that may be needed again after a restart.
  struct Answer {
    WallTime received;
    std::int64_t newest;
  };
  bool is_needed(const Answer& answer, std::int64_t r) const;
  std::vector<Answer> answers_;
  std::optional<WallTime> informed_at_;  // by the listing with the greatest ticket
  std::optional<WallTime> evidence_at_;  // by the listing that reaches furthest
  std::int64_t listed_until_ = INT64_MIN;
};

}  // namespace agora_exporter::timeline
