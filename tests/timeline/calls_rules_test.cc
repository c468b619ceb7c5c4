// Calls: active, started, ended, end unknown.
#include <gmock/gmock.h>

#include "timeline/facts_builder.h"

namespace agora_exporter::timeline::test {
namespace {

class CallsRules : public testing::Test {
 protected:
  AppWorld app(std::int64_t r) { return world_at(*timeline_, r)->apps.at(0); }
  std::unique_ptr<Timeline> timeline_ = Timeline::make(one_app(), at(0));
};

TEST_F(CallsRules, ActiveFromCreatedToDestroyedFollowedOrNot) {
  timeline_->apply(calls(0, 1, {call("c", 100, 400), call("d", 200, 300)}));
  EXPECT_EQ(app(99).active_calls, 0u);
  EXPECT_EQ(app(100).active_calls, 1u);
  EXPECT_EQ(app(299).active_calls, 2u);
  EXPECT_EQ(app(300).active_calls, 1u);
  EXPECT_EQ(app(400).active_calls, 0u);
}

TEST_F(CallsRules, StartedAndEndedAreCountedAsRPasses) {
  timeline_->apply(calls(0, 1, {call("c", 100, 400)}));
  EXPECT_EQ(app(99).calls_started, 0u);
  EXPECT_EQ(app(100).calls_started, 1u);
  EXPECT_EQ(app(399).calls_ended, 0u);
  const AppWorld ended = app(400);
  EXPECT_EQ(ended.calls_started, 1u);
  EXPECT_EQ(ended.calls_ended, 1u);
  EXPECT_EQ(ended.call_duration.count, 1u);
  EXPECT_EQ(ended.call_duration.sum, 300.0);
  EXPECT_EQ(ended.call_duration.buckets[4], 1u);  // le 300
}

// Sampled or not: the list alone tells.
TEST_F(CallsRules, FreezesToldOfACallAreCountedAtItsEnd) {
  agora::CallEntry both = call("both", 100, 400), audio = call("audio", 100, 500),
                   none = call("none", 100, 600);
  both.audio_freeze_ratio = 0.001;
  both.video_freeze_ratio = 0.6;
  audio.audio_freeze_ratio = 0;
  agora::CallEntry live = call("live", 100);
  live.audio_freeze_ratio = 0.3;
  agora::Facts list = calls(0, 1, {both, audio, none, live});
  list.asked.inclusion = 0.001;
  timeline_->apply(list);
  EXPECT_EQ(app(399).call_audio_freeze.count, 0u);
  EXPECT_EQ(app(400).call_audio_freeze.count, 1u);
  const AppWorld end = app(1000);
  EXPECT_EQ(end.calls_ended, 3u);
  EXPECT_THAT(end.call_audio_freeze.buckets, testing::ElementsAre(2, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_DOUBLE_EQ(end.call_audio_freeze.sum, 0.001);
  EXPECT_THAT(end.call_video_freeze.buckets, testing::ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_DOUBLE_EQ(end.call_video_freeze.sum, 0.6);
}

TEST_F(CallsRules, TheLatestAnswerTellsTheFreezesOfACall) {
  agora::CallEntry entry = call("c", 100, 400);
  entry.audio_freeze_ratio = 0.2;
  timeline_->apply(calls(0, 1, {entry}));
  entry.audio_freeze_ratio = 0.04;
  timeline_->apply(calls(10, 2, {entry}));
  EXPECT_DOUBLE_EQ(app(1000).call_audio_freeze.sum, 0.04);
}

TEST_F(CallsRules, ACallFoundLateCountsWhereRHasNotBeenYet) {
  timeline_->apply(calls(150, 1, {call("c", 100, 400), call("gone", 10, 140)}));
  EXPECT_EQ(app(150).active_calls, 0u);
  EXPECT_EQ(app(151).active_calls, 1u);
  const AppWorld end = app(1000);
  EXPECT_EQ(end.calls_started, 0u);
  EXPECT_EQ(end.calls_ended, 1u);
}

TEST_F(CallsRules, UnfinishedUntilTheListWasAsked) {
  timeline_->apply(calls(0, 1, {call("c", 100)}));
  // Asked 0.3 s before T = 1800; the list is 60 s behind, and 2 s are left for clocks.
  const std::int64_t bound = kLag - 1 - 60 - 2;
  EXPECT_EQ(app(bound - 1).active_calls, 1u);
  const AppWorld after = app(bound);
  EXPECT_EQ(after.active_calls, 0u);
  EXPECT_EQ(after.calls_end_unknown, 1u);
  timeline_->apply(calls(bound + 10, 2, {call("c", 100, bound + 500)}));
  EXPECT_EQ(app(bound + 11).active_calls, 1u);
  EXPECT_EQ(app(bound + 11).calls_end_unknown, 0u);
}

TEST_F(CallsRules, TheListDelayIsTheAccounts) {
  TimelineOptions options = one_app();
  options.apps[0].list_delay = Seconds{20};
  timeline_ = Timeline::make(options, at(0));
  timeline_->apply(calls(0, 1, {call("c", 100)}));
  EXPECT_EQ(app(kLag - 1 - 20 - 2 - 1).active_calls, 1u);
  EXPECT_EQ(app(kLag - 1 - 20 - 2).active_calls, 0u);
}

TEST_F(CallsRules, ItsSessionsAreEvidenceThatItGoesOn) {
  timeline_->apply(calls(0, 1, {call("call", 100)}));
  timeline_->apply(sessions(1000, 1, {Entry("s", 150).leaves(2500)}, 2500));
  EXPECT_EQ(app(2499).active_calls, 1u);
  EXPECT_EQ(app(2500).active_calls, 0u);
  EXPECT_EQ(app(2500).calls_end_unknown, 1u);
}

TEST_F(CallsRules, OfTwoEndsThatBookedLaterWins) {
  timeline_->apply(calls(1, 9, {call("c", 100, 400)}));
  timeline_->apply(calls(2, 8, {call("c", 100, 300)}));
  EXPECT_EQ(app(399).active_calls, 1u);
  const AppWorld end = app(1000);
  EXPECT_EQ(end.active_calls, 0u);
  EXPECT_EQ(end.calls_ended, 1u);
  EXPECT_EQ(end.call_duration.sum, 300.0);
}

TEST_F(CallsRules, AnAnswerBookedBeforeTheEndDoesNotReviveTheCall) {
  timeline_->apply(calls(350, 9, {call("c", 100, 400)}));
  timeline_->advance(at(410));
  timeline_->apply(calls(410, 8, {call("c", 100)}));
  const AppWorld world = app(420);
  EXPECT_EQ(world.active_calls, 0u);
  EXPECT_EQ(world.calls_end_unknown, 0u);
}

TEST_F(CallsRules, ACallWhoseEndIsNeverToldIsGivenUpAfterADay) {
  timeline_->apply(calls(0, 1, {call("c", 100)}));
  const std::int64_t bound = kLag - 63;
  EXPECT_EQ(app(bound + 86'400).calls_end_unknown, 1u);
  EXPECT_EQ(app(bound + 86'401).calls_end_unknown, 0u);
}

}  // namespace
}  // namespace agora_exporter::timeline::test
