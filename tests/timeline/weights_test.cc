// Sessions count for those that the sample left out.
#include <gmock/gmock.h>

#include "timeline/sampled.h"
#include "timeline/world_text.h"

namespace agora_exporter::timeline::test {
namespace {

constexpr double kCalls = 0.37, kSessions = 0.3;

class Weights : public testing::Test {
 protected:
  // One call of a weight with one session of a weight: 100 s, 9 points in 16 s of playback, 0.09 s frozen but
  // for the first point.
  void tell(std::uint32_t of_call, std::uint32_t of_session, Timeline& timeline) {
    call_ = name_of_weight("call-", kCalls, of_call);
    sid_ = name_of_weight("sid-", kSessions, of_session);
    timeline.apply(told_with(kCalls, calls(0, 1, {call(call_, 90, 1000)})));
    timeline.apply(told_with(kSessions, sessions(1, 1, {Entry(sid_, 100).leaves(200)}, 1400, call_)));
    timeline.apply(points());
  }
  agora::Facts points() const {
    return metrics(2, 1,
                   {{sid_, 20005, 9, every(2, 110, 126, 10.0)},
                    {sid_, 20016, 9, every(2, 110, 126, 1.5)},
                    {sid_, 20022, 0, {{110, 25.0}}}},
                   100, 400);
  }
  static Totals totals(const World& world) {
    EXPECT_EQ(world.totals.size(), 1u);
    return world.totals.empty() ? Totals{} : world.totals[0];
  }

  std::string call_, sid_;
  std::unique_ptr<Timeline> timeline_ = Timeline::make(one_app(), at(0));
};

TEST_F(Weights, OfCallAndSessionMultiplyInTotalsAndHistograms) {
  for (const std::uint32_t of_call : {2u, 3u}) {
    for (const std::uint32_t of_session : {3u, 4u}) {
      timeline_ = Timeline::make(one_app(), at(0));
      tell(of_call, of_session, *timeline_);
      const auto world = world_at(*timeline_, 1000);
      const double weight = of_call * of_session;
      EXPECT_EQ(totals(*world).session_seconds, 100 * weight);
      EXPECT_EQ(totals(*world).audio_playback, 16 * weight);
      EXPECT_NEAR(totals(*world).audio_freeze, 0.08 * weight, 1e-9);
      const auto& histograms = world->observed.at(0).histograms;
      EXPECT_EQ(histograms[0].count, 9 * weight);
      EXPECT_EQ(histograms[0].buckets.at(3), 9 * weight);  // le .02
      EXPECT_NEAR(histograms[0].sum, 9 * 0.015 * weight, 1e-9);
      EXPECT_EQ(histograms[2].count, weight);
    }
  }
}

TEST_F(Weights, AreNotInWhatIsShownOfTheSessionAlone) {
  tell(3, 4, *timeline_);
  EXPECT_EQ(find_row(*world_at(*timeline_, 150), sid_, 9)->audio_playback, 16.0);
  EXPECT_EQ(timeline_->world()->active_sessions.at(0).count, 1u);
}

TEST_F(Weights, AreOneOverTheProbabilityOnAverage) {
  std::vector<agora::CallEntry> entries;
  entries.reserve(4'000);
  for (int i = 0; i < 4'000; ++i) entries.push_back(call("c" + std::to_string(i), 90, 1000));
  timeline_->apply(told_with(kCalls, calls(0, 1, entries)));
  std::uint32_t ticket = 1;
  for (const agora::CallEntry& entry : entries) {
    if (agora::is_sampled(entry.call_id, kCalls))
      timeline_->apply(
          sessions(1, ticket++, {Entry("of " + entry.call_id, 100).leaves(200)}, 1400, entry.call_id));
  }
  EXPECT_NEAR(totals(*world_at(*timeline_, 1000)).session_seconds, 4'000 * 100, 25'000);  // 3 standard errors
}

TEST_F(Weights, OfASessionLeftOutIsNothing) {
  tell(2, 0, *timeline_);
  const auto world = world_at(*timeline_, 1000);
  EXPECT_EQ(totals(*world).session_seconds, 0.0);
  EXPECT_EQ(world->observed.at(0).histograms[0].count, 0u);
  EXPECT_THAT(world->apps[0].session_seconds, testing::ElementsAre(0, 0, 0, 0))
      << "neither missing nor in hand";
}

TEST_F(Weights, ArePartOfWhatTheFirstAnswerTold) {
  tell(2, 3, *timeline_);
  timeline_->apply(told_with(1, calls(10, 2, {call(call_, 90, 1000)})));
  timeline_->apply(told_with(1, sessions(10, 2, {Entry(sid_, 100).leaves(200)}, 1400, call_)));
  EXPECT_EQ(totals(*world_at(*timeline_, 1000)).session_seconds, 600.0);
}

// Tickets are counted by endpoint: the list may well have the greater one.
TEST_F(Weights, OfACallListedInTheSecondInWhichItsSessionsCame) {
  const std::string id = name_of_weight("call-", kCalls, 3);
  timeline_->apply(told_with(kCalls, calls(0, 9, {call(id, 90, 1000)})));
  timeline_->apply(sessions(0, 1, {Entry("s", 100).leaves(200)}, 1400, id));
  EXPECT_EQ(totals(*world_at(*timeline_, 1000)).session_seconds, 300.0);
}

// As in pinned channels, and of calls that are large.
TEST_F(Weights, AreOneOfCallsThatAreCertain) {
  const std::string id = name_of_weight("call-", kCalls, 3);
  for (const bool certain : {false, true}) {
    agora::CallEntry entry = call(id, 90, 1000);
    entry.certain = certain;
    timeline_ = Timeline::make(one_app(), at(0));
    timeline_->apply(told_with(kCalls, calls(0, 1, {entry})));
    timeline_->apply(sessions(1, 1, {Entry("s", 100).leaves(200)}, 1400, id));
    EXPECT_EQ(totals(*world_at(*timeline_, 1000)).session_seconds, certain ? 100.0 : 300.0);
  }
}

// With planner.objective: coverage calls are told of with probability 1.
TEST_F(Weights, AreOneUnderCoverage) {
  TimelineOptions options = one_app();
  options.representative = false;
  timeline_ = Timeline::make(options, at(0));
  timeline_->apply(calls(0, 1, {call("call", 90, 1000)}));
  timeline_->apply(sessions(1, 1, {Entry("s", 100).leaves(200)}, 1400));
  const auto world = world_at(*timeline_, 1000);
  EXPECT_EQ(totals(*world).session_seconds, 100.0);
  EXPECT_FALSE(world->representative);
  EXPECT_FALSE(world->apps[0].standard_errors.has_value());
}

// The journal is read again under the new configuration, and no counter may fall.
TEST_F(Weights, OfWhatWasSampledStayUnderCoverage) {
  TimelineOptions options = one_app();
  options.representative = false;
  timeline_ = Timeline::make(options, at(0));
  tell(2, 3, *timeline_);
  EXPECT_EQ(totals(*world_at(*timeline_, 1000)).session_seconds, 600.0);
}

TEST_F(Weights, AreKeptInCheckpoints) {
  for (const std::int64_t r : {3, 115, 150}) {
    timeline_ = Timeline::make(one_app(), at(0));
    tell(2, 3, *timeline_);
    timeline_->advance(at(r));
    auto restored = Timeline::make(one_app(), at(0));
    ASSERT_TRUE(restored->restore(timeline_->checkpoint()));
    // Of the call and the session only a later answer is left, by another measure.
    for (Timeline* each : {timeline_.get(), restored.get()}) {
      each->apply(told_with(1, calls(r - 1, 2, {call(call_, 90, 1000)})));
      each->apply(told_with(1, sessions(r - 1, 2, {Entry(sid_, 100).leaves(200)}, 1400, call_)));
      each->apply(points());
      // One who joins the call later counts for as many calls.
      each->apply(sessions(r, 3, {Entry("late", 300).leaves(400)}, 1400, call_));
      each->advance(at(1000));
    }
    EXPECT_EQ(totals(*restored->world()).session_seconds, 800.0) << r;
    EXPECT_EQ(totals(*restored->world()).audio_playback, 96.0) << r;
    EXPECT_EQ(restored->world()->apps[0].standard_errors, timeline_->world()->apps[0].standard_errors) << r;
  }
}

}  // namespace
}  // namespace agora_exporter::timeline::test
