#include "web/html.h"

#include <array>
#include <chrono>
#include <utility>

namespace agora_exporter::web {

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\t':
      case '\n':
        out += ' ';
        break;
      default:
        if (u < 0x20 || u == 0x7f) {
          out += "&#xFFFD;";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string in_words(Millis duration) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 4> kUnits{
      {{86'400, "day"}, {3'600, "hour"}, {60, "minute"}, {1, "second"}}};
  auto left = std::chrono::abs(duration).count() / 1000;
  std::string text;
  int units = 0;
  for (const auto& [size, name] : kUnits) {
    const auto count = left / size;
    left %= size;
    if (count == 0) {
      if (units > 0) break;  // "1 day 5 seconds" would tell less than "1 day"
      continue;
    }
    text += (units > 0 ? " " : "") + std::to_string(count) + ' ' + name + (count == 1 ? "" : "s");
    if (++units == 2) break;
  }
  return text.empty() ? "less than a second" : text;
}

std::string instant(WallTime t) {
  auto text = to_iso(WallTime{std::chrono::floor<Seconds>(t.time_since_epoch())});
  if (const auto mark = text.find('T'); mark != std::string::npos) text[mark] = ' ';
  if (!text.empty() && text.back() == 'Z') text.replace(text.size() - 1, 1, " UTC");
  return text;
}

}  // namespace agora_exporter::web
