// A timeline::Histogram as the text format has it.
#pragma once

#include <span>
#include <string>

#include "agora_exporter/timeline/world.h"
#include "exposition/writer.h"

namespace agora_exporter::exposition {

// `labels` is what stands between the braces. An empty Histogram is written with zeros.
void write_histogram(const std::string& name, const std::string& labels, std::span<const double> bounds,
                     const timeline::Histogram& histogram, Writer& writer);

}  // namespace agora_exporter::exposition
