// Calls by call/lists: how many there are, began and ended; followed or not.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "timeline/receipt.h"
#include "timeline/rules.h"
#include "timeline/totals.h"

namespace agora_exporter::timeline {

// A call whose end is not known is given up so long after the last that was heard of it.
inline constexpr std::int64_t kGiveUpCallSeconds = 86'400;
// A call that has ended is kept a little, so that an answer booked before that of its end does not revive it.
inline constexpr std::int64_t kKeepCallSeconds = 400;
// `finished` is as of now - delay (inferred); so much less is believed, for clocks and rounding.
inline constexpr std::int64_t kListMargin = 2;

struct CallCounters {
  std::uint64_t started = 0, ended = 0;
  HistogramSum duration, audio_freeze, video_freeze;
};
// Calls that have ended and were asked about: how many users one has on average.
struct UsersSeen {
  std::int64_t session_seconds = 0, call_seconds = 0;

  // A call has one at least.
  double mean() const {
    const auto calls = static_cast<double>(call_seconds);
    return calls > 0 ? std::max(1.0, static_cast<double>(session_seconds) / calls) : 1;
  }
};

class CallStore {
 public:
  // Both outlive the store.
  CallStore(const Rules& rules, std::vector<Tally>& tallies)
      : rules_(rules), tallies_(tallies), counters_(rules.ids.size()), users_(rules.ids.size()) {}

  // `now`: the R at which the fact counts.
  void fold(const agora::CallList& list, const Receipt& receipt, std::int64_t now);
  // call/sessions was asked about the call. `ended`: length of the sessions whose end it tells;
  // `goes_on_until`: where a session goes on.
  void asked_about(const std::string& call_id, const Receipt& receipt, std::int64_t now, std::int64_t ended,
                   std::optional<std::int64_t> goes_on_until);
  // For how many calls it stands: 1 where no list told of it.
  std::uint32_t weight(const std::string& call_id, const Receipt& receipt, std::int64_t now) const;
  void pass(std::int64_t r);

  // The end of the last session of a call, as far as it is known.
  using SessionsEnd = std::function<std::optional<std::int64_t>(std::size_t app, const std::string& call_id)>;
  void show(std::int64_t r, const SessionsEnd& sessions_end, std::vector<AppWorld>& apps) const;
  WallTime needed_since(std::int64_t r, WallTime otherwise) const;

  void save(CheckpointWriter& out) const;
  bool load(const CheckpointRecord& record);
  bool load_freezes(const CheckpointRecord& record);
  bool load_call(const CheckpointRecord& record, std::int64_t at);

 private:
  struct Call {
    bool told = false;  // by a list; else a checkpoint alone knows of it
    std::int64_t created = 0;
    std::uint64_t ticket = 0;  // of the listing that told `created`
    std::uint32_t weight = 1;  // for how many calls it stands where it is followed
    std::optional<std::int64_t> destroyed;
    std::optional<double> audio_freeze, video_freeze;  // shares of time, as told at its end
    std::uint64_t finished_ticket = 0;                 // of the listing that told `destroyed`
    std::int64_t alive_until = INT64_MIN / 2;          // by listings that call it unfinished
    std::int64_t heard_until = INT64_MIN / 2;
    std::int64_t passed = 0;
    bool started = false, ended = false;  // counted, so never again
    bool wanted = true;                   // its channel is one to be followed
    bool asked = false;                   // call/sessions was asked about it
    bool seen = false;                    // it is in UsersSeen
    std::int64_t session_seconds = 0;     // of its sessions that have ended
    double unseen_users = 0;              // it is thought to have had, should it not be asked about
    WallTime listed_at, finished_at, alive_at;

    bool gone_at(std::int64_t r) const;
  };
  using Calls = std::map<std::pair<std::size_t, std::string>, Call>;
  // A call that is gone is not there, whether it has been erased yet or not.
  Calls::const_iterator find(const std::string& call_id, const Receipt& receipt, std::int64_t now) const;
  void tell(Call& call, const agora::CallEntry& entry, const Receipt& receipt);
  void note_seen(Call& call, std::size_t app);
  void pass(Call& call, const std::pair<std::size_t, std::string>& key, std::int64_t r);
  // Its end is known to R; sampled_out is said where it was not seen.
  void count_end(const Call& call, std::size_t app);

  const Rules& rules_;
  std::vector<Tally>& tallies_;
  Calls calls_;
  std::vector<CallCounters> counters_;  // by app
  std::vector<UsersSeen> users_;        // by app
};

}  // namespace agora_exporter::timeline
