// The small change of the text format 0.0.4: escaping and numbers.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace agora_exporter::exposition {

// The longest number append_number writes.
inline constexpr std::size_t kLongestNumber = 32;

// Writes the shortest text that reads back as `value`; whole numbers up to 2^53 without exponent. NaN is
// "NaN": callers leave absent values out before. Returns the end; `to` has room for kLongestNumber.
char* write_number(char* to, double value);
std::string number_text(double value);

// A label's value: backslash, quote and newline escaped; bytes that are no UTF-8 become U+FFFD.
void append_label_value(std::string& to, std::string_view value);
// A HELP text: backslash and newline escaped.
void append_help(std::string& to, std::string_view help);

using LabelList = std::initializer_list<std::pair<std::string_view, std::string_view>>;
// a="x",b="y" appended; after a comma if `to` ends in a label already (in anything but "{" or nothing).
void append_labels(std::string& to, LabelList labels);
// {a="x",b="y"}, or nothing without labels.
std::string label_block(LabelList labels);

}  // namespace agora_exporter::exposition
