#include "agora_exporter/agora/sampling.h"

#include <gtest/gtest.h>

namespace agora_exporter::agora {
namespace {

std::string name(int i) { return "call-" + std::to_string(i); }

TEST(Sampling, TakesTheShareAskedFor) {
  int taken = 0;
  for (int i = 0; i < 100'000; ++i) taken += is_sampled(name(i), 0.3) ? 1 : 0;
  EXPECT_NEAR(taken, 30'000, 600);
  EXPECT_FALSE(is_sampled(name(1), 0));
  EXPECT_TRUE(is_sampled(name(1), 1));
}

// Whoever is followed at some probability is followed at every greater one.
TEST(Sampling, IsNestedInTheProbability) {
  for (int i = 0; i < 1'000; ++i) {
    if (is_sampled(name(i), 0.2)) {
      EXPECT_TRUE(is_sampled(name(i), 0.4));
    }
  }
}

TEST(Weight, IsWholeAndStandsForAllOnAverage) {
  for (const double p : {1.0, 0.7, 0.5, 0.37, 0.05}) {
    double sum = 0;
    for (int i = 0; i < 200'000; ++i) {
      if (!is_sampled(name(i), p)) continue;
      const std::uint32_t weight = weight_of(name(i), p);
      EXPECT_GE(weight, std::floor(1 / p));
      EXPECT_LE(weight, std::ceil(1 / p));
      sum += weight;
    }
    EXPECT_NEAR(sum / 200'000, 1, 0.02) << p;
  }
}

TEST(Weight, IsOneWhereNothingIsLeftOut) { EXPECT_EQ(weight_of("call", 1), 1u); }

TEST(Inclusion, IsOneWhereACallIsCertain) {
  CallEntry entry;
  EXPECT_EQ(inclusion_of(entry, 0.1), 0.1);
  entry.certain = true;
  EXPECT_EQ(inclusion_of(entry, 0.1), 1);
}

}  // namespace
}  // namespace agora_exporter::agora
