// Design, "What the page shows": sessions.
#include <gmock/gmock.h>

#include "timeline/facts_builder.h"

namespace agora_exporter::timeline::test {
namespace {

using testing::Optional;

class SessionRules : public testing::Test {
 protected:
  std::unique_ptr<Timeline> timeline_ = Timeline::make(one_app(), at(0));
  bool shown(std::int64_t r, const std::string& sid = "s") {
    return find(*world_at(*timeline_, r), sid) != nullptr;
  }
};

TEST_F(SessionRules, ShownFromJoinToLeaveAlsoBeforeTheFirstPoint) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  EXPECT_FALSE(shown(99));
  EXPECT_TRUE(shown(100));
  const auto world = timeline_->world();
  EXPECT_EQ(world->sessions[0].joined, at(100));
  EXPECT_EQ(world->sessions[0].rows, 1u);
  EXPECT_TRUE(shown(199));
  EXPECT_FALSE(shown(200));
}

TEST_F(SessionRules, CarriesWhatTheApiTold) {
  Entry entry("s", 100);
  entry.uid = 4'294'967'295;
  entry.speaker = true;
  timeline_->apply(sessions(0, 1, {entry}, 1400, "call-1"));
  const auto world = world_at(*timeline_, 150);
  const SessionText& text = *world->sessions.at(0).text;
  EXPECT_EQ(text.app, "my-app");
  EXPECT_EQ(text.channel, "channel");
  EXPECT_EQ(text.call_id, "call-1");
  EXPECT_EQ(text.uid, "4294967295");
  EXPECT_EQ(text.network, "wifi");
  EXPECT_EQ(text.platform, "Android");
  EXPECT_EQ(text.sdk_version, "4.2.1.07_14");
  EXPECT_EQ(text.device_type, "phone");
  EXPECT_TRUE(text.speaker);
}

TEST_F(SessionRules, AFactCountsOnlyAfterTheInstantAtWhichItCame) {
  timeline_->apply(sessions(150, 1, {Entry("s", 100).leaves(400)}, 1400));
  EXPECT_FALSE(shown(149));
  EXPECT_FALSE(shown(150));
  EXPECT_TRUE(shown(151));
}

TEST_F(SessionRules, WithoutALeaveItEndsWithTheNewestPoint) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 150));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 180, 1.0)}}, 100, 300));
  EXPECT_TRUE(shown(179));
  EXPECT_FALSE(shown(180));
}

TEST_F(SessionRules, WithoutALeaveItEndsWithTheNewestAnswerThatListsItAsUnfinished) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 300));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 180, 1.0)}}, 100, 300));
  EXPECT_TRUE(shown(299));
  EXPECT_FALSE(shown(300));
  // It went on after all: shown again from when that is known.
  timeline_->apply(sessions(350, 2, {Entry("s", 100).leaves(500)}, 1600));
  EXPECT_FALSE(shown(350));
  EXPECT_TRUE(shown(351));
  EXPECT_FALSE(shown(500));
}

TEST_F(SessionRules, FinishedWithoutALeaveEndsWithTheLastEvidence) {
  Entry entry("s", 100);
  entry.finished = true;
  timeline_->apply(sessions(0, 1, {entry}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 180, 1.0)}}, 100, 300));
  EXPECT_TRUE(shown(179));
  EXPECT_FALSE(shown(180));
}

TEST_F(SessionRules, OfTwoAnswersThatBookedLaterWins) {
  timeline_->apply(sessions(1, 9, {Entry("s", 100).leaves(300)}, 1400));
  timeline_->apply(sessions(2, 8, {Entry("s", 100).leaves(200)}, 1400));
  EXPECT_TRUE(shown(299));
  EXPECT_FALSE(shown(300));
}

TEST_F(SessionRules, OfAnEntryTwiceInOneAnswerTheLaterWins) {
  timeline_->apply(sessions(1, 1, {Entry("s", 100).leaves(200), Entry("s", 100).leaves(300)}, 1400));
  EXPECT_TRUE(shown(250));
}

TEST_F(SessionRules, InfoMayChangeWhileTheSessionLasts) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(sessions(200, 2, {Entry("s", 100).on("4g")}, 1600));
  EXPECT_EQ(find(*world_at(*timeline_, 200), "s")->text->network, "wifi");
  const auto later = world_at(*timeline_, 201);
  EXPECT_EQ(find(*later, "s")->text->network, "4g");
  EXPECT_EQ(later->active_sessions.at(0).network, "4g");
}

TEST_F(SessionRules, TheTextIsSharedUntilItChanges) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(sessions(200, 2, {Entry("s", 100)}, 1600));
  const auto first = world_at(*timeline_, 150)->sessions.at(0).text;
  EXPECT_EQ(first.get(), world_at(*timeline_, 300)->sessions.at(0).text.get());
}

TEST_F(SessionRules, TheSameUidAgainIsASessionOfItsOwn) {
  timeline_->apply(sessions(0, 1, {Entry("a", 100).leaves(300), Entry("b", 150).leaves(400)}, 1400));
  timeline_->apply(metrics(0, 1, {{"a", 20001, 0, {{200, 10.0}}}, {"b", 20001, 0, {{200, 20.0}}}}, 100, 300));
  const auto world = world_at(*timeline_, 201);
  EXPECT_EQ(world->sessions.size(), 2u);
  EXPECT_EQ(find(*world, "a")->text->uid, find(*world, "b")->text->uid);
  EXPECT_THAT(value(*world, "a", 20001), Optional(0.1));
  EXPECT_THAT(value(*world, "b", 20001), Optional(0.2));
}

TEST_F(SessionRules, MetricsWaitForTheSessionsAnswer) {
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 400, 10.0)}}, 100, 400));
  EXPECT_FALSE(shown(150));
  timeline_->apply(sessions(150, 1, {Entry("s", 100)}, 1400));
  const auto world = world_at(*timeline_, 151);
  EXPECT_THAT(value(*world, "s", 20001), Optional(0.1));
}

TEST_F(SessionRules, ActiveSessionsAreCountedByLabelAndAbsentWhereThereIsNone) {
  timeline_->apply(sessions(0, 1,
                            {Entry("a", 100).leaves(300), Entry("b", 100).leaves(300),
                             Entry("c", 100).on("lan", "Web").leaves(200)},
                            1400));
  EXPECT_TRUE(world_at(*timeline_, 99)->active_sessions.empty());
  auto world = world_at(*timeline_, 150);
  ASSERT_EQ(world->active_sessions.size(), 2u);
  EXPECT_EQ(world->active_sessions[0].app, "my-app");
  EXPECT_EQ(world->active_sessions[0].platform, "Android");
  EXPECT_EQ(world->active_sessions[0].count, 2u);
  EXPECT_EQ(world->active_sessions[1].platform, "Web");
  EXPECT_EQ(world->active_sessions[1].count, 1u);
  world = world_at(*timeline_, 200);
  ASSERT_EQ(world->active_sessions.size(), 1u);
}

TEST_F(SessionRules, FactsOfOtherAppsAreIgnored) {
  agora::Facts other = sessions(0, 1, {Entry("s", 100)}, 1400);
  other.asked.request.app_id = "another";
  timeline_->apply(other);
  EXPECT_FALSE(shown(150));
}

TEST_F(SessionRules, IsForgottenAfterItsEndAndNotRevivedByARepetition) {
  const agora::Facts info = sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400);
  timeline_->apply(info);
  timeline_->apply(metrics(0, 1, {{"s", 20005, 9, every(2, 100, 200, 0.0)}}, 100, 300));
  const double seconds = world_at(*timeline_, 1000)->totals.at(0).session_seconds;
  EXPECT_EQ(timeline_->needed_since(), to_wall(at(1000 + kLag)));
  timeline_->apply(info);
  timeline_->apply(sessions(1001, 2, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(1001, 2, {{"s", 20005, 9, every(2, 100, 200, 0.0)}}, 100, 300));
  const auto world = world_at(*timeline_, 2000);
  EXPECT_EQ(world->totals.at(0).session_seconds, seconds);
  EXPECT_EQ(world->totals.at(0).audio_playback, 100.0);
  EXPECT_EQ(world->apps[0].points_dropped.at("late"), 0u);
}

TEST_F(SessionRules, OneThatNeverEndsIsGivenUp) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 300));
  timeline_->advance(at(300 + 7200));
  EXPECT_LT(timeline_->needed_since(), to_wall(at(300 + 7200)));
  timeline_->advance(at(300 + 7201));
  EXPECT_EQ(timeline_->needed_since(), to_wall(at(300 + 7201 + kLag)));
  // News of it bring it back.
  timeline_->apply(sessions(9000, 2, {Entry("s", 100).leaves(9500)}, 9600));
  EXPECT_TRUE(shown(9100));
}

}  // namespace
}  // namespace agora_exporter::timeline::test
