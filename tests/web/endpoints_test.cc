// The endpoints over a real server, with a renderer that each test can hold up.
#include "web/endpoints.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "agora_exporter/base/published.h"
#include "web/fixtures.h"

namespace agora_exporter::web::test {
namespace {

using testing::HasSubstr;

// Endpoints behind a server of their own. The pages tell which World and Report they were made of.
class Site {
 public:
  explicit Site(Options options = {}) {
    if (!render) render = [](const timeline::World& w, const report::Report&) { return text_of(w); };
    options.telemetry_path = "/metrics";
    http::ServerOptions server;
    server.listen = {"127.0.0.1:0"};
    server.methods = {"GET", "HEAD"};
    auto started = http::Server::start(
        std::move(server),
        [this](const http::Request& request, const http::Responder& respond) {
          if (auto* const endpoints = endpoints_.load()) endpoints->handle(request, respond);
        },
        null_log());
    if (!started) throw std::runtime_error(started.error().text());
    server_ = std::move(*started);
    owner_ = std::make_unique<Endpoints>(
        options,
        Source{[this] {
                 ++asked;
                 return world.get();
               },
               [this] { return report.get(); },
               [this] { return SteadyTime{SteadyTime::duration{replayed}}; }},
        Renderer{[this](const auto& w, const auto& r) {
                   ++renders;
                   return render(w, r);
                 },
                 [this](const auto& pieces) {
                   ++gzips;
                   return "zipped " + pieces.front();
                 }},
        [this](std::function<void()> task) { server_->post(std::move(task)); }, clock, null_log());
    endpoints_ = owner_.get();
  }
  ~Site() {
    server_->stop(Millis{0});
    owner_.reset();
  }

  static std::vector<std::string> text_of(const timeline::World& w) {
    return {"world " + std::to_string(unix_seconds(w.at)), "\n"};
  }
  static std::shared_ptr<const timeline::World> world_at(std::int64_t second) {
    auto w = std::make_shared<timeline::World>();
    w->at = world_time(second);
    return w;
  }
  void publish(std::int64_t second) {
    world.publish(world_at(second));
    report.publish(std::make_shared<const report::Report>(good_report()));
  }
  Answer get(const std::string& path, const Ask& how = {}) const {
    return ask(server_->addresses().front(), path, how);
  }
  std::future<Answer> get_later(const std::string& path, const Ask& how = {}) const {
    return std::async(std::launch::async, [this, path, how] { return get(path, how); });
  }
  // Returns once all that the loop had before is done.
  void wait_for_loop() const {
    std::promise<void> done;
    server_->post([&] { done.set_value(); });
    done.get_future().wait();
  }

  Published<timeline::World> world;
  Published<report::Report> report;
  ManualClock clock{wall_time(kNow)};
  // Set before the first page is asked for.
  std::function<std::vector<std::string>(const timeline::World&, const report::Report&)> render;
  std::atomic<SteadyTime::rep> replayed{0};  // the last sign of life of the start
  std::atomic<int> asked{0};                 // for the World
  std::atomic<int> renders{0};
  std::atomic<int> gzips{0};

 private:
  std::unique_ptr<http::Server> server_;
  std::atomic<Endpoints*> endpoints_{nullptr};
  std::unique_ptr<Endpoints> owner_;
};

// Holds up whoever passes until it is opened.
class Gate {
 public:
  void pass() {
    ++waiting_;
    waiting_.notify_all();
    open_.wait(false);
  }
  void wait_for(int threads) {
    for (int now = waiting_; now < threads; now = waiting_) waiting_.wait(now);
  }
  void open() {
    open_ = true;
    open_.notify_all();
  }

 private:
  std::atomic<int> waiting_{0};
  std::atomic<bool> open_{false};
};

const Ask kGzip{{"Accept-Encoding: gzip"}};

TEST(Endpoints, BeforeTheFirstWorldThereIsNoPage) {
  Site site;
  auto answer = site.get("/metrics");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, HasSubstr("no page yet"));
  site.report.publish(std::make_shared<const report::Report>(good_report()));
  EXPECT_EQ(site.get("/metrics").status, 503);
  site.publish(5);
  answer = site.get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "world 5\n");
}

TEST(Endpoints, TheSamePageIsMadeOnce) {
  Site site;
  site.publish(1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(site.get("/metrics").body, "world 1\n");
    EXPECT_EQ(site.get("/metrics", kGzip).body, "zipped world 1");
  }
  EXPECT_EQ(site.renders, 1);
  EXPECT_EQ(site.gzips, 1);
  site.publish(2);
  EXPECT_EQ(site.get("/metrics").body, "world 2\n");
  EXPECT_EQ(site.get("/metrics", kGzip).body, "zipped world 2");
  site.report.publish(std::make_shared<const report::Report>(good_report()));  // a newer one: another page
  EXPECT_EQ(site.get("/metrics").body, "world 2\n");
  EXPECT_EQ(site.renders, 3);
}

TEST(Endpoints, WhoAsksAtOnceSharesThePage) {
  Site site;
  Gate gate;
  site.render = [&](const timeline::World& world, const report::Report&) {
    gate.pass();
    return Site::text_of(world);
  };
  site.publish(1);
  std::vector<std::future<Answer>> answers;
  answers.reserve(20);
  for (int i = 0; i < 20; ++i) answers.push_back(site.get_later("/metrics", i % 2 == 0 ? Ask{} : kGzip));
  gate.wait_for(1);
  gate.open();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i].get().body, i % 2 == 0 ? "world 1\n" : "zipped world 1");
  }
  EXPECT_EQ(site.renders, 1);
  EXPECT_EQ(site.gzips, 1);
}

TEST(Endpoints, AFullQueueIs503AndTheRestAnswersOn) {
  Options options;
  options.workers = 1;
  options.queue = 1;
  Site site(options);
  Gate gate;
  site.render = [&](const timeline::World& world, const report::Report&) {
    gate.pass();
    return Site::text_of(world);
  };
  site.publish(1);
  auto first = site.get_later("/metrics");
  gate.wait_for(1);  // the worker has it
  site.publish(2);
  auto second = site.get_later("/metrics");
  while (site.asked < 2) site.wait_for_loop();
  site.wait_for_loop();  // the second waits in the queue
  site.publish(3);
  const auto third = site.get("/metrics");
  EXPECT_EQ(third.status, 503);
  EXPECT_THAT(third.body, HasSubstr("too many pages"));
  EXPECT_EQ(site.get("/-/healthy").status, 200);
  EXPECT_EQ(site.get("/-/ready").status, 200);
  gate.open();
  EXPECT_EQ(first.get().body, "world 1\n");
  EXPECT_EQ(second.get().status, 200);
  EXPECT_EQ(site.get("/metrics").body, "world 3\n");
}

TEST(Endpoints, APageThatCannotBeMadeIs500AndTriedAgain) {
  Site site;
  std::atomic<bool> broken{true};
  site.render = [&](const timeline::World& world, const report::Report&) {
    if (broken) throw std::runtime_error("out of something");
    return Site::text_of(world);
  };
  site.publish(1);
  EXPECT_EQ(site.get("/metrics").status, 500);
  EXPECT_EQ(site.get("/metrics", kGzip).status, 500);
  broken = false;
  EXPECT_EQ(site.get("/metrics").body, "world 1\n");
}

TEST(Endpoints, AWorldIsLetGoWhenItsPageIsMade) {
  Site site;
  site.publish(1);
  EXPECT_EQ(site.get("/metrics").status, 200);
  const std::weak_ptr<const timeline::World> old = site.world.get();
  site.world.publish(Site::world_at(2));
  site.wait_for_loop();
  EXPECT_TRUE(old.expired());
}

TEST(Endpoints, HealthIsTheCollectorsHeartbeat) {
  Site site;
  site.clock.advance(Seconds{59});
  EXPECT_EQ(site.get("/-/healthy").status, 200);  // it may still be starting
  site.clock.advance(Seconds{1});
  auto answer = site.get("/-/healthy");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "the start has given no sign of life for 1 minute\n");
  site.replayed = (site.clock.steady() - Seconds{1}).time_since_epoch().count();
  EXPECT_EQ(site.get("/-/healthy").status, 200) << "a long journal is being read";
  auto report = good_report();
  report.heartbeat = site.clock.steady();
  site.report.publish(std::make_shared<const report::Report>(report));
  site.clock.advance(Millis{59'999});
  EXPECT_EQ(site.get("/-/healthy").status, 200);
  site.clock.advance(Millis{30'001});
  answer = site.get("/-/healthy");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "the collector has given no sign of life for 1 minute 30 seconds\n");
}

TEST(Endpoints, ReadinessIsTheReports) {
  Site site;
  EXPECT_EQ(site.get("/-/ready").status, 503);
  auto report = good_report();
  report.status.ready = false;
  report.status.waiting_for = "the journal";
  site.report.publish(std::make_shared<const report::Report>(report));
  auto answer = site.get("/-/ready");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "not ready: waiting for the journal\n");
  report.status.ready = true;
  site.report.publish(std::make_shared<const report::Report>(report));
  EXPECT_EQ(site.get("/-/ready").status, 200);
}

TEST(Endpoints, UnknownPathsAndOtherMethods) {
  Site site;
  site.publish(1);
  for (const char* path : {"/nothing", "/metrics/", "/-/", "//", "/../metrics", "/favicon.ico"}) {
    EXPECT_EQ(site.get(path).status, 404) << path;
  }
  EXPECT_EQ(site.get("/metrics?x=1").status, 200);
  for (const char* method : {"POST", "PUT", "DELETE"}) {
    const auto answer = site.get("/metrics", {{}, method});
    EXPECT_EQ(answer.status, 405) << method;
    EXPECT_EQ(answer.header("allow"), "GET, HEAD");
  }
  const auto head = site.get("/metrics", {{}, "HEAD"});
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "8");
  EXPECT_EQ(head.body, "");
}

}  // namespace
}  // namespace agora_exporter::web::test
