// The exporter's own families, as prometheus-cpp collected them, through the page's encoder.
#pragma once

#include "agora_exporter/report/report.h"
#include "exposition/writer.h"

namespace agora_exporter::exposition {

void write_own(const report::Report& report, Writer& writer);

}  // namespace agora_exporter::exposition
