// Single values: numbers, durations, sizes, and which known word a mistyped one was meant to be.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agora_exporter/base/time.h"

namespace agora_exporter::config {

// Whole decimal numbers without sign, leading zeros (YAML 1.1 reads 0777 as 511) or separators.
std::optional<std::uint64_t> parse_number(std::string_view text);

// Decimal numbers with or without a fraction, such as 3 or 0.5: neither sign, exponent nor leading zeros.
std::optional<double> parse_decimal(std::string_view text);

// "30m", "72h", "1m30s", "3d": units d, h, m, s, each at most once and in that order; whole seconds. Nothing
// else: neither "30" (of what?) nor "1:30" (90 in YAML 1.1). At most ten years.
std::optional<Seconds> parse_duration(std::string_view text);

// "2GiB", "500MB": B, kB, MB, GB, TB and KiB, MiB, GiB, TiB.
std::optional<std::uint64_t> parse_size(std::string_view text);

// As parse_size reads it, in the largest binary unit that divides it.
std::string size_to_text(std::uint64_t bytes);
// As parse_duration reads it: "3d", "1m30s".
std::string duration_to_text(Seconds duration);

// The candidate that `word` was likely meant to be: by edit distance, letter case ignored; empty if none is
// near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
// 'did you mean "x"?', or 'one of a, b, c'.
std::string suggestion(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace agora_exporter::config
