#include "config/values.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>

namespace agora_exporter::config {
namespace {

TEST(Values, DurationsAreReadWithTheirUnits) {
  EXPECT_EQ(parse_duration("30m"), Seconds{1'800});
  EXPECT_EQ(parse_duration("72h"), Seconds{259'200});
  EXPECT_EQ(parse_duration("1m30s"), Seconds{90});
  EXPECT_EQ(parse_duration("3d"), Seconds{259'200});
  EXPECT_EQ(parse_duration("1d2h3m4s"), Seconds{93'784});
  EXPECT_EQ(parse_duration("0s"), Seconds{0});
}

TEST(Values, DurationsOfAnyOtherFormAreRefused) {
  for (const char* text : {"", "30", "m", "30 m", "30min", "1:30", "1.5h", "-5m", "+5m", "30s1m", "1m1m",
                           "5w", "250ms", "99999999999999999999s", "99999d", "3650d367d", "0x5m"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Values, SizesAreDecimalOrBinary) {
  EXPECT_EQ(parse_size("2GiB"), 2ull << 30);
  EXPECT_EQ(parse_size("500MB"), 500'000'000u);
  EXPECT_EQ(parse_size("1kB"), 1'000u);
  EXPECT_EQ(parse_size("7B"), 7u);
  for (const char* text : {"", "2", "2G", "2gib", "2 GiB", "-2GiB", "1.5GiB", "GiB", "99999999999TiB"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(Values, NumbersArePlainDecimal) {
  EXPECT_EQ(parse_number("0"), 0u);
  EXPECT_EQ(parse_number("100000"), 100'000u);
  EXPECT_EQ(parse_number("18446744073709551615"), 18446744073709551615u);
  for (const char* text :
       {"", "0777", "00", "-1", "+1", "1e5", "1_000", "0x10", " 1", "1 ", "18446744073709551616"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
}

TEST(Values, TextOfADurationReadsBackAsTheSame) {
  for (const int seconds : {0, 1, 59, 60, 61, 90, 3'600, 3'661, 86'399, 86'400, 90'000, 172'800, 194'400}) {
    EXPECT_EQ(parse_duration(duration_to_text(Seconds{seconds})), Seconds{seconds}) << seconds;
  }
  EXPECT_EQ(duration_to_text(Seconds{194'400}), "54h");
  EXPECT_EQ(duration_to_text(Seconds{259'200}), "3d");
  for (const std::uint64_t size : {0ull, 1ull, 1'000ull, 2ull << 30, 3ull << 20}) {
    EXPECT_EQ(parse_size(size_to_text(size)), size) << size;
  }
}

TEST(Values, TheNearestWordIsWhatWasMeant) {
  constexpr std::array<std::string_view, 3> kWords{"per_second", "per_minute", "per_day"};
  EXPECT_EQ(nearest("perday", kWords), "per_day");
  EXPECT_EQ(nearest("per_dya", kWords), "per_day");
  EXPECT_EQ(nearest("PER_DAY", kWords), "per_day");
  EXPECT_EQ(nearest("per_minutes", kWords), "per_minute");
  EXPECT_EQ(nearest("look_back", kWords), "");
  EXPECT_EQ(nearest(std::string(10'000, 'p'), kWords), "");
  EXPECT_EQ(suggestion("perday", kWords), "did you mean \"per_day\"?");
  EXPECT_EQ(suggestion("x", kWords), "one of per_second, per_minute or per_day");
}

TEST(Decimal, IsANumberWithOrWithoutAFraction) {
  EXPECT_EQ(parse_decimal("3"), 3);
  EXPECT_EQ(parse_decimal("0"), 0);
  EXPECT_EQ(parse_decimal("0.5"), 0.5);
  EXPECT_DOUBLE_EQ(parse_decimal("12.0625").value(), 12.0625);
  for (const char* text :
       {"", ".", ".5", "5.", "-1", "+1", "1e3", "0x10", "01.5", "1.2.3", "1_0", "nan", "inf", "1.0000000001"})
    EXPECT_FALSE(parse_decimal(text)) << text;
}

}  // namespace
}  // namespace agora_exporter::config
