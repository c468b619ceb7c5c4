#include "agora_exporter/agora/catalog.h"

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

namespace agora_exporter::agora {
namespace {

using ::testing::ElementsAre;

template <class Rows>
std::vector<std::uint32_t> ids(const Rows& rows) {
  std::vector<std::uint32_t> out;
  for (const auto& row : rows) out.push_back(row.id);
  return out;
}

TEST(Catalog, MidsOfTheSpecificationAndOfToday) {
  EXPECT_THAT(ids(mids()),
              ElementsAre(20001, 20002, 20003, 20004, 20005, 20006, 20007, 20008, 20009, 20010, 20011, 20013,
                          20015, 20016, 20017, 20018, 20019, 20020, 20021, 20022, 20023, 20024, 20025, 20026,
                          20027, 20028, 20030, 20031, 20032, 20033, 20034, 20035, 20036, 20037, 20038));
  for (const Mid& mid : mids()) EXPECT_EQ(mid.in_specification, mid.id < 20030) << mid.id;
}

TEST(Catalog, RemoteMids) {
  std::vector<std::uint32_t> remote;
  for (const Mid& mid : mids()) {
    if (mid.about_remote_user) remote.push_back(mid.id);
  }
  EXPECT_THAT(remote, ElementsAre(20004, 20005, 20009, 20010, 20011, 20016, 20018, 20019, 20020, 20026, 20030,
                                  20031, 20032, 20033, 20036));
}

TEST(Catalog, FamiliesAreUniqueAndEndInTheirUnit) {
  std::set<std::string_view> seen;
  for (const Mid& mid : mids()) {
    SCOPED_TRACE(mid.id);
    EXPECT_TRUE(seen.insert(mid.family).second);
    EXPECT_FALSE(mid.help.empty());
    EXPECT_FALSE(mid.help.ends_with('.'));
    switch (mid.scale) {
      case Scale::percent:
        EXPECT_TRUE(mid.family.ends_with("_ratio"));
        EXPECT_EQ(mid.unit, "percent");
        break;
      case Scale::kilobits:
        EXPECT_TRUE(mid.family.ends_with("_bytes_per_second"));
        EXPECT_EQ(mid.unit, "kbit/s");
        break;
      case Scale::milliseconds:
        EXPECT_TRUE(mid.family.ends_with("_seconds"));
        EXPECT_EQ(mid.unit, "ms");
        break;
      case Scale::one:
        EXPECT_EQ(mid.family.ends_with("_frames_per_second"), mid.unit == "frames/s");
        EXPECT_EQ(mid.family.ends_with("_pixels"), mid.unit == "pixels");
        EXPECT_EQ(mid.family.ends_with("_volume"), mid.unit == "dB");
        break;
    }
  }
}

TEST(Catalog, IndexOfAMid) {
  for (std::size_t i = 0; i < mids().size(); ++i) EXPECT_EQ(mid_index(mids()[i].id), i);
  for (const std::uint32_t unknown : {0u, 20000u, 20012u, 20029u, 20039u, 4'294'967'295u}) {
    EXPECT_EQ(mid_index(unknown), std::nullopt);
  }
}

struct FamilyRow {
  std::uint32_t mid;
  const char* family;
};
TEST(Catalog, FamiliesThatAreEasyToSwap) {
  const FamilyRow rows[] = {{20001, "app_cpu_ratio"},
                            {20002, "system_cpu_ratio"},
                            {20003, "audio_upstream_bytes_per_second"},
                            {20004, "audio_downstream_bytes_per_second"},
                            {20005, "audio_freeze_duration_seconds"},
                            {20006, "video_low_upstream_bytes_per_second"},
                            {20007, "video_capture_frames_per_second"},
                            {20008, "video_high_upstream_frames_per_second"},
                            {20009, "video_downstream_bytes_per_second"},
                            {20010, "video_downstream_frames_per_second"},
                            {20011, "video_freeze_duration_seconds"},
                            {20013, "video_quantization_parameter"},
                            {20015, "audio_upstream_loss_ratio"},
                            {20016, "audio_end_to_end_loss_ratio"},
                            {20017, "video_upstream_loss_ratio"},
                            {20018, "video_end_to_end_loss_ratio"},
                            {20019, "video_received_width_pixels"},
                            {20020, "video_received_height_pixels"},
                            {20021, "task_scheduling_delay_seconds"},
                            {20022, "router_round_trip_seconds"},
                            {20023, "video_low_upstream_frames_per_second"},
                            {20024, "video_high_upstream_bytes_per_second"},
                            {20025, "audio_sent_volume"},
                            {20026, "audio_played_volume"},
                            {20027, "video_sent_width_pixels"},
                            {20028, "video_sent_height_pixels"},
                            {20030, "video_low_downstream_bytes_per_second"},
                            {20031, "video_low_downstream_frames_per_second"},
                            {20032, "video_low_received_width_pixels"},
                            {20033, "video_low_received_height_pixels"},
                            {20034, "video_low_sent_width_pixels"},
                            {20035, "video_low_sent_height_pixels"},
                            {20036, "webrtc_video_downstream_loss_ratio"},
                            {20037, "webrtc_audio_upstream_loss_ratio"},
                            {20038, "webrtc_video_upstream_loss_ratio"}};
  EXPECT_EQ(std::size(rows), mids().size());
  for (const FamilyRow& row : rows) EXPECT_EQ(mids()[*mid_index(row.mid)].family, row.family);
}

TEST(Catalog, Factors) {
  EXPECT_EQ(factor_of(Scale::one, false), 1.0);
  EXPECT_EQ(factor_of(Scale::percent, false), 0.01);
  EXPECT_EQ(factor_of(Scale::percent, true), 1.0);
  EXPECT_EQ(factor_of(Scale::kilobits, true), 125.0);
  EXPECT_EQ(factor_of(Scale::milliseconds, true), 0.001);
}

TEST(Catalog, InsightMetrics) {
  std::vector<std::string> usage;
  std::vector<std::string> quality;
  for (const InsightMetric& metric : usage_metrics()) {
    usage.push_back(std::string(metric.word) + " " + std::string(metric.family));
    EXPECT_EQ(metric.duration, metric.family.ends_with("_seconds"));
  }
  for (const InsightMetric& metric : quality_metrics()) {
    quality.push_back(std::string(metric.word) + " " + std::string(metric.family));
    EXPECT_FALSE(metric.duration);
  }
  EXPECT_THAT(usage,
              ElementsAre("userCount users", "sessionCount sessions", "channelCount channels",
                          "peakCurrentChannels peak_channels", "peakCurrentUsers peak_users",
                          "totalDuration duration_seconds", "totalVideoDuration video_duration_seconds",
                          "totalAudioDuration audio_duration_seconds"));
  EXPECT_THAT(quality, ElementsAre("joinSuccessRate join_success_ratio",
                                   "joinSuccessIn5sRate join_success_within_5s_ratio",
                                   "audioFreezeRate audio_freeze_ratio", "videoFreezeRate video_freeze_ratio",
                                   "networkDelay network_delay_ratio"));
}

TEST(Catalog, ExperiencesAndFactors) {
  EXPECT_THAT(ids(experiences()), ElementsAre(4, 5, 6));
  EXPECT_THAT(ids(factors()),
              ElementsAre(1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 21, 22, 23, 24, 25, 29, 30, 31, 32,
                          33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47));
  for (const Named& factor : factors()) EXPECT_FALSE(factor.description.empty());
}

}  // namespace
}  // namespace agora_exporter::agora
