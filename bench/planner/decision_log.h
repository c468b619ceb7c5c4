// What the planner decided on a ride, in order; and why what was not in hand by its deadline was not.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agora_exporter/agora/api.h"
#include "planner/score.h"

namespace agora_exporter::rehearsal {

struct RideOptions;

struct LogEntry {
  WallTime at;
  agora::Endpoint endpoint;
  std::string call_id;  // empty of call/lists
  std::string reason;   // in words
  WallTime deadline;
  int left = 0;              // of the day's requests of that endpoint, after this one
  bool turned_down = false;  // not sent: not worth a request
  bool failed = false;       // the answer was an error
  std::vector<std::string> sids;
};
using DecisionLog = std::vector<LogEntry>;

// Why a second of a session was not in hand when R came to it.
enum class Cause {
  down,          // the exporter was
  failed,        // a request about the call was answered by an error
  spent,         // no request was left on that day
  not_worth_it,  // so the planner decided: the requests were kept for more
  left_out,      // of the sample
  could_be_had,  // none of these: a deadline missed that a request could have met
};
const char* words_of(Cause cause);

struct Miss {
  std::string app_id, call_id, sid;
  Span span;
  Cause cause;
};
// Everything that the score lacks, cut where the cause changes, to the minute.
std::vector<Miss> misses(const Score& score, const DecisionLog& log, const RideOptions& options);

std::string text_of(const LogEntry& entry);

}  // namespace agora_exporter::rehearsal
