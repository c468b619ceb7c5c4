#include "agora_exporter/planner/intervals.h"

#include <gtest/gtest.h>

namespace agora_exporter::planner {
namespace {

WorldTime t(std::int64_t s) { return world_time(s); }

TEST(Intervals, JoinsWhatTouches) {
  Intervals set;
  set.add(t(10), t(20));
  set.add(t(21), t(30));
  set.add(t(5), t(9));
  EXPECT_TRUE(set.covers(t(5)));
  EXPECT_TRUE(set.covers(t(30)));
  EXPECT_FALSE(set.covers(t(31)));
  EXPECT_FALSE(set.first_missing(t(5), t(30)));
  int parts = 0;
  set.for_each([&](WorldTime, WorldTime) { ++parts; });
  EXPECT_EQ(parts, 1);
}

TEST(Intervals, AnEmptyIntervalAddsNothing) {
  Intervals set;
  set.add(t(10), t(9));
  EXPECT_TRUE(set.empty());
}

TEST(Intervals, NamesTheNewestGap) {
  Intervals set;
  EXPECT_EQ(set.newest_gap(t(0), t(50)), (agora::Frame{t(0), t(50)}));
  set.add(t(10), t(20));
  set.add(t(30), t(40));
  EXPECT_EQ(set.newest_gap(t(0), t(50)), (agora::Frame{t(41), t(50)}));
  EXPECT_EQ(set.newest_gap(t(0), t(40)), (agora::Frame{t(21), t(29)}));
  EXPECT_EQ(set.newest_gap(t(0), t(20)), (agora::Frame{t(0), t(9)}));
  EXPECT_EQ(set.newest_gap(t(12), t(18)), std::nullopt);
}

TEST(Intervals, NamesTheFirstMissingInstant) {
  Intervals set;
  set.add(t(10), t(20));
  EXPECT_EQ(set.first_missing(t(5), t(30)), t(5));
  EXPECT_EQ(set.first_missing(t(10), t(30)), t(21));
  EXPECT_EQ(set.first_missing(t(10), t(20)), std::nullopt);
}

}  // namespace
}  // namespace agora_exporter::planner
