#include "agora_exporter/planner/call_sizes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace agora_exporter::planner {
namespace {

double mean_of(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), 0.0) / static_cast<double>(sizes.size());
}

std::string channel(int i) { return "channel-" + std::to_string(i); }

TEST(CallSizes, AreThoseOfTheCallsThatWereAskedAbout) {
  CallSizes sizes;
  for (int i = 0; i < 64; ++i) sizes.note(channel(i), i % 2 == 0 ? 2 : 30);
  const Sizes usual = sizes.usual();
  EXPECT_EQ(std::count(usual.begin(), usual.end(), 2), 4);
  EXPECT_EQ(std::count(usual.begin(), usual.end(), 30), 4);
  EXPECT_EQ(spread_out(usual, sizes.of("never seen")), usual);
}

// Channels whose calls are always alike: one call tells the next.
TEST(CallSizes, GoByTheChannelWhereItsCallsAreAlike) {
  CallSizes sizes;
  for (int call = 0; call < 8; ++call)
    for (int i = 0; i < 10; ++i) sizes.note(channel(i), 2 + 3 * i);
  for (int i = 0; i < 10; ++i) {
    const Sizes its = spread_out(sizes.usual(), sizes.of(channel(i)));
    EXPECT_NEAR(mean_of(its), 2 + 3 * i, 0.2) << i;
    EXPECT_LT(its.back() - its.front(), 1) << i;
  }
}

// Calls that differ in every channel alike: that one had larger ones so far was chance.
TEST(CallSizes, GoByAllChannelsWhereThoseDifferByChance) {
  CallSizes sizes;
  std::uint64_t state = 7;
  for (int i = 0; i < 400; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    sizes.note(channel(i % 50), (state >> 60) < 8 ? 2 : 10);
  }
  const Sizes usual = sizes.usual();
  for (int i = 0; i < 50; ++i) {
    const Sizes its = spread_out(usual, sizes.of(channel(i)));
    EXPECT_NEAR(mean_of(its), 6, 1.5) << i;
    EXPECT_GT(its.back() - its.front(), 6) << i;
  }
}

}  // namespace
}  // namespace agora_exporter::planner
