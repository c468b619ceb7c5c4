// The whole room over real sockets, with the real renderer.
#include "agora_exporter/web/web.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "agora_exporter/base/published.h"
#include "web/fixtures.h"

namespace agora_exporter::web::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Options on_free_port() {
  Options options;
  options.listen = {"127.0.0.1:0"};
  options.version = "1.2.3";
  return options;
}

class WebTest : public testing::Test {
 protected:
  void start(const Options& options = on_free_port()) {
    auto started =
        Web::start(options, Source{[this] { return world_.get(); }, [this] { return report_.get(); }}, clock_,
                   null_log());
    ASSERT_TRUE(started) << started.error().text();
    web_ = std::move(*started);
  }
  void publish() {
    world_.publish(std::make_shared<const timeline::World>(small_world()));
    report_.publish(std::make_shared<const report::Report>(good_report()));
  }
  std::string page() const {
    std::string page;
    for (const auto& piece : exposition::render(*world_.get(), *report_.get(), {})) page += piece;
    return page;
  }
  Answer get(const std::string& path, const Ask& how = {}) const {
    return ask(web_->addresses().front(), path, how);
  }

  Published<timeline::World> world_;
  Published<report::Report> report_;
  ManualClock clock_{wall_time(kNow)};
  std::unique_ptr<Web> web_;
};

TEST_F(WebTest, ThePageIsTheRendered) {
  start();
  publish();
  const auto answer = get("/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(answer.header("content-encoding"), "");
  EXPECT_EQ(answer.header("vary"), "Accept-Encoding");
  EXPECT_EQ(answer.body, page());
  EXPECT_THAT(answer.body, HasSubstr("agora_active_calls{app=\"my-app\"} 3\n"));
}

TEST_F(WebTest, GzipWhereItIsAccepted) {
  start();
  publish();
  const auto zipped = get("/metrics", {{}, "GET", true});
  EXPECT_EQ(zipped.header("content-encoding"), "gzip");
  EXPECT_EQ(zipped.body, page());
  EXPECT_LT(std::stoul(zipped.header("content-length")), page().size());
  const auto raw = get("/metrics", {{"Accept-Encoding: deflate, gzip;q=0.1"}});
  EXPECT_THAT(raw.body, StartsWith("\x1f\x8b"));
  const auto refused = get("/metrics", {{"Accept-Encoding: gzip;q=0"}});
  EXPECT_EQ(refused.header("content-encoding"), "");
  EXPECT_EQ(refused.body, page());
}

TEST_F(WebTest, ConcurrentScrapesGiveTheSameBytes) {
  start();
  publish();
  std::vector<std::future<Answer>> answers;
  answers.reserve(32);
  for (int i = 0; i < 32; ++i) {
    answers.push_back(std::async(std::launch::async, [this, i] {
      return get("/metrics", {{}, "GET", i % 2 == 0});
    }));
  }
  const auto expected = page();
  for (auto& answer : answers) EXPECT_EQ(answer.get().body, expected);
}

TEST_F(WebTest, TheLandingPageIsServedToBeSafe) {
  start();
  const auto empty = get("/");
  EXPECT_EQ(empty.status, 200);
  publish();
  const auto answer = get("/");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(answer.header("content-security-policy"), HasSubstr("default-src 'none'"));
  EXPECT_THAT(answer.body, HasSubstr("my-app"));
}

TEST_F(WebTest, TelemetryPathMayBeAnother) {
  auto options = on_free_port();
  options.telemetry_path = "/prometheus";
  start(options);
  publish();
  EXPECT_EQ(get("/prometheus").status, 200);
  EXPECT_EQ(get("/metrics").status, 404);
  EXPECT_THAT(get("/").body, HasSubstr("href=\"/prometheus\""));
  options.telemetry_path = "/";
  start(options);
  EXPECT_EQ(get("/").body, page());
}

TEST_F(WebTest, ImpossibleOptionsAreRefused) {
  for (const char* path : {"", "metrics", "/a b", "/a?b", "/a%20b", "/-/ready", "/-/healthy"}) {
    auto options = on_free_port();
    options.telemetry_path = path;
    EXPECT_FALSE(Web::start(options, {}, clock_, null_log())) << path;
  }
  auto options = on_free_port();
  options.listen = {"nonsense"};
  EXPECT_FALSE(Web::start(options, {}, clock_, null_log()));
}

TEST_F(WebTest, StopsWhileAsked) {
  start();
  publish();
  const auto address = web_->addresses().front();
  std::vector<std::future<Answer>> answers;
  answers.reserve(8);
  for (int i = 0; i < 8; ++i) {
    answers.push_back(std::async(std::launch::async, [&] {
      Answer last;
      for (auto now = ask(address, "/metrics"); now.status != 0; now = ask(address, "/metrics")) last = now;
      return last;
    }));
  }
  EXPECT_EQ(get("/metrics").status, 200);
  web_->stop(Millis{5000});
  web_.reset();
  const auto expected = page();
  for (auto& answer : answers) {
    const auto last = answer.get();
    if (last.status != 0) {
      EXPECT_EQ(last.body, expected);
    }
  }
}

}  // namespace
}  // namespace agora_exporter::web::test
