#include "agora_exporter/base/utf8.h"

#include <algorithm>
#include <cstdint>

namespace agora_exporter {
namespace {

struct Sequence {
  std::size_t length;  // bytes taken, at least 1
  bool valid;
};

bool in(unsigned char byte, int low, int high) { return byte >= low && byte <= high; }

// Unicode 15, table 3-7, "Well-Formed UTF-8 Byte Sequences": only the second byte's range depends on the
// first.
Sequence sequence_at(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, true};
  const std::size_t length = in(first, 0xc2, 0xdf)   ? 2
                             : in(first, 0xe0, 0xef) ? 3
                             : in(first, 0xf0, 0xf4) ? 4
                                                     : 0;
  if (length == 0) return {1, false};
  const int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (text.size() < 2 || !in(byte(1), low, high)) return {1, false};
  for (std::size_t i = 2; i < length; ++i) {
    if (i == text.size() || !in(byte(i), 0x80, 0xbf)) return {i, false};
  }
  return {length, true};
}

}  // namespace

std::string to_valid_utf8(std::string_view text) {
  const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), ascii)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const Sequence next = sequence_at(text);
    out += next.valid ? text.substr(0, next.length) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(next.length);
  }
  return out;
}

}  // namespace agora_exporter
