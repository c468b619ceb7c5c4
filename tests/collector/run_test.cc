// The collector in its own thread, over real HTTP on loopback, in fast virtual time: the thread sanitizer
// runs this.
#include <gtest/gtest.h>

#include <thread>

#include "agora_exporter/simulator/http_front.h"
#include "collector/bench.h"

namespace agora_exporter::collector {
namespace {

constexpr double kSpeed = 50;

class Run : public testing::Test {
 protected:
  Run()
      : clock_(make_virtual_clock({wall_time(kNoon), make_system_clock()->now(), kSpeed})),
        simulator_(test_world("enterprise", 300)),
        front_(*simulator::HttpFront::start(simulator_, {"127.0.0.1:0"}, *clock_, null_log())),
        transport_(*agora::make_curl_transport(*clock_)),
        disk_(storage::make_memory_disk()) {
    Options options;
    options.config = test_config("http://" + front_->addresses().front(), "enterprise");
    options.version = "test";
    options.assume_fresh = true;
    options.clock_stamp = "test";
    auto opened = Collector::open(std::move(options), {*clock_, *transport_, *disk_, null_log()});
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
