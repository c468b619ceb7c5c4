// How many insight rows an account asks for. One request fetches one row (metric, product, granularity) for
// one day.
#pragma once

#include "agora_exporter/config/config.h"
#include "agora_exporter/quota/arithmetic.h"

namespace agora_exporter::config {

quota::InsightRows rows_of(const App& app, agora::Endpoint endpoint);
// Of the busiest quota scope: the account's sum, or with quota_scope: app its largest app.
quota::InsightRows rows_of_scope(const Account& account, agora::Endpoint endpoint);

}  // namespace agora_exporter::config
