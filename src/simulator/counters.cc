#include "agora_exporter/simulator/simulator.h"

namespace agora_exporter::simulator {

std::uint64_t Counters::of_code(int code) const {
  std::uint64_t sum = 0;
  for (const auto& [answer, count] : answers) sum += answer.first == code ? count : 0;
  return sum;
}

std::vector<std::string> Counters::above_limits() const {
  std::vector<std::string> words;
  for (const auto& [key, u] : usage) {
    const struct {
      const char* window;
      int most, limit;
    } rows[] = {{"UTC second", u.most_per_second, u.limits.per_second},
                {"UTC minute", u.most_per_minute, u.limits.per_minute},
                {"UTC day", u.most_per_day, u.limits.per_day},
                {"sliding second", u.most_in_any_second, u.limits.per_second},
                {"sliding minute", u.most_in_any_minute, u.limits.per_minute}};
    for (const auto& row : rows) {
      if (row.limit == 0 || row.most <= row.limit) continue;
      words.push_back(std::string(agora::name_of(key.second)) +
                      (key.first.empty() ? "" : " of " + key.first) + ": " + std::to_string(row.most) +
                      " in a " + row.window + ", allowed are " + std::to_string(row.limit));
    }
  }
  return words;
}

}  // namespace agora_exporter::simulator
