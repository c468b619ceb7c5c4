#include "agora_exporter/simulator/virtual_time.h"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace agora_exporter::simulator {
namespace {

std::optional<double> parse_number(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !std::isfinite(number)) return std::nullopt;
  return number;
}

// "Z", "+02:00", "-0530": seconds to take off.
std::optional<std::int64_t> parse_offset(const std::string& text) {
  if (text == "Z" || text == "z") return 0;
  char sign = 0;
  int hours = 0;
  int minutes = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%c%2d:%2d%n", &sign, &hours, &minutes, &read) != 3 ||
      static_cast<std::size_t>(read) != text.size() || (sign != '+' && sign != '-')) {
    return std::nullopt;
  }
  return (sign == '-' ? -1 : 1) * (hours * 3'600 + minutes * 60);
}

}  // namespace

std::optional<WallTime> parse_instant(std::string_view given) {
  const std::string text(given);
  if (const auto number = parse_number(text)) {
    return WallTime{Millis{static_cast<std::int64_t>(std::llround(*number * 1e3))}};
  }
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
                  &read) != 6) {
    return std::nullopt;
  }
  std::string rest = text.substr(static_cast<std::size_t>(read));
  double fraction = 0;
  if (!rest.empty() && rest.front() == '.') {
    const std::size_t end = rest.find_first_not_of("0123456789", 1);
    if (end == std::string::npos || end == 1) return std::nullopt;
    fraction = std::strtod(("0" + rest.substr(0, end)).c_str(), nullptr);
    rest = rest.substr(end);
  }
  const auto offset = parse_offset(rest);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  if (!offset || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t seconds = std::chrono::sys_days(date).time_since_epoch().count() * 86'400LL +
                               hour * 3'600 + minute * 60 + second - *offset;
  return WallTime{Millis{seconds * 1'000 + std::llround(fraction * 1e3)}};
}

Result<std::unique_ptr<Clock>> choose_clock(const std::string& start, const std::string& epoch,
                                            double speed) {
  if (start.empty() && epoch.empty() && speed == 1.0) return make_system_clock();
  VirtualClockSettings settings;
  settings.speed = speed;
  settings.epoch = make_system_clock()->now();
  if (!epoch.empty()) {
    const auto at = parse_instant(epoch);
    if (!at) return failure("--clock.epoch is no instant: \"" + epoch + "\"", "", "Unix seconds or RFC 3339");
    settings.epoch = *at;
  }
  settings.start = settings.epoch;
  if (!start.empty()) {
    const auto at = parse_instant(start);
    if (!at) return failure("--clock.start is no instant: \"" + start + "\"", "", "Unix seconds or RFC 3339");
    settings.start = *at;
  }
  return make_virtual_clock(settings);
}

}  // namespace agora_exporter::simulator
