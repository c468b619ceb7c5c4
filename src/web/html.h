// Small helpers for pages that people read.
#pragma once

#include <string>
#include <string_view>

#include "agora_exporter/base/time.h"

namespace agora_exporter::web {

// Safe as text and inside a quoted attribute; control characters become U+FFFD.
std::string escape_html(std::string_view text);

// "30 minutes", "1 hour 10 minutes", "2 days 3 hours", "less than a second": the two largest units.
std::string in_words(Millis duration);

// "2026-11-24 17:39:51 UTC"
std::string instant(WallTime t);

}  // namespace agora_exporter::web
