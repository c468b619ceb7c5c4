// Counters of the replayed world.
#include <gmock/gmock.h>

#include "timeline/sampled.h"

namespace agora_exporter::timeline::test {
namespace {

class TotalsRules : public testing::Test {
 protected:
  Totals totals(std::int64_t r) {
    const auto world = world_at(*timeline_, r);
    EXPECT_EQ(world->totals.size(), 1u);
    return world->totals.empty() ? Totals{} : world->totals[0];
  }
  std::unique_ptr<Timeline> timeline_ = Timeline::make(one_app(), at(0));
};

TEST_F(TotalsRules, PlaybackIsTheTimeBetweenPointsAndFreezeTheirSum) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(metrics(0, 1,
                           {{"s", 20005, 9, {{110, 500.0}, {112, 100.0}, {116, 106.67}}},
                            {"s", 20011, 9, {{110, 0.0}, {170, 1000.0}, {231, 50.0}, {233, 2000.5}}}},
                           100, 300));
  EXPECT_EQ(find_row(*world_at(*timeline_, 109), "s", 9), nullptr);
  const Row first = *find_row(*world_at(*timeline_, 110), "s", 9);
  EXPECT_EQ(first.audio_playback, 0.0);  // a run's first point adds neither
  EXPECT_EQ(first.audio_freeze, 0.0);
  const Row last = *find_row(*world_at(*timeline_, 300), "s", 9);
  EXPECT_EQ(last.audio_playback, 6.0);
  EXPECT_DOUBLE_EQ(last.audio_freeze, 0.20667);
  EXPECT_EQ(last.video_playback, 62.0);  // 61 s are a gap: 231 begins a run
  EXPECT_DOUBLE_EQ(last.video_freeze, 3.0005);
  const Totals all = totals(300);
  EXPECT_EQ(all.audio_playback, 6.0);
  EXPECT_DOUBLE_EQ(all.audio_freeze, 0.20667);
  EXPECT_EQ(all.video_playback, 62.0);
  EXPECT_DOUBLE_EQ(all.video_freeze, 3.0005);
}

TEST_F(TotalsRules, CountersOfASessionGoWithIt) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20005, 9, every(2, 102, 120, 0.0)}}, 100, 300));
  const Row row = *find_row(*world_at(*timeline_, 199), "s", 9);
  EXPECT_EQ(row.audio_playback, 18.0);
  EXPECT_TRUE(std::isnan(row.video_playback));
  EXPECT_EQ(find_row(*world_at(*timeline_, 200), "s", 9), nullptr);
  EXPECT_EQ(totals(200).audio_playback, 18.0);
}

TEST_F(TotalsRules, LatePointsCountNowhere) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(metrics(120, 1, {{"s", 20005, 9, every(2, 112, 130, 10.0)}}, 100, 300));
  const Totals all = totals(300);
  EXPECT_EQ(all.audio_playback, 8.0);  // 122 begins a run: 120 came too late
  EXPECT_DOUBLE_EQ(all.audio_freeze, 0.04);
}

TEST_F(TotalsRules, SessionSecondsRunFromJoinToLeave) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  EXPECT_EQ(totals(100).session_seconds, 0.0);
  EXPECT_EQ(totals(101).session_seconds, 1.0);
  EXPECT_EQ(totals(150).session_seconds, 50.0);
  EXPECT_EQ(totals(1000).session_seconds, 100.0);
}

TEST_F(TotalsRules, SessionSecondsCountWhatTheEvidenceCoveredInTime) {
  timeline_->apply(sessions(50, 1, {Entry("s", 0)}, 80));                      // (50, 80]
  timeline_->apply(sessions(100, 2, {Entry("s", 0)}, 120));                    // (100, 120]
  timeline_->apply(metrics(110, 1, {{"s", 20001, 0, {{130, 1.0}}}}, 0, 200));  // (110, 130]
  timeline_->apply(sessions(140, 3, {Entry("s", 0).leaves(150)}, 1000));       // (140, 150]
  EXPECT_EQ(totals(90).session_seconds, 30.0);
  EXPECT_EQ(totals(125).session_seconds, 55.0);
  EXPECT_EQ(totals(1000).session_seconds, 70.0);
}

TEST_F(TotalsRules, LabelsAreTheApisWordsWithTheVersionCutToTwoNumbers) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  const Totals all = totals(101);
  EXPECT_EQ(all.app, "my-app");
  EXPECT_EQ(all.platform, "Android");
  EXPECT_EQ(all.network, "wifi");
  EXPECT_EQ(all.sdk_version, "4.2");
}

TEST_F(TotalsRules, AChangeOfLabelsMovesOnToAnotherSet) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(sessions(200, 2, {Entry("s", 100).on("4g")}, 1600));
  const auto world = world_at(*timeline_, 250);
  ASSERT_EQ(world->totals.size(), 2u);
  EXPECT_EQ(world->totals[0].network, "4g");
  EXPECT_EQ(world->totals[0].session_seconds, 50.0);
  EXPECT_EQ(world->totals[1].network, "wifi");
  EXPECT_EQ(world->totals[1].session_seconds, 100.0);
}

TEST_F(TotalsRules, ASetAppearsAtZeroTwoMinutesAhead) {
  timeline_->apply(sessions(0, 1, {Entry("s", 500)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20016, 9, {{700, 3.0}}}}, 500, 800));
  EXPECT_TRUE(world_at(*timeline_, 379)->totals.empty());
  EXPECT_EQ(totals(380).session_seconds, 0.0);
  EXPECT_TRUE(world_at(*timeline_, 579)->observed.empty());
  const auto world = world_at(*timeline_, 580);
  ASSERT_EQ(world->observed.size(), 1u);
  EXPECT_EQ(world->observed[0].histograms[0].count, 0u);
  EXPECT_EQ(world->observed[0].histograms[0].buckets, std::vector<std::uint64_t>(kLossBounds.size() + 1));
}

TEST_F(TotalsRules, EveryPointPassedIsObserved) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  timeline_->apply(metrics(0, 1,
                           {{"s", 20016, 9, {{110, 0.1}, {112, 1.0}, {114, 1.01}, {116, 90.0}}},
                            {"s", 20018, 9, {{110, 50.0}}},
                            {"s", 20022, 0, {{110, 25.0}, {112, 1601.0}}},
                            {"s", 20010, 9, {{110, 15.0}, {112, 0.0}}}},
                           100, 300));
  EXPECT_EQ(world_at(*timeline_, 113)->observed.at(0).histograms[0].count, 2u);
  const auto world = world_at(*timeline_, 300);
  ASSERT_EQ(world->observed.size(), 1u);
  const auto& histograms = world->observed[0].histograms;
  const auto of = [&](Observed o) { return histograms[static_cast<std::size_t>(o)]; };
  EXPECT_THAT(of(Observed::audio_loss).buckets, testing::ElementsAre(1, 0, 1, 1, 0, 0, 0, 0, 0, 1));
  EXPECT_DOUBLE_EQ(of(Observed::audio_loss).sum, 0.9211);
  EXPECT_THAT(of(Observed::video_loss).buckets, testing::ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 1, 0));
  EXPECT_THAT(of(Observed::round_trip).buckets, testing::ElementsAre(0, 1, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_THAT(of(Observed::video_frames).buckets, testing::ElementsAre(1, 0, 0, 0, 1, 0, 0, 0, 0, 0));
  EXPECT_EQ(of(Observed::video_frames).count, 2u);
}

TEST_F(TotalsRules, MoreThanThirtyTwoValuesOfALabelAreOther) {
  std::vector<agora::SessionEntry> entries;
  entries.reserve(40);
  for (int i = 0; i < 40; ++i) {
    entries.push_back(Entry("s" + std::to_string(i), 100).on("net" + std::to_string(i)));
  }
  timeline_->apply(sessions(0, 1, entries, 1400));
  const auto world = world_at(*timeline_, 101);
  EXPECT_EQ(world->totals.size(), 33u);
  EXPECT_EQ(world->active_sessions.size(), 33u);
  double other = 0;
  for (const Totals& t : world->totals) other += t.network == "other" ? t.session_seconds : 0;
  EXPECT_EQ(other, 8.0);
  EXPECT_EQ(find(*world, "s39")->text->network, "net39");  // session_info has the raw text
}

class SecondsOutcomes : public TotalsRules {
 protected:
  auto seconds(std::int64_t r) { return world_at(*timeline_, r)->apps[0].session_seconds; }
};

TEST_F(SecondsOutcomes, InHandOnceRIsFiveMinutesPast) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 198, 1.0)}}, 100, 300));
  EXPECT_THAT(seconds(400), testing::ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(seconds(450), testing::ElementsAre(50, 0, 0, 0));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(100, 0, 0, 0));
}

TEST_F(SecondsOutcomes, UpToTheNewestPointOnlyWhileItLasts) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 300));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 180, 1.0)}}, 100, 300));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(80, 0, 120, 0));
}

TEST_F(SecondsOutcomes, LateWhereAnAnswerCameWithinFiveMinutes) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(1000)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 300, 1.0)}}, 100, 300));
  timeline_->apply(metrics(800, 2, {{"s", 20001, 0, every(2, 302, 998, 1.0)}}, 300, 1400));
  // 300..500 had been missing for five minutes when the answer came; 500..800 came late, the rest in time.
  EXPECT_THAT(seconds(5000), testing::ElementsAre(400, 300, 200, 0));
}

TEST_F(SecondsOutcomes, WhatAFoundSessionMissedIsToldAtOnce) {
  timeline_->apply(sessions(900, 1, {Entry("s", 100).leaves(600)}, 1400));
  timeline_->apply(metrics(900, 1, {{"s", 20001, 0, every(2, 102, 598, 1.0)}}, 100, 1400));
  EXPECT_THAT(seconds(950), testing::ElementsAre(0, 0, 500, 0));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(0, 0, 500, 0));
}

TEST_F(SecondsOutcomes, WhatAFoundSessionMissedIsToldThoughItsPointsAreFoldedFirst) {
  timeline_->apply(sessions(900, 2, {Entry("s", 100).leaves(600)}, 1400));
  timeline_->apply(metrics(900, 1, {{"s", 20001, 0, every(2, 102, 598, 1.0)}}, 100, 1400));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(0, 0, 500, 0));
}

TEST_F(SecondsOutcomes, SilenceTurnsIntoMissingWhenTheSessionTurnsOutToHaveGoneOn) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 200));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, every(2, 102, 200, 1.0)}}, 100, 200));
  EXPECT_THAT(seconds(1000), testing::ElementsAre(100, 0, 0, 0));
  timeline_->apply(sessions(1000, 2, {Entry("s", 100).leaves(1100)}, 2400));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(100, 0, 900, 0));
}

// Some sessions are shorter than their silence: they have no point at all.
TEST_F(SecondsOutcomes, OfASilentSessionAreInHandOnceAFrameReachesWellBeyondIt) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, {}}}, 100, 319));
  EXPECT_THAT(seconds(450), testing::ElementsAre(0, 0, 50, 0)) << "data may trail";
  timeline_ = Timeline::make(one_app(), at(0));
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(0, 1, {{"s", 20001, 0, {}}}, 100, 320));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(100, 0, 0, 0));
}

TEST_F(SecondsOutcomes, OfASilentSessionAreMissingWhereItsEndWasToldOnlyLater) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100)}, 150));
  timeline_->apply(metrics(300, 2, {{"s", 20001, 0, {}}}, 250, 1000));
  timeline_->apply(sessions(400, 3, {Entry("s", 100).leaves(200)}, 1400));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(0, 0, 100, 0));
}

TEST_F(SecondsOutcomes, OfASidLeftOutAreThoseOfASilentSession) {
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400));
  agora::Facts answer = metrics(150, 2, {}, 100, 400);
  std::get<agora::CallMetricsQuery>(answer.asked.request.query).sids = {"s"};
  timeline_->apply(answer);
  EXPECT_THAT(seconds(5000), testing::ElementsAre(50, 50, 0, 0));
}

TEST_F(SecondsOutcomes, SampledOutAreThoseForWhichASessionStands) {
  const std::string id = name_of_weight("call-", 0.37, 3);
  timeline_->apply(told_with(0.37, calls(0, 1, {call(id, 90, 300)})));
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400, id));
  timeline_->apply(metrics(150, 1, {{"s", 20001, 0, every(2, 102, 170, 1.0)}}, 100, 180));
  EXPECT_THAT(seconds(450), testing::ElementsAre(0, 50, 0, 100))
      << "with the others, when nothing changes any more";
  EXPECT_THAT(seconds(5000), testing::ElementsAre(20, 50, 30, 200));
}

class SampledOut : public SecondsOutcomes {
 protected:
  SampledOut() {
    options_.representative = false;
    options_.apps[0].wanted = [](const std::string& channel) { return channel != "unwanted"; };
    start();
  }
  void start() { timeline_ = Timeline::make(options_, at(0)); }
  double sampled_out(std::int64_t r) { return seconds(r)[3]; }
  TimelineOptions options_ = one_app();
};

TEST_F(SampledOut, UnderCoverageAreEndedCallsThatWereNeverAskedAbout) {
  agora::CallEntry unseen = call("unseen", 100, 300), seen = call("call", 100, 300);
  unseen.mean_users = seen.mean_users = 2.5;
  agora::CallEntry unwanted = unseen, live = call("live", 100);
  unwanted.call_id = "another";
  unwanted.channel = "unwanted";
  live.mean_users = 9;
  timeline_->apply(calls(0, 1, {unseen, seen, unwanted, live}));
  timeline_->apply(sessions(0, 1, {}, 1400));
  EXPECT_EQ(sampled_out(299), 0.0);
  EXPECT_EQ(sampled_out(300), 500.0);
  EXPECT_EQ(sampled_out(5000), 500.0);
  options_.representative = true;  // then the calls that are asked about stand for it
  start();
  timeline_->apply(calls(0, 1, {unseen}));
  EXPECT_EQ(sampled_out(5000), 0.0);
}

TEST_F(SampledOut, UsersAreThoseOfCallsAskedAboutWhereTheListDoesNotTell) {
  timeline_->apply(calls(0, 1, {call("call", 100, 200), call("lone", 100, 200)}));
  EXPECT_EQ(sampled_out(200), 200.0) << "one a call, where nothing is known";
  start();
  timeline_->apply(calls(0, 1, {call("call", 100, 200)}));
  timeline_->apply(
      sessions(0, 1, {Entry("a", 100).leaves(200), Entry("b", 100).leaves(200), Entry("c", 150)}, 1400));
  timeline_->apply(sessions(5, 2, {Entry("a", 100).leaves(200), Entry("c", 150).leaves(200)}, 1400));
  timeline_->apply(calls(10, 2, {call("unseen", 100, 400)}));
  EXPECT_EQ(sampled_out(5000), 750.0);  // 2.5 users over 300 s
}

TEST_F(SecondsOutcomes, NothingBeforeTheStartCounts) {
  timeline_ = Timeline::make(one_app(), at(150));
  timeline_->apply(sessions(150, 1, {Entry("s", 100).leaves(200)}, 1400));
  timeline_->apply(metrics(150, 1, {{"s", 20001, 0, every(2, 102, 198, 1.0)}}, 100, 300));
  EXPECT_THAT(seconds(5000), testing::ElementsAre(50, 0, 0, 0));
  EXPECT_EQ(totals(5000).session_seconds, 50.0);
}

// A call found at a probability of a half stands for two, one at a third for three; where sessions of it are
// sampled too, for more.
TEST_F(TotalsRules, TheWeightShownIsThatOfWhatIsFollowed) {
  const auto found_at = [](agora::Facts facts, double inclusion) {
    facts.asked.inclusion = inclusion;
    return facts;
  };
  EXPECT_TRUE(std::isnan(world_at(*timeline_, 0)->apps[0].session_weight)) << "nobody is there";
  timeline_->apply(found_at(calls(0, 1, {call("two", 90), call("whole", 90)}), 0.5));
  timeline_->apply(sessions(0, 2, {Entry("a", 100).leaves(300), Entry("b", 100)}, 1400, "two"));
  timeline_->apply(sessions(0, 3, {Entry("c", 200)}, 1400, "unlisted"));
  EXPECT_EQ(world_at(*timeline_, 150)->apps[0].session_weight, 2);
  EXPECT_EQ(world_at(*timeline_, 250)->apps[0].session_weight, (2 + 2 + 1) / 3.0);
  EXPECT_EQ(world_at(*timeline_, 350)->apps[0].session_weight, 1.5) << "one has left";

  std::vector<agora::SessionEntry> many;
  many.reserve(40);
  for (int i = 0; i < 40; ++i) many.push_back(Entry("many-" + std::to_string(i), 400).leaves(500));
  timeline_->apply(found_at(sessions(350, 4, many, 1400, "two"), 0.5));
  EXPECT_EQ(world_at(*timeline_, 450)->totals.size(), 1u);
  const double weight = world_at(*timeline_, 450)->apps[0].session_weight;
  EXPECT_GT(weight, 3) << "twice two, but for the two of before";
  EXPECT_LT(weight, 4) << "those left out do not count";
}

}  // namespace
}  // namespace agora_exporter::timeline::test
