#include "agora_exporter/base/instant.h"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>

namespace agora_exporter {
namespace {

constexpr double kLatest = 253'402'300'799;  // the last second of the year 9999

// Reads a text from the left; after the first mismatch `good` stays false.
struct Reader {
  std::string_view rest;
  bool good = true;

  int digits(std::size_t count) {
    int value = 0;
    good = good && rest.size() >= count;
    for (std::size_t i = 0; good && i < count; ++i) {
      good = rest[i] >= '0' && rest[i] <= '9';
      value = value * 10 + (rest[i] - '0');
    }
    if (good) rest.remove_prefix(count);
    return value;
  }
  bool accept(char c) {
    if (!good || rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { good = accept(c) && good; }
  // ".5" -> 500; digits past the third are dropped.
  int millis() {
    if (!accept('.')) return 0;
    int value = 0;
    std::size_t count = 0;
    for (; !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; ++count) {
      if (count < 3) value = value * 10 + (rest[0] - '0');
      rest.remove_prefix(1);
    }
    good = good && count > 0;
    for (; count < 3; ++count) value *= 10;
    return value;
  }
};

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  Reader r{text};
  const std::chrono::year year{r.digits(4)};
  r.expect('-');
  const std::chrono::month month{static_cast<unsigned>(r.digits(2))};
  r.expect('-');
  const std::chrono::day day{static_cast<unsigned>(r.digits(2))};
  r.expect('T');
  const int hour = r.digits(2);
  r.expect(':');
  const int minute = r.digits(2);
  r.expect(':');
  const int second = r.digits(2);
  const int millis = r.millis();
  int offset = 0;  // minutes east of UTC
  if (!r.accept('Z')) {
    const bool west = r.accept('-');
    if (!west) r.expect('+');
    const int hours = r.digits(2);
    r.expect(':');
    const int minutes = r.digits(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    offset = (west ? -1 : 1) * (hours * 60 + minutes);
  }
  const std::chrono::year_month_day date{year, month, day};
  if (!r.good || !r.rest.empty() || !date.ok() || hour > 23 || minute > 59 || second > 59)
    return std::nullopt;
  const auto days = std::chrono::sys_days{date}.time_since_epoch();
  return WallTime{days + std::chrono::hours{hour} + std::chrono::minutes{minute - offset} + Seconds{second} +
                  Millis{millis}};
}

}  // namespace

std::optional<WallTime> parse_instant(std::string_view text) {
  double seconds = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), seconds, std::chars_format::fixed);
  if (error == std::errc{} && end == text.data() + text.size()) {
    if (!(seconds >= 0 && seconds <= kLatest)) return std::nullopt;
    return WallTime{Millis{std::llround(seconds * 1e3)}};
  }
  return parse_rfc3339(text);
}

}  // namespace agora_exporter
