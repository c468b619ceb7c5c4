// Insight buckets as World shows them, and how many were had.
#pragma once

#include "agora_exporter/timeline/world.h"
#include "exposition/writer.h"

namespace agora_exporter::exposition {

void write_insight(const timeline::World& world, Writer& writer);
void write_bucket_outcomes(const timeline::World& world, Writer& writer);

}  // namespace agora_exporter::exposition
