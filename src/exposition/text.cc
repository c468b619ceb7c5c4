#include "exposition/text.h"

#include <charconv>
#include <cmath>
#include <cstdint>

namespace agora_exporter::exposition {
namespace {

constexpr double kExactIntegers = 9007199254740992.0;  // 2^53: every whole number up to it is a double
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_plain(char c) { return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '"' && c != '\n'; }

bool is_continuation(unsigned char c) { return (c & 0xC0) == 0x80; }

// Length of the UTF-8 sequence that `text` starts with (Unicode, table 3-7: no overlong forms, no surrogates,
// nothing above U+10FFFF), or 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(byte(i))) return 0;
  }
  const unsigned char second = byte(1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

}  // namespace

char* write_number(char* to, double value) {
  if (value >= -kExactIntegers && value <= kExactIntegers) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value && (whole != 0 || !std::signbit(value))) {
      return std::to_chars(to, to + kLongestNumber, whole).ptr;
    }
  } else if (!std::isfinite(value)) {
    const std::string_view word = std::isnan(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    return to + word.copy(to, word.size());
  }
  return std::to_chars(to, to + kLongestNumber, value).ptr;
}

std::string number_text(double value) {
  char buffer[kLongestNumber];
  return {buffer, write_number(buffer, value)};
}

void append_label_value(std::string& to, std::string_view value) {
  while (!value.empty()) {
    // Nearly all of a page is this run.
    std::size_t length = 0;
    while (length < value.size() && is_plain(value[length])) ++length;
    to += value.substr(0, length);
    value.remove_prefix(length);
    if (value.empty()) return;

    length = 1;
    switch (value.front()) {
      case '\\':
        to += "\\\\";
        break;
      case '"':
        to += "\\\"";
        break;
      case '\n':
        to += "\\n";
        break;
      default:
        length = sequence_length(value);
        to += length == 0 ? kReplacement : value.substr(0, length);
        length = length == 0 ? 1 : length;
    }
    value.remove_prefix(length);
  }
}

void append_help(std::string& to, std::string_view help) {
  for (const char c : help) {
    if (c == '\\') {
      to += "\\\\";
    } else if (c == '\n') {
      to += "\\n";
    } else {
      to += c;
    }
  }
}

void append_labels(std::string& to, LabelList labels) {
  for (const auto& [name, value] : labels) {
    if (!to.empty() && to.back() != '{') to += ',';
    to += name;
    to += "=\"";
    append_label_value(to, value);
    to += '"';
  }
}

std::string label_block(LabelList labels) {
  if (labels.size() == 0) return {};
  std::string text = "{";
  append_labels(text, labels);
  text += '}';
  return text;
}

}  // namespace agora_exporter::exposition
