// An instant as --clock.start and --clock.epoch take it, on both programs.
#pragma once

#include <optional>
#include <string_view>

#include "agora_exporter/base/time.h"

namespace agora_exporter {

// Unix seconds, with a fraction or without, or RFC 3339: "2026-11-24T17:39:51Z",
// "2026-11-24T18:39:51.5+01:00".
std::optional<WallTime> parse_instant(std::string_view text);

}  // namespace agora_exporter
