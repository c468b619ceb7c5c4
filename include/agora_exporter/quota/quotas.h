// All meters and server clocks of the program, by what they belong to. A value.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "agora_exporter/agora/api.h"
#include "agora_exporter/quota/meter.h"
#include "agora_exporter/quota/server_clock.h"

namespace agora_exporter::quota {

struct Quotas {
  std::map<std::pair<ScopeKey, agora::Endpoint>, Meter> meters;
  std::map<std::string, ServerClock> clocks;  // by account

  Meter& meter(const ScopeKey& scope, agora::Endpoint endpoint) { return meters.at({scope, endpoint}); }
  const Meter& meter(const ScopeKey& scope, agora::Endpoint endpoint) const {
    return meters.at({scope, endpoint});
  }
  const ServerClock& clock(const std::string& account) const { return clocks.at(account); }
};

}  // namespace agora_exporter::quota
