// Everything the collector's thread owns: what is on disk, and its folds.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agora_exporter/base/replay_clock.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/storage/journal.h"
#include "agora_exporter/storage/ledger.h"
#include "collector/books.h"
#include "collector/folds.h"

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
  std::unique_ptr<Folds> folds;
  Books books;
  std::unique_ptr<storage::Ledger> ledger;
  std::unique_ptr<storage::Journal> journal;
  std::optional<ReplayClock> replay;
  StartReport start;
  // Of `World` only the apps: how far their counters "since the process started" had come when the
  // configuration last changed, also those of apps that have gone. One that comes back goes on from there.
  timeline::World counted;

  const planner::Policy& policy() const { return folds->policy; }
  const planner::Progress& progress() const { return folds->progress; }
  timeline::Timeline& timeline() const { return *folds->timeline; }
  const quota::Quotas& quotas() const { return books.quotas; }
};

// Opens the folder and folds what is in it.
Result<std::unique_ptr<State>> open_state(const Options& options, const Clock& clock, storage::Disk& disk);

// The same folder under another configuration: what a stop and a start would come to, without either.
// Counters "since the process started" go on. Nothing may be in flight, and nothing wait to be journaled. On
// an error nothing has changed; to be told to stop is one.
Result<void> change_state(State& state, const Options& options, const Seams& seams,
                          const std::atomic<bool>& stopping);

}  // namespace agora_exporter::collector
