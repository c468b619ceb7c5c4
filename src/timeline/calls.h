// Calls by call/lists: how many there are, began and ended; followed or not.
#pragma once

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
  HistogramSum duration;
};

class CallStore {
 public:
  explicit CallStore(const Rules& rules) : rules_(rules), counters_(rules.ids.size()) {}

  // `now`: the R at which the fact counts.
  void fold(const agora::CallList& list, const Receipt& receipt, std::int64_t now);
  // call/sessions tells that a session of the call went on until `t`.
  void heard_of(std::size_t app, const std::string& call_id, std::int64_t t);
  void pass(std::int64_t r);

  // The end of the last session of a call, as far as it is known.
  using SessionsEnd = std::function<std::optional<std::int64_t>(std::size_t app, const std::string& call_id)>;
  void show(std::int64_t r, const SessionsEnd& sessions_end, std::vector<AppWorld>& apps) const;
  WallTime needed_since(std::int64_t r, WallTime otherwise) const;

  void save(CheckpointWriter& out) const;
  bool load(const CheckpointRecord& record);

 private:
  struct Call {
    std::int64_t created = 0;
    std::uint64_t ticket = 0;  // of the listing that told `created`
    std::optional<std::int64_t> destroyed;
    std::uint64_t finished_ticket = 0;         // of the listing that told `destroyed`
    std::int64_t alive_until = INT64_MIN / 2;  // by listings that call it unfinished
    std::int64_t heard_until = INT64_MIN / 2;
    std::int64_t passed = 0;
    bool started = false, ended = false;  // counted, so never again
    WallTime listed_at, finished_at, alive_at;

    bool gone_at(std::int64_t r) const;
  };
  void pass(Call& call, std::size_t app, std::int64_t r);

  const Rules& rules_;
  std::map<std::pair<std::size_t, std::string>, Call> calls_;
  std::vector<CallCounters> counters_;  // by app
};

}  // namespace agora_exporter::timeline
