// What check-config --ask asks: at each endpoint the request that tells most about the plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agora_exporter/agora/facts.h"
#include "agora_exporter/agora/request.h"
#include "agora_exporter/config/config.h"
#include "agora_exporter/quota/server_clock.h"

namespace agora_exporter::cli {

// A call to ask about, out of earlier answers.
struct KnownCall {
  agora::CallEntry call;
  std::vector<std::string> sids;
};

// The first app of the account that uses the endpoint; nullptr if none does.
const config::App* app_that_uses(const config::Account& account, agora::Endpoint endpoint);

// Insight: a day at the far end of the look-back. Lists: the longest window, up to the data delay. Sessions
// and metrics: the known call, or one that does not exist, whose "not found" says as much about the access.
agora::Request question(const config::Account& account, const config::App& app, agora::Endpoint endpoint,
                        const quota::ServerClock& clock, WallTime now, const std::optional<KnownCall>& known);

// Takes a call that sessions and metrics may be asked about, or the sids of it, out of an answer.
void learn_call(const agora::Body& body, WorldTime created_after, WorldTime created_before,
                std::optional<KnownCall>& known);

}  // namespace agora_exporter::cli
