// A log that keeps its lines, for tests of what an operator is told.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "agora_exporter/base/log.h"

namespace agora_exporter {

// One thread.
class RecordingLog final : public Log {
 public:
  // "message key=value key=value"
  std::vector<std::string> lines;

  void write(LogLevel, std::string_view message, std::initializer_list<LogField> fields) override {
    std::string line(message);
    for (const auto& [key, value] : fields) line.append(" ").append(key).append("=").append(value);
    lines.push_back(std::move(line));
  }
  // Lines that hold both texts.
  std::ptrdiff_t count(std::string_view text, std::string_view other = "") const {
    return std::count_if(lines.begin(), lines.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos && line.find(other) != std::string::npos;
    });
  }
};

}  // namespace agora_exporter
