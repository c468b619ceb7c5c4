// The parts of the room on their own.
#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <random>

#include "timeline/checkpoint.h"
#include "timeline/column.h"
#include "timeline/coverage.h"
#include "timeline/exact_sum.h"
#include "timeline/labels.h"

namespace agora_exporter::timeline {
namespace {

TEST(ExactSum, DoesNotDependOnTheOrder) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> values(-1e6, 1e6);
  std::vector<double> terms(1000);
  for (double& t : terms) t = values(random) * std::pow(10.0, static_cast<double>(random() % 12) - 6.0);
  ExactSum forward;
  ExactSum backward;
  for (const double t : terms) forward.add(t);
  std::reverse(terms.begin(), terms.end());
  for (const double t : terms) backward.add(t);
  EXPECT_EQ(forward, backward);
}

TEST(ExactSum, KeepsSmallTermsBesideLargeOnes) {
  ExactSum sum;
  sum.add(1e9);
  for (int i = 0; i < 1000; ++i) sum.add(1e-9);
  sum.add(-1e9);
  EXPECT_NEAR(sum.value(), 1e-6, 1e-15);
  sum.add(-1e-30);
  EXPECT_NEAR(sum.value(), 1e-6, 1e-15);
}

TEST(ExactSum, SurvivesWhatIsNoMeasurement) {
  ExactSum sum;
  sum.add(std::nan(""));
  sum.add(INFINITY);
  sum.add(1e300);
  EXPECT_EQ(sum.value(), 1e12);
  sum.add(-1e300);
  EXPECT_EQ(sum.value(), 0.0);
}

TEST(ExactSum, ComesBackFromItsHalves) {
  ExactSum sum;
  sum.add(-12.345);
  EXPECT_EQ(ExactSum::of(sum.high(), sum.low()), sum);
}

TEST(Labels, VersionsAreCutToTwoNumbers) {
  EXPECT_EQ(major_minor("2.2.0.07_14"), "2.2");
  EXPECT_EQ(major_minor("4.10"), "4.10");
  EXPECT_EQ(major_minor("4.18.2-beta"), "4.18");
  EXPECT_EQ(major_minor(""), "");
  EXPECT_EQ(major_minor("v3.1"), "v3.1");
  EXPECT_EQ(major_minor("3."), "3.");
}

TEST(Labels, WhatCameFirstKeepsItsName) {
  LabelRegistry registry;
  for (int i = 0; i < 32; ++i) EXPECT_EQ(registry.admit("v" + std::to_string(i)), "v" + std::to_string(i));
  EXPECT_EQ(registry.admit("v32"), "other");
  EXPECT_EQ(registry.admit("v5"), "v5");
}

TEST(Column, MergesLikeAMap) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  for (int run = 0; run < 50; ++run) {
    Column column;
    std::map<std::uint32_t, std::pair<std::uint64_t, double>> truth;
    for (int answer = 0; answer < 12; ++answer) {
      const std::uint64_t ticket = 1 + random() % 8;
      std::uint32_t t = 100 + random() % 200;
      std::vector<std::uint32_t> times;
      std::vector<double> values;
      for (auto n = random() % 30; n > 0; --n) {
        t += 1 + random() % 9;
        times.push_back(t);
        values.push_back(static_cast<double>(random() % 1000));
        const auto held = truth.find(t);
        if (held == truth.end() || held->second.first <= ticket) truth[t] = {ticket, values.back()};
      }
      column.merge(times, values, ticket);
      if (random() % 3 == 0 && !truth.empty()) {
        const std::uint32_t r = 100 + random() % 200;
        column.forget_before(r);
        const auto newest = truth.upper_bound(r);
        if (newest != truth.begin()) truth.erase(truth.begin(), std::prev(newest));
      }
      ASSERT_EQ(column.size(), truth.size());
      std::size_t i = 0;
      for (const auto& [time, held] : truth) {
        ASSERT_EQ(column.time(i), time);
        ASSERT_EQ(column.value(i), held.second);
        ++i;
      }
    }
  }
}

TEST(Column, ShowsTheSameWhereverItWasReadLast) {
  Column column;
  std::vector<std::uint32_t> times;
  std::vector<double> values;
  for (std::uint32_t t = 1000; t < 3000; t += 2) {
    times.push_back(t);
    values.push_back(t);
  }
  column.merge(times, values, 1);
  for (const std::uint32_t t : {1000u, 1001u, 1500u, 1502u, 1990u, 1200u, 1017u, 2998u, 3008u}) {
    EXPECT_EQ(column.shown_at(t), std::min(t, 2998u) / 2 * 2) << t;
  }
  EXPECT_EQ(column.shown_at(999), std::nullopt);
  EXPECT_EQ(column.shown_at(3009), std::nullopt);
}

TEST(Column, ClipsAndCountsWhatLiesFurtherOut) {
  Column column;
  column.merge(std::vector<std::uint32_t>{90, 97, 98, 100, 110, 112, 113},
               std::vector<double>{1, 2, 3, 4, 5, 6, 7}, 1);
  EXPECT_EQ(column.clip(100, 110, 2, 0), 3u);
  ASSERT_EQ(column.size(), 2u);
  EXPECT_EQ(column.value(0), 4.0);
  EXPECT_EQ(column.value(1), 5.0);
  EXPECT_EQ(column.clip(200, 300, 2, 105), 1u);  // 100 had been passed
  EXPECT_TRUE(column.empty());
}

TEST(Coverage, AnAnswerTurnsMissingIntoLateNoLongerThanFiveMinutesAfter) {
  Coverage coverage(0);
  SecondsCounts counts{};
  coverage.judge(1000, 400);
  coverage.came_late(501, 2000, 1000);
  coverage.settle(1000, 1, counts);
  EXPECT_THAT(counts, testing::ElementsAre(400, 0, 300, 0));
  coverage.settle(5000, 1, counts);
  EXPECT_THAT(counts, testing::ElementsAre(400, 300, 300, 0));
}

TEST(Coverage, AWindowInTheMiddleOfAGap) {
  Coverage coverage(0);
  SecondsCounts counts{};
  coverage.judge(200, 0);
  coverage.came_late(51, 100, 200);
  coverage.settle(1000, 1, counts);
  EXPECT_THAT(counts, testing::ElementsAre(0, 50, 150, 0));
}

TEST(CheckpointText, KeepsTabsNewlinesAndBackslashes) {
  CheckpointWriter out;
  out.record("one").text("a\tb\nc\\d").number(-5).text("");
  const auto records = read_checkpoint(std::move(out).finish());
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 1u);
  EXPECT_EQ((*records)[0].name(), "one");
  EXPECT_EQ((*records)[0].text(), "a\tb\nc\\d");
  EXPECT_EQ((*records)[0].number<int>(), -5);
  EXPECT_EQ((*records)[0].text(), "");
  EXPECT_TRUE((*records)[0].complete());
}

}  // namespace
}  // namespace agora_exporter::timeline
