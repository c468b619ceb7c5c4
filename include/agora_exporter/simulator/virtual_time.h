// The simulator's --clock flags.
#pragma once

#include <memory>
#include <string>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"

namespace agora_exporter::simulator {

// The machine's clock where all is left at its default; else one that reads start + (real now - epoch) x
// speed. Without `start` it starts at the epoch, without `epoch` that is the real now.
Result<std::unique_ptr<Clock>> choose_clock(const std::string& start, const std::string& epoch, double speed);

}  // namespace agora_exporter::simulator
