// All sessions that the page shows, will show or has just shown.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "timeline/rules.h"
#include "timeline/session.h"

namespace agora_exporter::timeline {

inline constexpr std::size_t kMaxUnknownMids = 32;

class SessionStore {
 public:
  // All four outlive the store.
  SessionStore(const Rules& rules, TotalsBook& book, Estimates& estimates, std::vector<Tally>& tallies)
      : rules_(rules), book_(book), estimates_(estimates), tallies_(tallies) {}

  // `now`: the R at which the fact counts. Sessions that it is about are passed up to there first.
  // `of_call`: for how many calls this one stands. Returns the length of the sessions of which it is the
  // first to tell the end.
  std::int64_t fold(const Listing& listing, std::uint32_t of_call, const Receipt& receipt, std::int64_t now);
  void fold(const PointBatch& batch, const Receipt& receipt, std::int64_t now);
  // R passes all up to `r`; sessions that are over are forgotten.
  void pass(std::int64_t r);

  // By app and sid: the order of the page.
  using Sessions = std::map<std::pair<std::size_t, std::string>, std::unique_ptr<Session>>;
  const Sessions& sessions() const { return sessions_; }
  WallTime needed_since(std::int64_t r, WallTime otherwise) const;

  void save(CheckpointWriter& out) const;
  bool load_label(const CheckpointRecord& record);
  // Counters of a session's stream. What else is known of the session is in the facts.
  bool load_stream(const CheckpointRecord& record, std::int64_t at);
  bool load_sample(const CheckpointRecord& record, std::int64_t at);

 private:
  // What stays of a session that is gone, for a day: an answer that tells of it again is no news.
  struct Tomb {
    std::int64_t judged_until;
    std::uint32_t known_until;
    std::int64_t kept_until;
  };

  // Finds or adds; passes what it found up to `now`, and begins anew where that is over at `now`. What came
  // before R stood at `now` (after a restore) is told in order, and whether it is over shows only at the end
  // of that.
  Session& session(std::size_t app, const std::string& sid, std::int64_t now, std::int64_t replayed);
  // What is known already, passed up to `now`; or null.
  Session* find(std::size_t app, const std::string& sid, std::int64_t now);
  void bury(const Session& session);
  bool admit_mid(std::uint32_t mid);
  void take(const PointBatch& batch, const Receipt& receipt, const std::vector<Session*>& sessions);

  const Rules& rules_;
  TotalsBook& book_;
  Estimates& estimates_;
  std::vector<Tally>& tallies_;
  LabelRegistries labels_;
  std::vector<std::uint32_t> unknown_mids_;
  Sessions sessions_;
  std::unordered_map<std::uint64_t, Tomb> tombs_;  // by hash of app and sid
  std::int64_t sweep_tombs_at_ = 0;
};

}  // namespace agora_exporter::timeline
