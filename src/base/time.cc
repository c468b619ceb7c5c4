#include "agora_exporter/base/time.h"

#include <array>
#include <cstdio>
#include <string>

namespace agora_exporter {
namespace {

std::string date_text(std::int64_t day) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

}  // namespace

std::string day_to_iso(std::int64_t day) { return date_text(day); }

std::string to_iso(WorldTime t) {
  const std::int64_t day = utc_day(t);
  const std::int64_t second = unix_seconds(t) - day * kDay.count();
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(second / 3600),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  return date_text(day) + text.data();
}

std::string to_iso(WallTime t) { return to_iso(to_world(t)); }

std::string to_text(Millis duration) {
  if (duration.count() == 0) return "0s";
  std::string text = duration.count() < 0 ? "-" : "";
  std::int64_t left = duration.count() < 0 ? -duration.count() : duration.count();
  struct Unit {
    std::int64_t millis;
    const char* name;
  };
  for (const Unit unit : {Unit{3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}}) {
    if (left / unit.millis == 0) continue;
    text += std::to_string(left / unit.millis) + unit.name;
    left %= unit.millis;
  }
  return text;
}

}  // namespace agora_exporter
