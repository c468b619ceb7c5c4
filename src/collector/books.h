// The meters of a configuration: made, brought up to what has been spent, and changed with it.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "agora_exporter/planner/policy.h"
#include "agora_exporter/quota/quotas.h"
#include "agora_exporter/storage/ledger.h"

namespace agora_exporter::collector {

using MeterKey = std::pair<quota::ScopeKey, agora::Endpoint>;

class Books {
 public:
  quota::Quotas quotas;

  // What the ledger knows. Before the first set().
  void read(const storage::LedgerState& ledger, WallTime now);
  // Every scope of `policy` gets its meter, with that plan's limits. What has been counted stays, also of
  // scopes that go, should they come back. Where the account's quota is counted otherwise than before
  // (quota_scope), a scope takes all that was counted the other way today: nobody knows how that is shared.
  void set(const planner::Policy& policy, WallTime now);
  // Whether anything has ever been booked for it, as far as the books go.
  bool knows(const std::string& account) const;

 private:
  void carry_over(WallTime now);

  std::map<MeterKey, quota::Meter> left_;  // of scopes that are not configured now
};

}  // namespace agora_exporter::collector
