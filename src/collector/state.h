// Everything the collector's thread owns: what is on disk, and its folds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agora_exporter/base/replay_clock.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/planner/decide.h"
#include "agora_exporter/quota/quotas.h"
#include "agora_exporter/storage/journal.h"
#include "agora_exporter/storage/ledger.h"
#include "agora_exporter/timeline/timeline.h"

namespace agora_exporter::collector {

// How often R is written to the ledger.
inline constexpr Millis kPersistReplayed{60'000};

// What the start found, for the log and the landing page.
struct StartReport {
  storage::ReplaySummary journal;
  bool ledger_rebuilt = false;                                           // from the journal
  std::map<std::pair<std::string, agora::Endpoint>, int> assumed_spent;  // by account: for want of a ledger
};

struct State {
  planner::Policy policy;
  quota::Quotas quotas;
  std::unique_ptr<storage::Ledger> ledger;
  std::unique_ptr<storage::Journal> journal;
  std::unique_ptr<planner::Progress> progress;
  std::unique_ptr<timeline::Timeline> timeline;
  std::optional<ReplayClock> replay;
  StartReport start;

  // Applies facts that are in the journal to both folds.
  planner::Learned fold(const agora::Facts& facts);
  // Both folds' checkpoints as one text, for Journal::prune; and back.
  std::string checkpoint() const;
  Result<void> restore(const std::string& checkpoint, const timeline::TimelineOptions& options);
  WallTime needed_since() const { return std::min(progress->needed_since(), timeline->needed_since()); }
};

// Opens the folder and folds what is in it. State::policy must not move afterwards: Progress refers to it.
Result<std::unique_ptr<State>> open_state(const Options& options, const Seams& seams);

}  // namespace agora_exporter::collector
