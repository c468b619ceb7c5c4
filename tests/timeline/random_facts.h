// Hours of answers as a busy account might get them, with everything that can be odd about them.
#pragma once

#include <random>
#include <vector>

#include "timeline/facts_builder.h"

namespace agora_exporter::timeline::test {

class RandomFacts {
 public:
  // `contradictory`: a session or call that has ended may be told to go on, and the other way round.
  explicit RandomFacts(std::uint32_t seed, bool contradictory = true)
      : random_(seed), contradictory_(contradictory) {}

  static TimelineOptions options();
  // In the order of receipt, from R = 0 to R = `until`.
  std::vector<agora::Facts> make(std::int64_t until);

  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(n));
  }
  bool chance(int percent) { return below(100) < percent; }
  std::mt19937_64& engine() { return random_; }

 private:
  agora::Facts listing(std::int64_t replayed);
  agora::Facts points(std::int64_t replayed);
  agora::Facts list(std::int64_t replayed);
  agora::Facts insight(std::int64_t replayed);
  Points stream(const std::string& sid, std::int64_t replayed);
  double inclusion();
  // Mostly one after the other, but answers overtake each other.
  std::uint32_t ticket() {
    if (ticket_ % 4 == 0) shuffle_ = static_cast<std::uint32_t>(below(4));
    return ticket_++ ^ shuffle_;
  }

  std::mt19937_64 random_;
  bool contradictory_;
  std::uint32_t ticket_ = 16;
  std::uint32_t shuffle_ = 0;
};

}  // namespace agora_exporter::timeline::test
