#include "exposition/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "support/text_format.h"

namespace agora_exporter::exposition {
namespace {

TEST(Numbers, WholeOnesHaveNoExponent) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(1), "1");
  EXPECT_EQ(number_text(-17), "-17");
  EXPECT_EQ(number_text(100'000), "100000");
  EXPECT_EQ(number_text(1'700'000'000), "1700000000");
  EXPECT_EQ(number_text(9007199254740992.0), "9007199254740992");
  EXPECT_EQ(number_text(-9007199254740992.0), "-9007199254740992");
}

TEST(Numbers, OthersAreShortest) {
  EXPECT_EQ(number_text(-0.0), "-0");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(0.064762), "0.064762");
  EXPECT_EQ(number_text(1e-7), "1e-07");
  EXPECT_EQ(number_text(1e300), "1e+300");
  EXPECT_EQ(number_text(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(number_text(-std::numeric_limits<double>::infinity()), "-Inf");
  EXPECT_EQ(number_text(std::nan("")), "NaN");
}

TEST(Numbers, FitTheLongestNumber) {
  for (const double value : {-std::numeric_limits<double>::max(), -std::numeric_limits<double>::denorm_min(),
                             -1.2345678901234567e-300, -0.00012345678901234567, 9007199254740993.5}) {
    EXPECT_LE(number_text(value).size(), kLongestNumber) << value;
    EXPECT_EQ(std::strtod(number_text(value).c_str(), nullptr), value);
  }
}

std::string escaped(std::string_view value) {
  std::string text;
  append_label_value(text, value);
  return text;
}

TEST(Labels, AreEscaped) {
  EXPECT_EQ(escaped(R"(a\b"c)"), R"(a\\b\"c)");
  EXPECT_EQ(escaped("two\nlines"), R"(two\nlines)");
  EXPECT_EQ(escaped("tab\tand\rreturn"), "tab\tand\rreturn");
  EXPECT_EQ(escaped("Gespräch 会议 😀"), "Gespräch 会议 😀");
}

TEST(Labels, BytesThatAreNoUtf8AreReplaced) {
  const std::string u = "\xEF\xBF\xBD";
  EXPECT_EQ(escaped("a\xFFz"), "a" + u + "z");
  EXPECT_EQ(escaped("\xC3"), u);                  // cut off
  EXPECT_EQ(escaped("\xC3\""), u + "\\\"");       // the quote after it is still a quote
  EXPECT_EQ(escaped("\xC0\xAF"), u + u);          // overlong
  EXPECT_EQ(escaped("\xE0\x80\xAF"), u + u + u);  // overlong
  EXPECT_EQ(escaped("\xED\xA0\x80"), u + u + u);  // surrogate
  EXPECT_EQ(escaped("\xF0\x80\x80\x80"), u + u + u + u);
  EXPECT_EQ(escaped("\xF4\x90\x80\x80"), u + u + u + u);  // above U+10FFFF
  EXPECT_EQ(escaped("\xF4\x8F\xBF\xBF"), "\xF4\x8F\xBF\xBF");
  EXPECT_EQ(escaped("\x80"), u);
}

// Every pair and triple of bytes comes out as UTF-8, and unchanged if it was.
TEST(Labels, EverySequenceEndsAsUtf8) {
  for (unsigned a = 0x7F; a < 256; ++a) {
    for (unsigned b = 0; b < 256; b += 3) {
      for (const unsigned c : {0x20U, 0x22U, 0x80U, 0xBFU, 0xC3U}) {
        const std::string raw{static_cast<char>(a), static_cast<char>(b), static_cast<char>(c),
                              static_cast<char>(0x80)};
        const auto text = escaped(raw);
        ASSERT_TRUE(text_format::detail::is_utf8(text)) << a << ' ' << b << ' ' << c;
        const bool plain = raw.find_first_of("\\\"\n") == std::string::npos;
        if (plain && text_format::detail::is_utf8(raw)) {
          ASSERT_EQ(text, raw);
        }
      }
    }
  }
}

TEST(Labels, BlockIsEmptyWithoutLabels) {
  EXPECT_EQ(label_block({}), "");
  EXPECT_EQ(label_block({{"a", "1"}, {"b", ""}}), R"({a="1",b=""})");
}

TEST(Labels, AValueThatEndsInABraceStillTakesAComma) {
  std::string text = "{";
  append_labels(text, {{"a", "{"}});
  append_labels(text, {{"b", "2"}});
  EXPECT_EQ(text, R"({a="{",b="2")");
}

TEST(Help, IsEscaped) {
  std::string text;
  append_help(text, "a \\ and \"quotes\"\nnext");
  EXPECT_EQ(text, R"(a \\ and "quotes"\nnext)");
}

}  // namespace
}  // namespace agora_exporter::exposition
