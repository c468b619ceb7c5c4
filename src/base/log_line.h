// One log line as text, without its time: what makes two lines the same.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "agora_exporter/base/log.h"

namespace agora_exporter {

// logfmt: `level=info msg="..." key=value`; JSON: the members of an object, without its braces.
std::string log_body(LogFormat format, LogLevel level, std::string_view message,
                     std::span<const LogField> fields);
// The whole line with its end: time (milliseconds of UTC) first, `repeated=N` last where N > 0.
std::string log_line(LogFormat format, WallTime time, std::string_view body, std::int64_t repeated);

}  // namespace agora_exporter
