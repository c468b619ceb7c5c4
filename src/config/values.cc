#include "config/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <vector>

namespace agora_exporter::config {
namespace {

constexpr std::int64_t kLongest = 10 * 366 * kDay.count();

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Takes leading digits off `text`.
std::optional<std::uint64_t> take_digits(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array kSizeUnits{SizeUnit{"TiB", 1ull << 40},
                                SizeUnit{"GiB", 1ull << 30},
                                SizeUnit{"MiB", 1ull << 20},
                                SizeUnit{"KiB", 1ull << 10},
                                SizeUnit{"TB", 1'000'000'000'000},
                                SizeUnit{"GB", 1'000'000'000},
                                SizeUnit{"MB", 1'000'000},
                                SizeUnit{"kB", 1'000},
                                SizeUnit{"B", 1}};

// Edits that turn a into b; two neighbours swapped count as one ("polciy").
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (same ? 0u : 1u)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1])) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.size() > 1 && text[0] == '0') return std::nullopt;
  const auto value = take_digits(text);
  if (!text.empty()) return std::nullopt;
  return value;
}

std::optional<double> parse_decimal(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto whole = parse_number(text.substr(0, dot));
  if (!whole || dot == std::string_view::npos) return whole;
  const std::string_view fraction = text.substr(dot + 1);
  if (fraction.empty() || fraction.size() > 9 || !std::all_of(fraction.begin(), fraction.end(), is_digit)) {
    return std::nullopt;
  }
  double value = 0;
  for (auto digit = fraction.rbegin(); digit != fraction.rend(); ++digit)
    value = (value + (*digit - '0')) / 10;
  return static_cast<double>(*whole) + value;
}

std::optional<Seconds> parse_duration(std::string_view text) {
  struct Unit {
    char name;
    std::int64_t seconds;
  };
  constexpr std::array kUnits{Unit{'d', 86'400}, Unit{'h', 3'600}, Unit{'m', 60}, Unit{'s', 1}};
  std::int64_t total = 0;
  std::size_t next = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto count = is_digit(text[0]) ? take_digits(text) : std::nullopt;
    if (!count || text.empty() || *count > static_cast<std::uint64_t>(kLongest)) return std::nullopt;
    while (next < kUnits.size() && kUnits[next].name != text[0]) ++next;
    if (next == kUnits.size()) return std::nullopt;
    total += static_cast<std::int64_t>(*count) * kUnits[next++].seconds;
    text.remove_prefix(1);
  }
  if (total > kLongest) return std::nullopt;
  return Seconds{total};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto count = !text.empty() && is_digit(text[0]) ? take_digits(text) : std::nullopt;
  if (!count) return std::nullopt;
  for (const SizeUnit& unit : kSizeUnits) {
    if (text != unit.name) continue;
    if (*count > std::numeric_limits<std::int64_t>::max() / unit.bytes) return std::nullopt;
    return *count * unit.bytes;
  }
  return std::nullopt;
}

std::string size_to_text(std::uint64_t bytes) {
  for (const SizeUnit& unit : kSizeUnits) {
    if (unit.name[1] != 'i' && unit.bytes != 1) continue;
    if (bytes % unit.bytes == 0) return std::to_string(bytes / unit.bytes) + std::string(unit.name);
  }
  return std::to_string(bytes) + "B";
}

std::string duration_to_text(Seconds duration) {
  if (duration.count() == 0) return "0s";
  std::string text;
  const std::int64_t seconds = duration.count();
  // Whole days only: "48h" says more than "2d" beside "30m", but nobody reads "240h".
  if (seconds % kDay.count() == 0) return std::to_string(seconds / kDay.count()) + "d";
  if (seconds >= 3'600) text += std::to_string(seconds / 3'600) + "h";
  if (seconds / 60 % 60 != 0) text += std::to_string(seconds / 60 % 60) + "m";
  if (seconds % 60 != 0) text += std::to_string(seconds % 60) + "s";
  return text;
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.size() < 3 || word.size() > 64) return {};  // of "1m", anything is one edit away
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t d = distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

std::string suggestion(std::string_view word, std::span<const std::string_view> candidates) {
  if (const std::string_view near = nearest(word, candidates); !near.empty()) {
    return "did you mean \"" + std::string(near) + "\"?";
  }
  std::string text = candidates.size() == 1 ? "only " : "one of ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (i > 0) text += i + 1 == candidates.size() ? " or " : ", ";
    text += candidates[i];
  }
  return text;
}

}  // namespace agora_exporter::config
