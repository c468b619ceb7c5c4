// The collector in its own thread, over real HTTP on loopback, in fast virtual time: the thread sanitizer
// runs this.
#include <gtest/gtest.h>

#include <thread>

#include "agora_exporter/simulator/http_front.h"
#include "collector/bench.h"
#include "support/recording_log.h"

namespace agora_exporter::collector {
namespace {

constexpr double kSpeed = 50;

class Run : public testing::Test {
 protected:
  explicit Run(double speed = kSpeed, const simulator::FaultRule& fault = {})
      : clock_(make_virtual_clock({wall_time(kNoon), make_system_clock()->now(), speed})),
        simulator_(faulty_world(fault)),
        front_(*simulator::HttpFront::start(simulator_, {"127.0.0.1:0"}, *clock_, null_log())),
        transport_(*agora::make_curl_transport(*clock_)),
        disk_(storage::make_memory_disk()) {
    open();
  }

  static simulator::SimulatorOptions faulty_world(const simulator::FaultRule& fault) {
    simulator::SimulatorOptions options = test_world("enterprise", 300);
    options.faults.rules.push_back(fault);
    return options;
  }

  void open(Log& log = null_log()) {
    collector_.reset();
    Options options;
    options.config = test_config("http://" + front_->addresses().front(), "enterprise");
    options.version = "test";
    options.assume_fresh = true;
    options.clock_stamp = "test";
    auto opened = Collector::open(std::move(options), {*clock_, *transport_, *disk_, log});
    if (!opened) throw std::runtime_error(opened.error().text());
    collector_ = std::move(*opened);
  }

  std::unique_ptr<Clock> clock_;
  simulator::Simulator simulator_;
  std::unique_ptr<simulator::HttpFront> front_;
  std::unique_ptr<agora::Transport> transport_;
  std::unique_ptr<storage::Disk> disk_;
  std::unique_ptr<Collector> collector_;
};

// Told to stop while its first requests are under way.
class Stop : public Run {
 protected:
  explicit Stop(const simulator::FaultRule& fault) : Run(1, fault) {}

  // How long run() goes on after that.
  std::chrono::duration<double> stop_while_asking() {
    RecordingLog log;
    open(log);
    std::thread thread([this] { collector_->run(); });
    std::this_thread::sleep_for(std::chrono::seconds{1});  // the first requests leave at once
    const auto stop = std::chrono::steady_clock::now();
    collector_->stop();
    thread.join();
    asked_ = log.count("asks ");
    unanswered_ = log.count("stopped", "unanswered=0") == 1 ? 0 : 1;
    return std::chrono::steady_clock::now() - stop;
  }

  std::ptrdiff_t asked_ = 0;
  int unanswered_ = 0;
};

class StopWhileSlow : public Stop {
 protected:
  StopWhileSlow() : Stop(slow()) {}
  static simulator::FaultRule slow() {
    simulator::FaultRule rule = always(simulator::FaultKind::latency);
    rule.delay = Millis{4'000};
    return rule;
  }
};

class StopWhileHanging : public Stop {
 protected:
  StopWhileHanging() : Stop(always(simulator::FaultKind::hang)) {}
};

TEST_F(StopWhileSlow, TakesTheAnswersUnderWayAndJournalsThem) {
  EXPECT_LT(stop_while_asking(), std::chrono::seconds{8});
  EXPECT_GT(asked_, 0);
  EXPECT_EQ(unanswered_, 0);
  RecordingLog log;
  open(log);
  EXPECT_EQ(log.count("replays the journal records=" + std::to_string(asked_) + " "), 1) << log.lines.front();
}

TEST_F(StopWhileHanging, DoesNotWaitForAnAnswerThatNeverComes) {
  const auto took = stop_while_asking();
  EXPECT_GT(took, std::chrono::seconds{5}) << "it has some patience";
  EXPECT_LT(took, std::chrono::seconds{10});
  EXPECT_GT(asked_, 0);
  EXPECT_EQ(unanswered_, 1);
}

TEST_F(Run, PublishesACompletePageAndStopsInTime) {
  std::thread thread([this] { collector_->run(); });
  const auto begin = std::chrono::steady_clock::now();
  bool complete = false;
  // Read as the page workers do, while the collector goes on.
  while (!complete && std::chrono::steady_clock::now() - begin < std::chrono::seconds{60}) {
    const auto world = collector_->world();
    const auto report = collector_->report();
    complete =
        world && report && report->status.ready && !world->rows.empty() && !world->apps[0].insight.empty();
    std::this_thread::yield();
  }
  const auto stop = std::chrono::steady_clock::now();
  collector_->stop();
  thread.join();
  EXPECT_TRUE(complete) << (collector_->report() ? collector_->report()->status.waiting_for : "no report");
  EXPECT_LT(std::chrono::steady_clock::now() - stop, std::chrono::seconds{10});
}

}  // namespace
}  // namespace agora_exporter::collector
