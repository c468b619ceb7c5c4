// The log behind make_stderr_log(), with the place that lines go to as a seam for tests.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "agora_exporter/base/log.h"

namespace agora_exporter {

// Takes whole lines, one call a line, never two at once.
using LogSink = std::function<void(std::string_view line)>;

std::unique_ptr<Log> make_log(LogLevel least, LogFormat format, const Clock& clock, LogSink sink);

}  // namespace agora_exporter
