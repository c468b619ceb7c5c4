// What the journal comes to under a configuration: what has been asked, and the replayed world.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "agora_exporter/config/config.h"
#include "agora_exporter/planner/decide.h"
#include "agora_exporter/storage/journal.h"
#include "agora_exporter/timeline/timeline.h"

namespace agora_exporter::collector {

// Stays where it is: Progress refers to the policy.
class Folds {
 public:
  explicit Folds(const config::Config& config);
  Folds(const Folds&) = delete;
  Folds& operator=(const Folds&) = delete;

  // For Journal::replay(): a checkpoint, then facts in the order of receipt.
  void restore(const std::string& checkpoint);
  void replay(const agora::Facts& facts);
  // After them: an error if the checkpoint was none; else the page goes on from `r`.
  Result<void> replayed(WorldTime r);
  // Whether the journal has an answer to the account, or about an app of it.
  bool heard_of(const std::string& account) const { return accounts_.contains(account); }
  // Of apps that stood under another account's name: the highest ordinal of each day, by the scope that they
  // are in now.
  using SpentByDay = std::map<std::pair<quota::ScopeKey, agora::Endpoint>, std::map<std::int64_t, int>>;
  const SpentByDay& asked_elsewhere() const { return asked_elsewhere_; }
  // When the newest answer came.
  std::optional<WorldTime> newest() const { return newest_; }

  // Applies facts that are in the journal to both.
  planner::Learned fold(const agora::Facts& facts);
  // Both checkpoints as one text, for Journal::prune.
  std::string checkpoint() const;
  WallTime needed_since() const { return std::min(progress.needed_since(), timeline->needed_since()); }

  const planner::Policy policy;
  planner::Progress progress;
  std::unique_ptr<timeline::Timeline> timeline;

 private:
  Result<void> restore_both(const std::string& checkpoint);
  void note_account(const agora::Asked& asked);

  const timeline::TimelineOptions options_;
  Result<void> restored_;
  std::optional<WorldTime> newest_;
  std::set<std::string> accounts_;
  SpentByDay asked_elsewhere_;
};

}  // namespace agora_exporter::collector
