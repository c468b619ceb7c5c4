// What a start finds, and what it must not forget.
#include <gtest/gtest.h>

#include "agora_exporter/quota/arithmetic.h"
#include "agora_exporter/simulator/transport.h"
#include "collector/bench.h"

namespace agora_exporter::collector {
namespace {

class Start : public testing::Test {
 protected:
  Start()
      : clock_(wall_time(kNoon)),
        simulator_(test_world("standard", 50)),
        disk_(storage::make_memory_disk()) {}

  std::unique_ptr<Collector> open(bool assume_fresh) {
    transport_ = std::make_unique<simulator::SimulatedTransport>(simulator_, clock_);
    Options options;
    options.config = test_config("http://127.0.0.1:1", "standard");
    options.version = "test";
    options.assume_fresh = assume_fresh;
    options.publish_every_second = false;
    auto opened = Collector::open(std::move(options), {clock_, *transport_, *disk_, null_log()});
    if (!opened) throw std::runtime_error(opened.error().text());
    return std::move(*opened);
  }
  void run(Collector& collector, Seconds how_long) {
    const WallTime until = clock_.now() + how_long;
    while (clock_.now() < until) collector.step(until);
    collector.publish();
  }
  static report::EndpointStatus endpoint(const Collector& collector, agora::Endpoint which) {
    for (const report::EndpointStatus& status : collector.report()->status.endpoints)
      if (status.endpoint == which) return status;
    throw std::runtime_error("no such endpoint");
  }

  ManualClock clock_;
  simulator::Simulator simulator_;
  std::unique_ptr<storage::Disk> disk_;
  std::unique_ptr<simulator::SimulatedTransport> transport_;
};

TEST_F(Start, WithNeitherLedgerNorJournalTheElapsedShareCountsAsSpent) {
  auto collector = open(false);
  collector->publish();
  EXPECT_EQ(endpoint(*collector, agora::Endpoint::call_metrics).used_today, 500) << "noon: half of 1,000";
  EXPECT_EQ(endpoint(*collector, agora::Endpoint::insight_usage).used_today, 5);
  EXPECT_EQ(endpoint(*collector, agora::Endpoint::call_metrics).assumed_spent, 500);
}

TEST_F(Start, WhatWasAssumedIsNotForgottenByTheNextStart) {
  auto collector = open(false);
  run(*collector, Seconds{120});
  const int used = endpoint(*collector, agora::Endpoint::call_lists).used_today;
  EXPECT_GT(used, 500);
  collector.reset();
  collector = open(false);
  collector->publish();
  EXPECT_EQ(endpoint(*collector, agora::Endpoint::call_lists).used_today, used);
}

TEST_F(Start, AssumeFreshSaysThatNothingWasSpent) {
  auto collector = open(true);
  collector->publish();
  EXPECT_EQ(endpoint(*collector, agora::Endpoint::call_metrics).used_today, 0);
}

TEST_F(Start, ALostLedgerIsRebuiltFromTheJournal) {
  auto collector = open(true);
  run(*collector, Seconds{1'800});
  const int used = endpoint(*collector, agora::Endpoint::call_lists).used_today;
  ASSERT_GT(used, 5);
  collector.reset();
  const auto files = disk_->list("state");
  ASSERT_TRUE(files);
  for (const std::string& file : *files) {
    if (!file.starts_with("ledger.db")) continue;
    ASSERT_TRUE(disk_->remove("state/" + file));
  }
  collector = open(false);
  collector->publish();
  const int rebuilt = endpoint(*collector, agora::Endpoint::call_lists).used_today;
  EXPECT_GE(rebuilt, used);
  EXPECT_LE(rebuilt, used + 2) << "requests in flight left no fact";
}

TEST_F(Start, ARestartSpendsNothingAndShowsTheSame) {
  auto collector = open(true);
  run(*collector, Seconds{3'600});
  const auto before = collector->world();
  const std::uint64_t requests = simulator_.counters().of_code(200);
  collector.reset();
  collector = open(true);
  collector->publish();
  EXPECT_EQ(collector->world()->at, before->at);
  EXPECT_EQ(collector->world()->rows.size(), before->rows.size());
  EXPECT_EQ(collector->world()->apps[0].calls_started, before->apps[0].calls_started);
  run(*collector, Seconds{5});
  EXPECT_LE(simulator_.counters().of_code(200), requests + 1);
}

// Nothing is answered: only what is written now and then says how far R had come.
TEST_F(Start, RNeverMovesBackOverACrashWithTheClockSetBack) {
  simulator_.faults().rules.push_back(always(simulator::FaultKind::hang));
  auto collector = open(true);
  for (int second = 0; second < 659; ++second) run(*collector, Seconds{1});
  const WorldTime shown = collector->world()->at;
  collector.reset();
  clock_.advance(Seconds{-1'800});
  collector = open(true);
  collector->publish();
  EXPECT_GE(collector->world()->at, shown);
  EXPECT_LE(collector->world()->at, shown + Seconds{60});
  const WorldTime stands = collector->world()->at;
  run(*collector, Seconds{300});
  EXPECT_EQ(collector->world()->at, stands);
}

TEST_F(Start, AfterAnOrderlyStopRStandsWhereItStood) {
  auto collector = open(true);
  run(*collector, Seconds{659});
  const WorldTime shown = collector->world()->at;
  collector->stop();
  collector->run();
  collector.reset();
  clock_.advance(Seconds{-1'800});
  collector = open(true);
  collector->publish();
  EXPECT_EQ(collector->world()->at, shown);
}

}  // namespace
}  // namespace agora_exporter::collector
