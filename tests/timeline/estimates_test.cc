// The standard error of what is estimated from a sample: right on average, kept over restarts.
#include "timeline/estimates.h"

#include <gmock/gmock.h>

#include <cmath>

#include "timeline/sampled.h"

namespace agora_exporter::timeline::test {
namespace {

using Population = std::vector<std::vector<std::int64_t>>;  // by call: seconds of its sessions

// Unlike ones, as calls are.
Population unlike(int calls, int sessions) {
  Population all;
  for (int c = 0; c < calls; ++c) {
    auto& call = all.emplace_back();
    for (int s = 0; s <= c % sessions; ++s) call.push_back(20 + (c * 37 + s * 101) % 400);
  }
  return all;
}

struct Design {
  double calls, sessions;  // probabilities
};

double mean_square_of_weight(double p) {
  const double whole = std::floor(1 / p), more = 1 / p - whole;
  return whole * whole * (1 - more) + (whole + 1) * (whole + 1) * more;
}

double total_of(const Population& population) {
  double total = 0;
  for (const auto& call : population)
    for (const std::int64_t y : call) total += static_cast<double>(y);
  return total;
}

// Of the weighted sum over all samples, by the design alone.
double variance_of(const Population& population, const Design& design) {
  const double first = design.calls * mean_square_of_weight(design.calls);
  const double second = design.sessions * mean_square_of_weight(design.sessions);
  double variance = 0;
  for (const auto& call : population) {
    double y = 0, within = 0;
    for (const std::int64_t s : call) {
      y += static_cast<double>(s);
      within += static_cast<double>(s * s) * (second - 1);
    }
    variance += first * (y * y + within) - y * y;
  }
  return variance;
}

struct Estimate {
  double total = 0, error = 0;
};

// One day: names that no other day has.
Estimate estimate(const Population& population, const Design& design, int day) {
  const Rules rules(one_app());
  Estimates estimates(rules);
  Estimate result;
  for (std::size_t c = 0; c < population.size(); ++c) {
    const std::string id = "day " + std::to_string(day) + " call " + std::to_string(c);
    if (!agora::is_sampled(id, design.calls)) continue;
    for (std::size_t s = 0; s < population[c].size(); ++s) {
      const std::string sid = id + " sid " + std::to_string(s);
      if (!agora::is_sampled(sid, design.sessions)) continue;
      Sample sample{id, agora::weight_of(id, design.calls), agora::weight_of(sid, design.sessions)};
      const std::int64_t y = population[c][s];
      result.total += static_cast<double>(y) * static_cast<double>(sample.weight());
      // In two pieces, as R passes.
      for (const std::int64_t piece : {y / 3, y - y / 3}) {
        Amounts more{};
        amount(more, Estimated::session_seconds) = piece * kThousandths;
        estimates.add(0, sample, more, day);
      }
    }
  }
  std::vector<AppWorld> apps(1);
  estimates.show(apps);
  if (apps[0].standard_errors) result.error = apps[0].standard_errors->at(0);
  return result;
}

class StandardError : public testing::TestWithParam<Design> {};

TEST_P(StandardError, SquaredIsTheVarianceOnAverage) {
  const Population population = unlike(30, 7);
  const double truth = total_of(population), variance = variance_of(population, GetParam());
  constexpr int kDays = 12'000;
  double total = 0, squares = 0, stated = 0;
  for (int day = 0; day < kDays; ++day) {
    const Estimate e = estimate(population, GetParam(), day);
    total += e.total;
    squares += (e.total - truth) * (e.total - truth);
    stated += e.error * e.error;
  }
  EXPECT_NEAR(total / kDays / truth, 1, 0.01);
  EXPECT_NEAR(squares / kDays / variance, 1, 0.05) << "the formula of the test";
  EXPECT_NEAR(stated / kDays / variance, 1, 0.02);
}

INSTANTIATE_TEST_SUITE_P(Designs, StandardError,
                         testing::Values(Design{0.37, 1}, Design{0.37, 0.6}, Design{1, 0.37},
                                         Design{0.25, 0.5}, Design{0.8, 0.3}),
                         [](const auto& design) {
                           return "calls_" + std::to_string(std::lround(design.param.calls * 100)) +
                                  "_sessions_" + std::to_string(std::lround(design.param.sessions * 100));
                         });

TEST(StandardErrors, MakeIntervalsThatCoverTheTruthNineteenTimesOutOfTwenty) {
  const Population population = unlike(400, 4);
  const double truth = total_of(population);
  int covered = 0;
  constexpr int kDays = 2'000;
  for (int day = 0; day < kDays; ++day) {
    const Estimate e = estimate(population, {0.33, 1}, day);
    covered += std::abs(e.total - truth) <= 1.96 * e.error ? 1 : 0;
  }
  EXPECT_GT(covered, kDays * 93 / 100);
  EXPECT_LT(covered, kDays * 97 / 100);
}

class Errors : public testing::Test {
 protected:
  // One call of weight 3 whose sessions of weights 1 and 2 lasted 100 and 50 s, each with two points of
  // freeze in 10 s.
  void tell(Timeline& timeline) {
    const std::string id = name_of_weight("call-", 0.37, 3), a = name_of_weight("a", 0.6, 1);
    const std::string b = name_of_weight("b", 0.6, 2);
    timeline.apply(told_with(0.37, calls(0, 1, {call(id, 90, 1000)})));
    timeline.apply(
        told_with(0.6, sessions(1, 1, {Entry(a, 100).leaves(200), Entry(b, 100).leaves(150)}, 1400, id)));
    timeline.apply(metrics(2, 1,
                           {{a, 20005, 9, {{110, 0.0}, {120, 500.0}}},
                            {b, 20005, 9, {{110, 0.0}, {120, 250.0}}},
                            {b, 20018, 9, {{110, 1.0}, {120, 1.0}}}},
                           100, 400));
  }
  static double error(const World& world, Estimated total) {
    return world.apps[0].standard_errors.value().at(static_cast<std::size_t>(total));
  }
  std::unique_ptr<Timeline> timeline_ = Timeline::make(one_app(), at(0));
};

TEST_F(Errors, OfEachTotalFollowTheFormula) {
  tell(*timeline_);
  EXPECT_FALSE(world_at(*timeline_, 50)->apps[0].standard_errors.has_value()) << "nothing is counted yet";
  const auto world = world_at(*timeline_, 300);
  // w1 (w1 - 1) Y^2 + w1 V with w1 = 3, Y = y_a + 2 y_b, V = 2 y_b^2.
  const auto expected = [](double y_a, double y_b) {
    return std::sqrt(6 * (y_a + 2 * y_b) * (y_a + 2 * y_b) + 3 * 2 * y_b * y_b);
  };
  EXPECT_DOUBLE_EQ(error(*world, Estimated::session_seconds), expected(100, 50));
  EXPECT_DOUBLE_EQ(error(*world, Estimated::audio_playback), expected(10, 10));
  EXPECT_DOUBLE_EQ(error(*world, Estimated::audio_freeze), expected(0.5, 0.25));
  EXPECT_DOUBLE_EQ(error(*world, Estimated::video_playback), 0);
  EXPECT_DOUBLE_EQ(error(*world, Estimated::video_loss), expected(0, 2));
  EXPECT_DOUBLE_EQ(error(*world, Estimated::audio_loss), 0);
}

TEST_F(Errors, AreAbsentWhereEverySessionStandsForItself) {
  timeline_->apply(calls(0, 1, {call("call", 90, 1000)}));
  timeline_->apply(sessions(1, 1, {Entry("s", 100).leaves(200)}, 1400));
  EXPECT_FALSE(world_at(*timeline_, 1000)->apps[0].standard_errors.has_value());
}

TEST_F(Errors, AddUpOverCallsThatAreLongOver) {
  tell(*timeline_);
  const double one = error(*world_at(*timeline_, 300), Estimated::session_seconds);
  timeline_->advance(at(3 * 86'400));  // part of the app's sum by now
  EXPECT_DOUBLE_EQ(error(*timeline_->world(), Estimated::session_seconds), one);
  const std::string id = name_of_weight("next-", 0.5, 2);
  const std::int64_t then = 3 * 86'400;
  timeline_->apply(told_with(0.5, calls(then, 2, {call(id, then + 100, then + 400)})));
  timeline_->apply(sessions(then + 1, 2, {Entry("s", then + 100).leaves(then + 200)}, then + 1400, id));
  const double both = error(*world_at(*timeline_, then + 1000), Estimated::session_seconds);
  EXPECT_NEAR(both * both, one * one + 2 * 100 * 100, 1e-3);
}

TEST_F(Errors, GoOnAfterARestart) {
  for (const std::int64_t r : {115, 300, 3 * 86'400}) {
    timeline_ = Timeline::make(one_app(), at(0));
    tell(*timeline_);
    timeline_->advance(at(r));
    const auto restored = Timeline::make(one_app(), at(0));
    const std::string checkpoint = timeline_->checkpoint();
    ASSERT_TRUE(restored->restore(checkpoint));
    EXPECT_EQ(restored->checkpoint(), checkpoint);
    EXPECT_EQ(restored->world()->apps[0].standard_errors, timeline_->world()->apps[0].standard_errors);
    tell(*restored);  // the journal has them still
    for (Timeline* each : {timeline_.get(), restored.get()}) each->advance(at(r + 1000));
    EXPECT_EQ(restored->world()->apps[0].standard_errors, timeline_->world()->apps[0].standard_errors) << r;
  }
}

}  // namespace
}  // namespace agora_exporter::timeline::test
