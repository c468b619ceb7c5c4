#include "base/log_line.h"

#include <fmt/format.h>

#include <algorithm>

#include "agora_exporter/base/utf8.h"

namespace agora_exporter {
namespace {

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

// Within double quotes, for JSON (RFC 8259, 7) and logfmt alike; a line stays one line whatever it says.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : to_valid_utf8(text)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

bool is_bare(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c > 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '=';
  });
}

std::string bare_key(std::string_view key) {
  std::string out(key);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) {
        return !is_bare({&c, 1});
      },
      '_');
  return out;
}

void append(LogFormat format, std::string& line, std::string_view key, std::string_view value) {
  if (format == LogFormat::json) {
    if (!line.empty()) line += ',';
    line += quoted(key) + ':' + quoted(value);
  } else {
    if (!line.empty()) line += ' ';
    line += bare_key(key) + '=' + (is_bare(value) ? std::string(value) : quoted(value));
  }
}

std::string iso_millis(WallTime time) {
  const auto millis = time.time_since_epoch() - std::chrono::floor<Seconds>(time.time_since_epoch());
  std::string text = to_iso(time);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, millis.count());
}

}  // namespace

std::string log_body(LogFormat format, LogLevel level, std::string_view message,
                     std::span<const LogField> fields) {
  std::string body;
  append(format, body, "level", name_of(level));
  append(format, body, "msg", message);
  for (const auto& [key, value] : fields) append(format, body, key, value);
  return body;
}

std::string log_line(LogFormat format, WallTime time, std::string_view body, std::int64_t repeated) {
  const std::string ts = iso_millis(time);
  if (format == LogFormat::json) {
    const std::string more = repeated > 0 ? fmt::format(",\"repeated\":{}", repeated) : "";
    return fmt::format("{{\"ts\":\"{}\",{}{}}}\n", ts, body, more);
  }
  const std::string more = repeated > 0 ? fmt::format(" repeated={}", repeated) : "";
  return fmt::format("ts={} {}{}\n", ts, body, more);
}

}  // namespace agora_exporter
