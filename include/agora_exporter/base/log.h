// Structured log lines on standard error, logfmt or JSON.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "agora_exporter/base/clock.h"
#include "agora_exporter/base/result.h"

namespace agora_exporter {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

// One field of a line. Values are escaped by the writer. A secret is never put into one.
using LogField = std::pair<std::string_view, std::string>;

class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) = 0;

  void debug(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::debug, m, f); }
  void info(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::info, m, f); }
  void warn(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::warn, m, f); }
  void error(std::string_view m, std::initializer_list<LogField> f = {}) { write(LogLevel::error, m, f); }
};

// Any thread may write. `clock` stamps the lines and must outlive the log. The same (level, message, fields)
// again within a minute is counted, not written; the next line of it carries repeated=N.
std::unique_ptr<Log> make_stderr_log(LogLevel least, LogFormat format, const Clock& clock);
// Drops everything.
Log& null_log();

}  // namespace agora_exporter
