// Design, "What the page shows": series and their points.
#include <gmock/gmock.h>

#include "timeline/facts_builder.h"

namespace agora_exporter::timeline::test {
namespace {

using testing::Eq;
using testing::Optional;

class SeriesRules : public testing::Test {
 protected:
  void SetUp() override { timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400)); }
  std::optional<double> shown(std::int64_t r, std::uint32_t mid = 20025, std::uint32_t peer_uid = 0) {
    return value(*world_at(*timeline_, r), "s", mid, peer_uid);
  }
  std::uint64_t dropped(const std::string& reason) {
    return timeline_->world()->apps[0].points_dropped.at(reason);
  }

  std::unique_ptr<Timeline> timeline_ = Timeline::make(one_app(), at(0));
};

TEST_F(SeriesRules, ShowsTheNewestPoint) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}, {112, 2.0}}}}, 100, 300));
  EXPECT_THAT(shown(109), Eq(std::nullopt));
  EXPECT_THAT(shown(110), Optional(1.0));
  EXPECT_THAT(shown(111), Optional(1.0));
  EXPECT_THAT(shown(112), Optional(2.0));
}

TEST_F(SeriesRules, HoldsTheLastPointForTenSeconds) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}}}}, 100, 300));
  EXPECT_THAT(shown(120), Optional(1.0));
  EXPECT_THAT(shown(121), Eq(std::nullopt));
}

TEST_F(SeriesRules, HoldsAcrossAGapOfSixtySeconds) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}, {170, 2.0}, {231, 3.0}}}}, 100, 300));
  EXPECT_THAT(shown(169), Optional(1.0));
  EXPECT_THAT(shown(180), Optional(2.0));
  EXPECT_THAT(shown(181), Eq(std::nullopt));  // the next is 61 s away
  EXPECT_THAT(shown(231), Optional(3.0));
}

TEST_F(SeriesRules, ANextPointCountsOnlyOnceItIsInHand) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}}}}, 100, 300));
  timeline_->apply(metrics(130, 2, {{"s", 20025, 0, {{150, 2.0}}}}, 100, 300));
  EXPECT_THAT(shown(130), Eq(std::nullopt));
  EXPECT_THAT(shown(131), Optional(1.0));
  EXPECT_THAT(shown(150), Optional(2.0));
}

TEST_F(SeriesRules, UnsortedPointsAreSortedAndTheLaterOfARepeatedOneWins) {
  timeline_->apply(
      metrics(0, 1, {{"s", 20025, 0, {{114, 3.0}, {110, 1.0}, {112, 9.0}, {112, 2.0}}}}, 100, 300));
  EXPECT_THAT(shown(110), Optional(1.0));
  EXPECT_THAT(shown(112), Optional(2.0));
  EXPECT_THAT(shown(114), Optional(3.0));
}

TEST_F(SeriesRules, OfAPointToldTwiceTheAnswerBookedLaterWins) {
  timeline_->apply(metrics(1, 9, {{"s", 20025, 0, {{110, 1.0}, {112, 2.0}}}}, 100, 300));
  timeline_->apply(metrics(2, 8, {{"s", 20025, 0, {{112, 7.0}, {114, 8.0}}}}, 100, 300));
  EXPECT_THAT(shown(112), Optional(2.0));
  EXPECT_THAT(shown(114), Optional(8.0));
}

TEST_F(SeriesRules, WhatRHasPassedStaysAsItWas) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}, {112, 2.0}}}}, 100, 300));
  timeline_->apply(metrics(110, 2, {{"s", 20025, 0, {{110, 5.0}, {112, 6.0}}}}, 100, 300));
  EXPECT_THAT(shown(110), Optional(1.0));
  EXPECT_THAT(shown(111), Optional(1.0));
  EXPECT_THAT(shown(112), Optional(6.0));
}

TEST_F(SeriesRules, APointAfterItsDeadlineIsLateAndInNoGauge) {
  timeline_->apply(metrics(200, 1, {{"s", 20025, 0, {{196, 1.0}, {198, 1.0}, {200, 1.0}}}}, 100, 300));
  EXPECT_THAT(shown(201), Eq(std::nullopt));
  EXPECT_EQ(dropped("late"), 3u);
  // The same again is no news.
  timeline_->apply(
      metrics(202, 2, {{"s", 20025, 0, {{196, 1.0}, {198, 1.0}, {200, 1.0}, {202, 1.0}}}}, 100, 300));
  timeline_->advance(at(204));
  EXPECT_EQ(dropped("late"), 4u);
}

TEST_F(SeriesRules, PointsInHandThatAreToldAgainAreNotLate) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, every(2, 102, 200, 1.0)}}, 100, 300));
  timeline_->apply(metrics(190, 2, {{"s", 20025, 0, every(2, 102, 300, 1.0)}}, 100, 300));
  EXPECT_THAT(shown(250), Optional(1.0));
  EXPECT_EQ(dropped("late"), 0u);
}

TEST_F(SeriesRules, WhatCameBeforeTheStartIsNotLate) {
  timeline_ = Timeline::make(one_app(), at(500));
  timeline_->apply(sessions(500, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(metrics(500, 1, {{"s", 20025, 0, every(2, 102, 600, 1.0)}}, 100, 600));
  timeline_->advance(at(501));
  EXPECT_EQ(dropped("late"), 0u);
}

TEST_F(SeriesRules, RemotePeersHaveRowsOfTheirOwnAfterTheUserItself) {
  timeline_->apply(metrics(0, 1,
                           {{"s", 20016, 9, {{110, 4.0}}},
                            {"s", 20016, 3, {{110, 2.0}}},
                            {"s", 20001, 0, {{110, 50.0}}},
                            {"s", 20018, 3, {{150, 2.0}}}},
                           100, 300));
  const auto world = world_at(*timeline_, 110);
  ASSERT_EQ(world->sessions.at(0).rows, 3u);
  EXPECT_EQ(world->rows[0].peer_uid, 0u);
  EXPECT_EQ(world->rows[1].peer_uid, 3u);
  EXPECT_EQ(world->rows[2].peer_uid, 9u);
  EXPECT_THAT(value(*world, "s", 20001, 0), Optional(0.5));
  EXPECT_THAT(value(*world, "s", 20016, 3), Optional(0.02));
  EXPECT_THAT(value(*world, "s", 20016, 9), Optional(0.04));
  EXPECT_THAT(value(*world, "s", 20018, 3), Eq(std::nullopt));
  EXPECT_EQ(world_at(*timeline_, 140)->rows.size(), 1u);  // nothing of them is to be shown now
}

TEST_F(SeriesRules, ValuesAreInBaseUnits) {
  timeline_->apply(metrics(0, 1,
                           {{"s", 20001, 0, {{110, 12.5}}},
                            {"s", 20003, 0, {{110, 64.0}}},
                            {"s", 20022, 0, {{110, 250.0}}},
                            {"s", 20027, 0, {{110, 640.0}}}},
                           100, 300));
  const auto world = world_at(*timeline_, 110);
  EXPECT_THAT(value(*world, "s", 20001), Optional(0.125));
  EXPECT_THAT(value(*world, "s", 20003), Optional(8000.0));
  EXPECT_THAT(value(*world, "s", 20022), Optional(0.25));
  EXPECT_THAT(value(*world, "s", 20027), Optional(640.0));
}

TEST_F(SeriesRules, PercentMayBeAFraction) {
  TimelineOptions options = one_app();
  options.apps[0].percent_is_fraction = true;
  timeline_ = Timeline::make(options, at(0));
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, {{110, 0.25}}}}, 100, 300));
  EXPECT_THAT(shown(110, 20001), Optional(0.25));
}

TEST_F(SeriesRules, PointsALittleOutsideAreIgnoredAndFurtherOutCounted) {
  timeline_->apply(sessions(0, 2, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(
      0, 1,
      {{"s", 20025, 0, {{97, 1.0}, {98, 1.0}, {99, 1.0}, {150, 2.0}, {202, 3.0}, {203, 3.0}, {204, 3.0}}}},
      90, 300));
  EXPECT_THAT(shown(100), Eq(std::nullopt));  // the point of 99 is no point of this session
  EXPECT_THAT(shown(150), Optional(2.0));
  EXPECT_EQ(dropped("outside_session"), 3u);
}

TEST_F(SeriesRules, PointsTurnOutToLieOutsideWhenTheSessionIsKnown) {
  timeline_->apply(metrics(1, 1, {{"t", 20025, 0, {{90, 1.0}, {99, 1.0}, {150, 2.0}, {210, 3.0}}}}, 90, 300));
  timeline_->apply(sessions(2, 2, {Entry("t", 100).leaves(200)}, 1400));
  const auto world = world_at(*timeline_, 100);
  EXPECT_THAT(value(*world, "t", 20025), Eq(std::nullopt));
  EXPECT_EQ(dropped("outside_session"), 2u);
}

TEST_F(SeriesRules, PointsBeforeAJoinDoNotLeadIn) {
  timeline_->apply(sessions(0, 2, {Entry("t", 100).leaves(300)}, 1400));
  timeline_->apply(metrics(0, 1, {{"t", 20005, 5, {{98, 50.0}, {100, 10.0}, {102, 20.0}}}}, 90, 300));
  const Row row = *find_row(*world_at(*timeline_, 110), "t", 5);
  EXPECT_EQ(row.audio_playback, 2.0);
  EXPECT_DOUBLE_EQ(row.audio_freeze, 0.02);
}

TEST_F(SeriesRules, UnknownMidsAreShownUnscaled) {
  timeline_->apply(metrics(0, 1, {{"s", 29999, 4, {{110, 12.0}}}}, 100, 300));
  const auto world = world_at(*timeline_, 110);
  ASSERT_EQ(world->unknown_mids.size(), 1u);
  EXPECT_EQ(world->unknown_mids[0].mid, 29999u);
  EXPECT_EQ(world->unknown_mids[0].value, 12.0);
  EXPECT_EQ(world->rows[world->unknown_mids[0].row].peer_uid, 4u);
}

TEST_F(SeriesRules, OfUnknownMidsThereAreThirtyTwoAtMost) {
  std::vector<Points> streams;
  for (std::uint32_t i = 0; i < 40; ++i) streams.push_back({"s", 30000 + i, 0, {{110, 1.0}, {112, 1.0}}});
  timeline_->apply(metrics(0, 1, streams, 100, 300));
  timeline_->apply(metrics(111, 2, streams, 100, 300));
  EXPECT_EQ(world_at(*timeline_, 112)->unknown_mids.size(), 32u);
  EXPECT_EQ(dropped("unknown_mid"), 8u * 3u);  // of the second answer only the point still to come
}

TEST_F(SeriesRules, MalformedPointsAreCounted) {
  agora::Facts f = metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}}}}, 100, 300);
  f.skipped_points = 5;
  timeline_->apply(f);
  timeline_->advance(at(1));
  EXPECT_EQ(dropped("malformed"), 5u);
}

TEST_F(SeriesRules, ATimeThatCannotBeIsNoEvidence) {
  timeline_->apply(metrics(0, 1, {{"s", 20025, 0, {{110, 1.0}, {400'000, 1.0}}}}, 100, 300));
  EXPECT_NE(find(*world_at(*timeline_, 1399), "s"), nullptr);
  EXPECT_EQ(find(*world_at(*timeline_, 1400), "s"), nullptr);
  EXPECT_EQ(dropped("outside_session"), 1u);
}

TEST_F(SeriesRules, RefusalsAndUndecodableAnswersChangeNothing) {
  timeline_->apply(facts(0, 5, agora::CallMetricsQuery{}, agora::Refusal{}));
  timeline_->apply(facts(0, 6, agora::CallMetricsQuery{}, agora::Undecodable{"reason", "body"}));
  EXPECT_EQ(world_at(*timeline_, 110)->rows.size(), 1u);
}

}  // namespace
}  // namespace agora_exporter::timeline::test
