#include "collector/folds.h"

#include <algorithm>
#include <charconv>

#include "collector/policy.h"

namespace agora_exporter::collector {

Folds::Folds(const config::Config& config)
    : policy(make_policy(config)), progress(policy), options_(make_timeline_options(config)) {}

void Folds::restore(const std::string& checkpoint) {
  restored_ = restore_both(checkpoint);
  if (!restored_) timeline.reset();
}

Result<void> Folds::restore_both(const std::string& checkpoint) {
  std::size_t size = 0;
  const char* const end = checkpoint.data() + checkpoint.size();
  const auto [after, error] = std::from_chars(checkpoint.data(), end, size);
  if (error != std::errc{} || after == end || *after != '\n' ||
      size > static_cast<std::size_t>(end - after - 1))
    return failure("the journal's checkpoint is damaged");
  timeline = timeline::Timeline::make(options_, WorldTime{});
  if (auto restored = timeline->restore(std::string(after + 1, size)); !restored) return restored;
  return progress.restore(std::string(after + 1 + size, end));
}

void Folds::replay(const agora::Facts& facts) {
  const WorldTime r = facts.asked.replayed;
  if (!timeline) timeline = timeline::Timeline::make(options_, r);
  note_account(facts.asked);
  newest_ = std::max(newest_.value_or(r), r);
  // As far as the page had come then: what was counted is let go of on the way.
  if (r > timeline->at()) timeline->advance(r);
  fold(facts);
}

void Folds::note_account(const agora::Asked& asked) {
  accounts_.insert(asked.account);
  for (const planner::AccountPolicy& account : policy.accounts) {
    for (const planner::AppPolicy& app : account.apps) {
      if (app.app_id != asked.request.app_id || account.name == asked.account) continue;
      accounts_.insert(account.name);
      int& highest =
          asked_elsewhere_[{account.scope_of(app), agora::endpoint_of(asked.request)}][asked.ticket.day];
      highest = std::max(highest, static_cast<int>(asked.ticket.ordinal));
    }
  }
}

Result<void> Folds::replayed(WorldTime r) {
  if (!restored_) return restored_;
  if (!timeline) timeline = timeline::Timeline::make(options_, r);
  timeline->advance(std::max(r, timeline->at()));
  return {};
}

planner::Learned Folds::fold(const agora::Facts& facts) {
  timeline->apply(facts);
  return progress.apply(facts);
}

std::string Folds::checkpoint() const {
  const std::string world = timeline->checkpoint();
  return std::to_string(world.size()) + "\n" + world + progress.checkpoint();
}

}  // namespace agora_exporter::collector
