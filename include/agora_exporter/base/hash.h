// Stable hashes: the same text gives the same number on every machine and in every release.
#pragma once

#include <cstdint>
#include <string_view>

namespace agora_exporter {

constexpr std::uint64_t mix(std::uint64_t x) {  // splitmix64's finaliser
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

constexpr std::uint64_t stable_hash(std::string_view text, std::uint64_t salt = 0) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ mix(salt);
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mix(h);
}

// Uniform in [0, 1).
constexpr double unit_interval(std::uint64_t hash) { return static_cast<double>(hash >> 11) * 0x1.0p-53; }

}  // namespace agora_exporter
