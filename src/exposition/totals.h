// The families of World that are not about single sessions.
#pragma once

#include "agora_exporter/timeline/world.h"
#include "exposition/selection.h"
#include "exposition/writer.h"

namespace agora_exporter::exposition {

void write_calls(const timeline::World& world, Writer& writer);
void write_totals(const timeline::World& world, Writer& writer);
// What the exporter says about its own view: R, coverage, what is hidden.
void write_coverage(const timeline::World& world, const Selection& selection, Writer& writer);

}  // namespace agora_exporter::exposition
