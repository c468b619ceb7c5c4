// Insight buckets: each source and granularity at its own lag.
#include <gmock/gmock.h>

#include "timeline/facts_builder.h"

namespace agora_exporter::timeline::test {
namespace {

using agora::Granularity;
constexpr std::int64_t kDaySeconds = 86'400;

// Time here counts from a midnight, so that buckets are whole days.
constexpr std::int64_t kMidnight = kDaySeconds - kZero % kDaySeconds;
constexpr std::int64_t day(std::int64_t n) { return kMidnight + n * kDaySeconds; }
constexpr std::int64_t hour(std::int64_t n) { return kMidnight + n * 3600; }
// R at which T - L stands at `t`.
constexpr std::int64_t due(std::int64_t t, std::int64_t lag) { return t + lag - kLag; }
constexpr std::int64_t kDailyLag = 54 * 3600;
constexpr std::int64_t kHourlyLag = 48 * 3600;

TimelineOptions insight_options() {
  TimelineOptions options = one_app();
  options.apps[0].insight = {{agora::Endpoint::insight_usage,
                              Granularity::day,
                              Seconds{kDailyLag},
                              {"userCount", "totalDuration"},
                              {""}},
                             {agora::Endpoint::insight_quality,
                              Granularity::hour,
                              Seconds{kHourlyLag},
                              {"networkDelay"},
                              {"Native", "WebRTC"}}};
  return options;
}

class InsightRules : public testing::Test {
 protected:
  void start(std::int64_t r) { timeline_ = Timeline::make(options_, at(r)); }
  std::optional<InsightSeries> shown(std::int64_t r, const std::string& metric,
                                     const std::string& product = "") {
    const auto world = world_at(*timeline_, r);
    for (const InsightSeries& s : world->apps.at(0).insight) {
      if (s.metric == metric && s.product == product) return s;
    }
    return std::nullopt;
  }
  std::array<std::uint64_t, 3> outcomes(std::size_t entry) {
    return timeline_->world()->apps.at(0).insight_lags.at(entry).buckets;
  }
  agora::Facts quality(std::int64_t replayed, std::uint32_t ticket,
                       const std::vector<std::pair<std::int64_t, std::optional<double>>>& buckets) {
    agora::QualityQuery query;
    query.metric = "networkDelay";
    query.product = "WebRTC";
    query.granularity = Granularity::hour;
    agora::InsightRow row;
    for (const auto& [ts, value] : buckets) row.buckets.push_back({at(ts), value});
    return facts(replayed, ticket, query, row);
  }

  TimelineOptions options_ = insight_options();
  std::unique_ptr<Timeline> timeline_;
};

TEST_F(InsightRules, ABucketIsShownWhileTMinusLStandsInIt) {
  start(due(hour(4), kHourlyLag));
  timeline_->apply(quality(due(hour(4), kHourlyLag), 1, {{hour(5), 0.25}, {hour(6), 0.5}}));
  EXPECT_FALSE(shown(due(hour(5), kHourlyLag) - 1, "networkDelay", "WebRTC"));
  const auto bucket = shown(due(hour(5), kHourlyLag), "networkDelay", "WebRTC");
  ASSERT_TRUE(bucket);
  EXPECT_EQ(bucket->bucket, at(hour(5)));
  EXPECT_EQ(bucket->value, 0.25);
  EXPECT_EQ(bucket->source, agora::Endpoint::insight_quality);
  EXPECT_EQ(bucket->granularity, Granularity::hour);
  EXPECT_EQ(shown(due(hour(6), kHourlyLag) - 1, "networkDelay", "WebRTC")->value, 0.25);
  EXPECT_EQ(shown(due(hour(6), kHourlyLag), "networkDelay", "WebRTC")->value, 0.5);
  EXPECT_FALSE(shown(due(hour(7), kHourlyLag), "networkDelay", "WebRTC"));  // never an older one in its place
  EXPECT_FALSE(shown(due(hour(7), kHourlyLag), "networkDelay", "Native"));
}

TEST_F(InsightRules, NullIsAbsentNeverZero) {
  start(due(hour(4), kHourlyLag));
  timeline_->apply(quality(due(hour(4), kHourlyLag), 1, {{hour(5), std::nullopt}, {hour(6), 0.0}}));
  EXPECT_FALSE(shown(due(hour(5), kHourlyLag) + 9, "networkDelay", "WebRTC"));
  EXPECT_EQ(shown(due(hour(6), kHourlyLag) + 9, "networkDelay", "WebRTC")->value, 0.0);
}

TEST_F(InsightRules, BucketsStandWhereTheApiPutsThem) {
  start(due(day(0), kDailyLag));
  const std::int64_t sixteen = day(1) + 16 * 3600;
  timeline_->apply(usage(due(sixteen, kDailyLag), 1, "userCount", {{sixteen, 3.0}}));
  EXPECT_EQ(shown(due(sixteen, kDailyLag) + 1, "userCount")->bucket, at(sixteen));
  timeline_->apply(
      usage(due(sixteen, kDailyLag) + 20 * 3600, 2, "userCount", {{sixteen + kDaySeconds, 4.0}}));
  EXPECT_EQ(shown(due(sixteen + kDaySeconds, kDailyLag) - 1, "userCount")->value, 3.0);
  EXPECT_EQ(shown(due(sixteen + kDaySeconds, kDailyLag), "userCount")->value, 4.0);
}

TEST_F(InsightRules, DurationsAreSeconds) {
  start(due(day(1), kDailyLag));
  timeline_->apply(usage(due(day(1), kDailyLag), 1, "totalDuration", {{day(1), 3.0}}));
  EXPECT_EQ(shown(due(day(1), kDailyLag) + 1, "totalDuration")->value, 180.0);
  options_.apps[0].duration_in_seconds = true;
  start(due(day(1), kDailyLag));
  timeline_->apply(usage(due(day(1), kDailyLag), 1, "totalDuration", {{day(1), 3.0}}));
  EXPECT_EQ(shown(due(day(1), kDailyLag) + 1, "totalDuration")->value, 3.0);
}

TEST_F(InsightRules, AColdStartShowsTheNextDayEarly) {
  const std::int64_t begin = due(day(1), kDailyLag) + 5 * 3600;
  start(begin);
  timeline_->apply(usage(begin, 1, "userCount", {{day(2), 20.0}}));
  EXPECT_EQ(shown(begin + 1, "userCount")->value, 20.0);
  EXPECT_EQ(shown(due(day(2), kDailyLag), "userCount")->value, 20.0);
  timeline_->apply(usage(due(day(2), kDailyLag) + 20 * 3600, 3, "userCount", {{day(3), 30.0}}));
  EXPECT_EQ(shown(due(day(3), kDailyLag), "userCount")->value, 30.0);
  // From then on never early again.
  timeline_->apply(usage(due(day(4), kDailyLag), 2, "userCount", {{day(5), 50.0}}));
  EXPECT_FALSE(shown(due(day(4), kDailyLag) + 1, "userCount"));
  // Of the other row of this lag, totalDuration, both days are missed.
  EXPECT_EQ(outcomes(0), (std::array<std::uint64_t, 3>{2, 2, 0}));
}

TEST_F(InsightRules, NothingIsEarlyWhileTheDayThatIsDueCanBeHad) {
  options_.apps[0].insight[0].look_back = Seconds{72 * 3600};
  const std::int64_t begin = due(day(1), kDailyLag) + 5 * 3600;
  start(begin);
  timeline_->apply(usage(begin, 1, "userCount", {{day(2), 20.0}}));
  EXPECT_FALSE(shown(begin + 1, "userCount"));
  // Due since T = day(1) + 54 h, out of reach from T = day(1) + 72 h on.
  EXPECT_FALSE(shown(due(day(1), kDailyLag) + 18 * 3600 - 60, "userCount"));
  EXPECT_EQ(shown(due(day(1), kDailyLag) + 18 * 3600 + 60, "userCount")->value, 20.0);
}

TEST_F(InsightRules, ANullDayIsNotReplacedByTheNext) {
  const std::int64_t begin = due(day(1), kDailyLag) + 5 * 3600;
  start(begin);
  timeline_->apply(usage(begin, 1, "userCount", {{day(1), std::nullopt}, {day(2), 20.0}}));
  EXPECT_FALSE(shown(begin + 1, "userCount"));
  EXPECT_EQ(shown(due(day(2), kDailyLag), "userCount")->value, 20.0);
}

// A frame of a day whose both ends count also brings the bucket that begins at its end.
TEST_F(InsightRules, ABucketThatIsStillFillingIsNotTaken) {
  options_.apps[0].insight[0].delay = Seconds{24 * 3600};
  const std::int64_t begin = due(day(1), kDailyLag);
  start(begin - 1);
  timeline_->apply(usage(begin, 1, "userCount", {{day(1), 10.0}, {day(2), 2.0}}));
  EXPECT_EQ(shown(begin + 1, "userCount")->value, 10.0);
  EXPECT_FALSE(shown(due(day(2), kDailyLag) + 1, "userCount"));
}

TEST_F(InsightRules, HoursAreNeverEarly) {
  start(due(hour(4), kHourlyLag));
  timeline_->apply(quality(due(hour(4), kHourlyLag), 1, {{hour(5), 0.25}}));
  EXPECT_FALSE(shown(due(hour(4), kHourlyLag) + 100, "networkDelay", "WebRTC"));
}

TEST_F(InsightRules, TheAnswerBookedLaterWinsAndAChangeOfWhatWasShownIsRevised) {
  start(due(hour(4), kHourlyLag));
  timeline_->apply(quality(due(hour(4), kHourlyLag) + 1, 5, {{hour(5), 0.25}, {hour(6), 0.5}}));
  timeline_->apply(quality(due(hour(4), kHourlyLag) + 2, 4, {{hour(5), 0.75}}));
  EXPECT_EQ(shown(due(hour(5), kHourlyLag), "networkDelay", "WebRTC")->value, 0.25);
  timeline_->apply(quality(due(hour(5), kHourlyLag) + 10, 6, {{hour(5), 0.125}, {hour(6), 0.625}}));
  EXPECT_EQ(shown(due(hour(5), kHourlyLag) + 10, "networkDelay", "WebRTC")->value, 0.25);
  EXPECT_EQ(shown(due(hour(5), kHourlyLag) + 11, "networkDelay", "WebRTC")->value, 0.125);
  EXPECT_EQ(shown(due(hour(6), kHourlyLag), "networkDelay", "WebRTC")->value, 0.625);
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::shown)], 2u);
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::revised)], 1u);
}

TEST_F(InsightRules, ABucketWhoseTimePassedIsMissed) {
  start(due(hour(4), kHourlyLag));
  timeline_->apply(quality(due(hour(4), kHourlyLag), 1, {{hour(5), 0.25}, {hour(7), 0.25}}));
  timeline_->advance(at(due(hour(8), kHourlyLag)));
  // Of WebRTC hour 6, of Native 5, 6 and 7; hour 4 was due when the process started.
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::missed)], 4u);
  // What comes now is too late.
  timeline_->apply(quality(due(hour(8), kHourlyLag), 2, {{hour(6), 0.25}}));
  timeline_->advance(at(due(hour(8), kHourlyLag) + 5));
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::shown)], 2u);
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::missed)], 4u);
}

TEST_F(InsightRules, ABucketThatComesAtItsLastInstantIsMissed) {
  start(due(hour(4), kHourlyLag));
  timeline_->apply(quality(due(hour(6), kHourlyLag) - 1, 1, {{hour(5), 0.25}}));
  timeline_->advance(at(due(hour(6), kHourlyLag) + 5));
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::shown)], 0u);
  EXPECT_EQ(outcomes(1)[static_cast<int>(BucketOutcome::missed)], 2u);  // of Native too
}

TEST_F(InsightRules, EveryLagIsTold) {
  start(0);
  const auto world = timeline_->world();
  const auto& lags = world->apps.at(0).insight_lags;
  ASSERT_EQ(lags.size(), 2u);
  EXPECT_EQ(lags[0].lag, Seconds{kDailyLag});
  EXPECT_EQ(lags[1].lag, Seconds{kHourlyLag});
}

TEST_F(InsightRules, BucketsAreNeededUntilTheirTimeIsOver) {
  start(due(hour(4), kHourlyLag));
  const agora::Facts answer = quality(due(hour(4), kHourlyLag), 1, {{hour(5), 0.25}});
  timeline_->apply(answer);
  timeline_->advance(at(due(hour(6), kHourlyLag) - 1));
  EXPECT_EQ(timeline_->needed_since(), answer.asked.received_at);
  timeline_->advance(at(due(hour(6), kHourlyLag)));
  EXPECT_GT(timeline_->needed_since(), answer.asked.received_at);
}

}  // namespace
}  // namespace agora_exporter::timeline::test
