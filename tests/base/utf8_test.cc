#include "agora_exporter/base/utf8.h"

#include <gtest/gtest.h>

namespace agora_exporter {
namespace {

const std::string kUnknown = "\xEF\xBF\xBD";

TEST(Utf8, ValidTextStays) {
  for (const char* text :
       {"", "plain", "\x7f", "\xC2\x80", "\xC3\xA9", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF0\x9F\x98\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(to_valid_utf8(text), text);
  }
  const std::string zero("a\0b", 3);
  EXPECT_EQ(to_valid_utf8(zero), zero);
}

TEST(Utf8, EveryMaximalBrokenPartIsOneReplacement) {
  EXPECT_EQ(to_valid_utf8("a\xffz"), "a" + kUnknown + "z");
  EXPECT_EQ(to_valid_utf8("\x80\xbf"), kUnknown + kUnknown);
  EXPECT_EQ(to_valid_utf8("\xC3("), kUnknown + "(");
  EXPECT_EQ(to_valid_utf8("\xE2\x82"), kUnknown);             // cut off
  EXPECT_EQ(to_valid_utf8("\xF0\x9F\x98z"), kUnknown + "z");  // cut off
  EXPECT_EQ(to_valid_utf8("\xC0\xAF"), kUnknown + kUnknown);  // overlong
  EXPECT_EQ(to_valid_utf8("\xE0\x80\xAF"), kUnknown + kUnknown + kUnknown);
  EXPECT_EQ(to_valid_utf8("\xED\xA0\x80"), kUnknown + kUnknown + kUnknown);                 // a surrogate
  EXPECT_EQ(to_valid_utf8("\xF4\x90\x80\x80"), kUnknown + kUnknown + kUnknown + kUnknown);  // beyond U+10FFFF
}

// Two-byte texts in full: the result is valid, and valid texts are kept.
TEST(Utf8, AnyTwoBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string valid = to_valid_utf8(text);
      ASSERT_EQ(to_valid_utf8(valid), valid);
      const bool well_formed = (first < 0x80 && second < 0x80) ||
                               (first >= 0xc2 && first <= 0xdf && second >= 0x80 && second <= 0xbf);
      ASSERT_EQ(valid == text, well_formed) << first << " " << second;
    }
  }
}

}  // namespace
}  // namespace agora_exporter
