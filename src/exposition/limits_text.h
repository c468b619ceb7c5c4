// A plan's limits in words, for catalogs.
#pragma once

#include <string>

#include "agora_exporter/agora/plans.h"

namespace agora_exporter::exposition {

std::string requests_text(const agora::Limits& limits);  // "1/s, 1000/day", "none"
std::string granularity_text(agora::Endpoint endpoint,
                             const agora::Limits& limits);  // "1d, 1h"; "" for calls

}  // namespace agora_exporter::exposition
