// From the configuration to what planner and timeline want to know.
#pragma once

#include <memory>

#include "agora_exporter/config/config.h"
#include "agora_exporter/planner/policy.h"
#include "agora_exporter/timeline/timeline.h"

namespace agora_exporter::collector {

planner::Policy make_policy(const config::Config& config);
timeline::TimelineOptions make_timeline_options(const config::Config& config);

}  // namespace agora_exporter::collector
