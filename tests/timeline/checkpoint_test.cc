// Checkpoints: totals go on where they stood, and a damaged one is refused.
#include <gmock/gmock.h>

#include "timeline/sampled.h"
#include "timeline/world_text.h"

namespace agora_exporter::timeline::test {
namespace {

std::unique_ptr<Timeline> some_hours() {
  auto timeline = Timeline::make(one_app(), at(0));
  agora::CallEntry entry = call("call", 90, 500);
  entry.audio_freeze_ratio = 0.12;
  timeline->apply(calls(0, 1, {entry}));
  timeline->apply(sessions(0, 1, {Entry("s\tid\\", 100).on("wifi\n5")}, 1400));
  timeline->apply(metrics(0, 1,
                          {{"s\tid\\", 20005, 9, every(2, 102, 600, 106.67)},
                           {"s\tid\\", 20016, 9, every(2, 102, 600, 1.5)},
                           {"s\tid\\", 29999, 0, every(2, 102, 600, 1.5)}},
                          100, 700));
  timeline->advance(at(550));
  return timeline;
}

TEST(Checkpoint, TotalsGoOnWithoutTheFactsBehindThem) {
  const auto timeline = some_hours();
  const auto before = timeline->world();
  const auto restored = Timeline::make(one_app(), at(9'999'999));
  ASSERT_TRUE(restored->restore(timeline->checkpoint()));
  EXPECT_EQ(restored->at(), at(550));
  const auto after = restored->world();
  ASSERT_EQ(after->totals.size(), 1u);
  EXPECT_EQ(after->totals[0].network, "wifi\n5");
  EXPECT_EQ(after->totals[0].session_seconds, before->totals[0].session_seconds);
  EXPECT_EQ(after->totals[0].audio_playback, 448.0);
  EXPECT_EQ(after->totals[0].audio_freeze, before->totals[0].audio_freeze);
  ASSERT_EQ(after->observed.size(), 1u);
  EXPECT_EQ(after->observed[0].histograms[0].count, 225u);
  EXPECT_EQ(after->observed[0].histograms[0].sum, before->observed[0].histograms[0].sum);
  EXPECT_EQ(after->apps[0].calls_started, 1u);
  EXPECT_EQ(after->apps[0].calls_ended, 1u);
  EXPECT_EQ(after->apps[0].call_duration.sum, 410.0);
  EXPECT_EQ(after->apps[0].call_audio_freeze.sum, before->apps[0].call_audio_freeze.sum);
  EXPECT_EQ(after->apps[0].call_audio_freeze.count, 1u);
  EXPECT_EQ(after->apps[0].call_video_freeze.count, 0u);
  EXPECT_TRUE(after->sessions.empty());  // what they are is in the facts
}

TEST(Checkpoint, FactsThatItCoversAreNotCountedAgain) {
  const auto timeline = some_hours();
  const auto restored = Timeline::make(one_app(), at(0));
  ASSERT_TRUE(restored->restore(timeline->checkpoint()));
  restored->apply(calls(0, 1, {call("call", 90, 500)}));
  restored->apply(sessions(0, 1, {Entry("s\tid\\", 100).on("wifi\n5")}, 1400));
  restored->apply(metrics(0, 1, {{"s\tid\\", 20005, 9, every(2, 102, 600, 106.67)}}, 100, 700));
  const auto world = world_at(*restored, 560);
  EXPECT_EQ(world->totals.at(0).session_seconds, 460.0);
  EXPECT_EQ(world->totals[0].audio_playback, 458.0);
  EXPECT_EQ(find_row(*world, "s\tid\\", 9)->audio_playback, 458.0);
  EXPECT_EQ(world->apps[0].calls_started, 1u);
  EXPECT_EQ(world->apps[0].points_dropped.at("late"), 0u);
  EXPECT_EQ(world->apps[0].session_seconds, (std::array<double, 4>{}));
}

TEST(Checkpoint, ALongSessionThatWasListedOnceOutlivesARestart) {
  const std::vector<agora::Facts> facts = {
      sessions(0, 1, {Entry("s", 100)}, 200),
      metrics(7000, 1, {{"s", 20005, 9, every(2, 7000, 9500, 10.0)}}, 7000, 9600)};
  auto timeline = Timeline::make(one_app(), at(0));
  for (const agora::Facts& f : facts) timeline->apply(f);
  ASSERT_NE(find(*world_at(*timeline, 9000), "s"), nullptr);
  const std::string checkpoint = timeline->checkpoint();
  EXPECT_EQ(timeline->needed_since(), facts[0].asked.received_at);
  timeline = Timeline::make(one_app(), at(0));
  ASSERT_TRUE(timeline->restore(checkpoint));
  for (const agora::Facts& f : facts) timeline->apply(f);
  const auto world = world_at(*timeline, 9002);
  ASSERT_NE(find_row(*world, "s", 9), nullptr);
  EXPECT_EQ(find_row(*world, "s", 9)->audio_playback, 2000.0);  // from 7002: 7000 came too late
}

TEST(Checkpoint, AnAppThatIsGoneIsLeftOut) {
  TimelineOptions options = one_app();
  options.apps[0].app_id = "another";
  const auto restored = Timeline::make(options, at(0));
  ASSERT_TRUE(restored->restore(some_hours()->checkpoint()));
  EXPECT_TRUE(restored->world()->totals.empty());
  EXPECT_EQ(restored->world()->apps.at(0).calls_started, 0u);
}

// Written before there were weights: whatever was followed counts for itself, and goes on to.
TEST(Checkpoint, OfVersion1IsRead) {
  const std::string checkpoint =
      "agora-timeline\t1\nat\t1780000750\ntotals\tapp-id\tAndroid\twifi\t4.2\t450\t448\t23\t5\t0\t0\t0\n"
      "observed\tapp-id\tAndroid\twifi\t0\t0\t0\t225\t0\t0\t0\t0\t0\t0\t3\t9\t225" +
      [](std::string zeros) {
        for (const int n : {10, 9, 10})
          for (int i = 0; i < n + 3; ++i) zeros += "\t0";
        return zeros;
      }("") +
      "\ncalls\tapp-id\t1\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\t0\n"
      "label\tplatform\tAndroid\nlabel\tnetwork\twifi\nlabel\tsdk_version\t4.2\n"
      "stream\tapp-id\ts\t9\t20005\t448\t23\t5\nend\n";
  const auto restored = Timeline::make(one_app(), at(0));
  const auto result = restored->restore(checkpoint);
  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_EQ(restored->at(), at(550));
  restored->apply(told_with(0.001, calls(0, 1, {call("call", 90, 1000)})));
  restored->apply(sessions(0, 1, {Entry("s", 100)}, 1400));
  const auto world = world_at(*restored, 560);
  EXPECT_EQ(world->totals.at(0).session_seconds, 460.0);
  EXPECT_EQ(world->observed.at(0).histograms[0].count, 225u);
  EXPECT_EQ(find_row(*world, "s", 9)->audio_playback, 448.0);
  EXPECT_EQ(world->apps[0].call_audio_freeze.count, 0u);
  EXPECT_FALSE(world->apps[0].standard_errors.has_value());
}

TEST(Checkpoint, EveryPrefixIsRefused) {
  const std::string checkpoint = some_hours()->checkpoint();
  for (std::size_t size = 0; size < checkpoint.size(); ++size) {
    EXPECT_FALSE(Timeline::make(one_app(), at(0))->restore(checkpoint.substr(0, size))) << size;
  }
}

TEST(Checkpoint, WhatIsMalformedIsRefusedWithTheReason) {
  const auto error = [](const std::string& text) {
    const auto result = Timeline::make(one_app(), at(0))->restore(text);
    return result ? std::string("accepted") : result.error().text();
  };
  EXPECT_EQ(error(""), "checkpoint: this is no checkpoint of the replayed totals");
  EXPECT_EQ(error("agora-timeline\t9\nend\n"),
            "checkpoint: its format is not known to this version (run the version that wrote it)");
  EXPECT_EQ(error("agora-timeline\t1\nat\t5\n"), "checkpoint: it is cut off");
  EXPECT_EQ(error("agora-timeline\t1\nend\n"), "checkpoint: it has no instant");
  EXPECT_EQ(error("agora-timeline\t1\nat\tx\nend\n"), "checkpoint: its instant is malformed");
  EXPECT_EQ(error("agora-timeline\t1\nat\t5\nunheard of\nend\n"), "checkpoint: its record 2 is malformed");
  EXPECT_EQ(error("agora-timeline\t1\nat\t5\nlabel\tplatform\nend\n"),
            "checkpoint: its record 2 is malformed");
  EXPECT_EQ(error("agora-timeline\t1\nat\t5\nlabel\tplatform\ta\tb\nend\n"),
            "checkpoint: its record 2 is malformed");
  EXPECT_EQ(error("agora-timeline\t1\nat\t5\nend\n"), "accepted");
}

TEST(Checkpoint, ThereAndBackIsTheSame) {
  const std::string checkpoint = some_hours()->checkpoint();
  const auto restored = Timeline::make(one_app(), at(0));
  ASSERT_TRUE(restored->restore(checkpoint));
  EXPECT_EQ(restored->checkpoint(), checkpoint);
}

}  // namespace
}  // namespace agora_exporter::timeline::test
