// The families of sessions: the bulk of a page.
#pragma once

#include "agora_exporter/timeline/world.h"
#include "exposition/selection.h"
#include "exposition/writer.h"

namespace agora_exporter::exposition {

void write_sessions(const timeline::World& world, const Selection& selection, Writer& writer);

}  // namespace agora_exporter::exposition
