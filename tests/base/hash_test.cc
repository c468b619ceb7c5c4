#include "agora_exporter/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace agora_exporter {
namespace {

// Journals and samples depend on these: another number is a change of what is kept on disk.
static_assert(stable_hash("") == 17'665'956'581'633'026'203ULL);
static_assert(stable_hash("call-1") == 14'261'503'215'707'482'364ULL);
static_assert(stable_hash("call-1", 1) == 12'241'478'096'711'633'728ULL);

TEST(Hash, UnitIntervalIsSpreadEvenly) {
  constexpr int kBuckets = 10;
  constexpr int kTexts = 10'000;
  int counts[kBuckets] = {};
  std::set<std::uint64_t> seen;
  for (int i = 0; i < kTexts; ++i) {
    const std::uint64_t hash = stable_hash("call-" + std::to_string(i));
    seen.insert(hash);
    const double at = unit_interval(hash);
    ASSERT_GE(at, 0.0);
    ASSERT_LT(at, 1.0);
    ++counts[static_cast<int>(at * kBuckets)];
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kTexts));
  // 1,000 expected, standard deviation 30: five of them.
  for (const int count : counts) EXPECT_NEAR(count, 1'000, 150);
  EXPECT_LT(unit_interval(~0ULL), 1.0);
}

TEST(Hash, SaltsAreIndependent) {
  int agree = 0;
  for (int i = 0; i < 1'000; ++i) {
    const std::string text = "call-" + std::to_string(i);
    if ((unit_interval(stable_hash(text, 1)) < 0.5) == (unit_interval(stable_hash(text, 2)) < 0.5)) ++agree;
  }
  EXPECT_NEAR(agree, 500, 80);
}

}  // namespace
}  // namespace agora_exporter
