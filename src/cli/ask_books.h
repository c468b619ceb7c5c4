// The quota's books for check-config --ask, kept in the state folder as the exporter keeps them: what is
// spent here is known there, and the other way round.
#pragma once

#include <memory>
#include <string>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/quota/quotas.h"
#include "agora_exporter/storage/disk.h"
#include "agora_exporter/storage/ledger.h"

namespace agora_exporter::cli {

class Books {
 public:
  // Takes the state folder. A new or lost ledger is first filled as the exporter does it: from the journal,
  // or else with the elapsed share of the day; otherwise the exporter's next start would find a ledger that
  // knows too little.
  static Result<Books> open(const config::Config& config, storage::Disk& disk, const std::string& clock_stamp,
                            bool assume_fresh, WallTime now);

  WallTime when_free(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime now) const;
  // Durable on return.
  Result<agora::Ticket> book(const quota::ScopeKey& scope, agora::Endpoint endpoint, WallTime now);
  // Notes the answer to that ticket, and what it says of the server's clock and of the quota.
  Result<void> answered(const quota::ScopeKey& scope, agora::Endpoint endpoint, const agora::Ticket& ticket,
                        WallTime sent, WallTime received, const agora::HttpAnswer& answer,
                        const agora::Body& body);
  const quota::ServerClock& clock(const std::string& account) const { return quotas_.clock(account); }

 private:
  Result<void> fill(const config::Config& config, storage::Disk& disk, bool assume_fresh, WallTime now);
  Result<void> spend(const quota::ScopeKey& scope, agora::Endpoint endpoint, const agora::Ticket& ticket,
                     WallTime now);

  quota::Quotas quotas_;
  std::unique_ptr<storage::Ledger> ledger_;
};

quota::ScopeKey scope_of(const config::Account& account, const config::App& app);

}  // namespace agora_exporter::cli
