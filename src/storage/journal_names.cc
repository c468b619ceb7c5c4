#include "storage/journal_names.h"

#include <charconv>
#include <chrono>

#include "agora_exporter/base/time.h"

namespace agora_exporter::storage {
namespace {

constexpr std::string_view kPrefix = "journal-";
constexpr std::string_view kSuffix = ".db";
constexpr std::size_t kDateLength = 10;

std::optional<unsigned> number_of(std::string_view digits) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string file_name(const JournalName& name) {
  std::string text = std::string(kPrefix) + day_to_iso(name.day);
  if (name.number > 1) text += "-" + std::to_string(name.number);
  return text + std::string(kSuffix);
}

std::optional<JournalName> parse_journal_name(std::string_view name) {
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return std::nullopt;
  std::string_view middle = name.substr(kPrefix.size());
  middle.remove_suffix(kSuffix.size());
  if (middle.size() < kDateLength) return std::nullopt;
  const auto year = number_of(middle.substr(0, 4));
  const auto month = number_of(middle.substr(5, 2));
  const auto day = number_of(middle.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                         std::chrono::month{*month}, std::chrono::day{*day}};
  if (!date.ok()) return std::nullopt;
  JournalName parsed{std::chrono::sys_days{date}.time_since_epoch().count(), 1};
  if (middle.size() > kDateLength) {
    const auto number = number_of(middle.substr(kDateLength + 1));
    if (!number) return std::nullopt;
    parsed.number = *number;
  }
  // The way back is the check of everything else.
  if (file_name(parsed) != name) return std::nullopt;
  return parsed;
}

}  // namespace agora_exporter::storage
