// journal-YYYY-MM-DD.db, journal-YYYY-MM-DD-2.db, ...: by UTC day of the first record, in the order of
// appending.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agora_exporter::storage {

struct JournalName {
  std::int64_t day = 0;      // as utc_day()
  std::uint32_t number = 1;  // of that day
  friend auto operator<=>(const JournalName&, const JournalName&) = default;
};

std::string file_name(const JournalName& name);
// Nothing for another file.
std::optional<JournalName> parse_journal_name(std::string_view name);

}  // namespace agora_exporter::storage
