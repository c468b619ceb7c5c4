// Facts fold to the same page in any order, repeated or not, with advances between them or not, and over
// restarts.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "timeline/random_facts.h"
#include "timeline/world_text.h"

namespace agora_exporter::timeline::test {
namespace {

constexpr std::int64_t kUntil = 12'000;

class AnyOrder : public testing::TestWithParam<int> {
 protected:
  AnyOrder()
      : seed_(GetParam() == 0 ? std::random_device{}() : static_cast<std::uint32_t>(GetParam())),
        random_(seed_) {
    facts_ = random_.make(kUntil);
  }
  std::unique_ptr<Timeline> fresh() {
    TimelineOptions options = RandomFacts::options();
    options.representative = seed_ % 2 == 0;
    return Timeline::make(options, at(0));
  }

  // As it happens live: second by second, each fact applied when it comes. Texts by R.
  std::map<std::int64_t, std::string> live(ProcessCounters counters = ProcessCounters::with) {
    const auto timeline = fresh();
    std::map<std::int64_t, std::string> pages;
    std::size_t next = 0;
    for (std::int64_t r = 0; r <= kUntil + 3000; ++r) {
      timeline->advance(at(r));
      for (; next < facts_.size() && facts_[next].asked.replayed <= at(r); ++next)
        timeline->apply(facts_[next]);
      if (r % 250 == 0) pages[r] = text_of(*timeline->world(), counters);
    }
    return pages;
  }

  std::uint32_t seed_;
  RandomFacts random_;
  std::vector<agora::Facts> facts_;
};

TEST_P(AnyOrder, ShuffledAndRepeatedFactsGiveTheSamePages) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  const auto pages = live();
  std::vector<agora::Facts> shuffled = facts_;
  for (std::size_t i = 0; i < facts_.size(); i += 3) shuffled.push_back(facts_[i]);
  std::shuffle(shuffled.begin(), shuffled.end(), random_.engine());
  const auto timeline = fresh();
  for (const agora::Facts& f : shuffled) timeline->apply(f);
  for (const auto& [r, page] : pages) {
    timeline->advance(at(r));
    ASSERT_EQ(text_of(*timeline->world(), ProcessCounters::with), page);
  }
}

TEST_P(AnyOrder, OneJumpGivesTheSamePage) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  const auto pages = live();
  const auto timeline = fresh();
  for (auto f = facts_.rbegin(); f != facts_.rend(); ++f) timeline->apply(*f);
  timeline->advance(at(pages.rbegin()->first));
  EXPECT_EQ(text_of(*timeline->world(), ProcessCounters::with), pages.rbegin()->second);
}

TEST_P(AnyOrder, FoldingInOrderOfReceiptWithAdvancesGivesTheSamePage) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  const auto pages = live();
  const auto timeline = fresh();
  for (const agora::Facts& f : facts_) {
    timeline->advance(f.asked.replayed);
    timeline->apply(f);
    if (random_.chance(30))
      timeline->apply(
          facts_[static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(facts_.size())))]);
  }
  timeline->advance(at(pages.rbegin()->first));
  EXPECT_EQ(text_of(*timeline->world(), ProcessCounters::with), pages.rbegin()->second);
}

TEST_P(AnyOrder, ARestartShowsWhatAnUninterruptedRunShows) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  random_ = RandomFacts(seed_, false);
  facts_ = random_.make(kUntil);
  const auto pages = live(ProcessCounters::without);
  auto timeline = fresh();
  std::size_t next = 0;
  int restarts = 0;
  for (const auto& [r, page] : pages) {
    // Received at r, but R has not passed r yet: on disk, and in the next fold.
    for (; next < facts_.size() && facts_[next].asked.replayed <= at(r); ++next)
      timeline->apply(facts_[next]);
    timeline->advance(at(r));
    ASSERT_EQ(text_of(*timeline->world(), ProcessCounters::without), page)
        << "after " << restarts << " restarts";
    if (!random_.chance(40)) continue;
    const std::string checkpoint = timeline->checkpoint();
    const WallTime since = timeline->needed_since();
    timeline = fresh();
    ASSERT_TRUE(timeline->restore(checkpoint));
    ASSERT_EQ(timeline->at(), at(r));
    EXPECT_EQ(timeline->checkpoint(), checkpoint);
    std::vector<agora::Facts> kept;
    for (std::size_t i = 0; i < next; ++i) {
      if (facts_[i].asked.received_at >= since) kept.push_back(facts_[i]);
    }
    std::shuffle(kept.begin(), kept.end(), random_.engine());
    for (const agora::Facts& f : kept) timeline->apply(f);
    ++restarts;
  }
}

TEST_P(AnyOrder, WhatIsNeededMovesOn) {
  SCOPED_TRACE(testing::Message() << "seed " << seed_);
  const auto timeline = fresh();
  for (const agora::Facts& f : facts_) timeline->apply(f);
  timeline->advance(at(kUntil + 5 * 86'400));
  EXPECT_EQ(timeline->needed_since(), to_wall(at(kUntil + 5 * 86'400 + kLag)));
}

INSTANTIATE_TEST_SUITE_P(Seeds, AnyOrder, testing::Range(0, 7));  // 0: another one on each run

}  // namespace
}  // namespace agora_exporter::timeline::test
