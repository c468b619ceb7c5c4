// The simulator's --clock flags.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"

namespace agora_exporter::simulator {

// Unix seconds ("1764000000", "1764000000.5") or RFC 3339 ("2026-11-24T17:39:51Z", fractions and offsets
// too).
std::optional<WallTime> parse_instant(std::string_view text);
// The machine's clock where all is left at its default; else one that reads start + (real now - epoch) x
// speed. Without `start` it starts at the epoch, without `epoch` that is the real now.
Result<std::unique_ptr<Clock>> choose_clock(const std::string& start, const std::string& epoch, double speed);

}  // namespace agora_exporter::simulator
