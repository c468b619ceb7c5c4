#include "agora_exporter/base/instant.h"

#include <gtest/gtest.h>

#include <optional>

namespace agora_exporter {
namespace {

std::optional<std::int64_t> millis(const char* text) {
  const auto t = parse_instant(text);
  return t ? std::optional<std::int64_t>(t->time_since_epoch().count()) : std::nullopt;
}

TEST(Instant, IsUnixSecondsOrRfc3339) {
  EXPECT_EQ(millis("0"), 0);
  EXPECT_EQ(millis("1700000000"), 1'700'000'000'000);
  EXPECT_EQ(millis("1700000000.25"), 1'700'000'000'250);
  EXPECT_EQ(millis("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(millis("2023-11-14T22:13:20Z"), 1'700'000'000'000);
  EXPECT_EQ(millis("2023-11-14T22:13:20.25Z"), 1'700'000'000'250);
  EXPECT_EQ(millis("2023-11-14T22:13:20.123456789Z"), 1'700'000'000'123);
  EXPECT_EQ(millis("2023-11-15T00:13:20+02:00"), 1'700'000'000'000);
  EXPECT_EQ(millis("2023-11-14T16:43:20-05:30"), 1'700'000'000'000);
  EXPECT_EQ(millis("2024-02-29T00:00:00Z"), 1'709'164'800'000);
}

TEST(Instant, AnythingElseIsRefused) {
  for (const char* text : {"",
                           "now",
                           "-1",
                           "1e9",
                           "nan",
                           "inf",
                           "0x10",
                           " 0",
                           "0 ",
                           "999999999999",
                           "2023-11-14",
                           "2023-11-14T22:13:20",
                           "2023-11-14 22:13:20Z",
                           "2023-13-14T22:13:20Z",
                           "2023-02-29T00:00:00Z",
                           "2023-11-14T24:00:00Z",
                           "2023-11-14T22:60:00Z",
                           "2023-11-14T22:13:60Z",
                           "2023-11-14T22:13:20.Z",
                           "2023-11-14T22:13:20+2:00",
                           "2023-11-14T22:13:20+24:00",
                           "2023-11-14T22:13:20Zx",
                           "23-11-14T22:13:20Z"}) {
    EXPECT_EQ(millis(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace agora_exporter
