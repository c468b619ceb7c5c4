#include "agora_exporter/base/log.h"

#include <gmock/gmock.h>

#include <thread>

#include "base/log_writer.h"

namespace agora_exporter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class LogTest : public ::testing::Test {
 protected:
  std::unique_ptr<Log> log(LogFormat format, LogLevel least = LogLevel::debug) {
    return make_log(least, format, clock_, [this](std::string_view line) { lines_.emplace_back(line); });
  }

  ManualClock clock_{WallTime{Millis{1'795'541'991'042}}};  // 2026-11-24T17:39:51.042Z
  std::vector<std::string> lines_;
};

TEST_F(LogTest, Logfmt) {
  log(LogFormat::logfmt)->warn("the disk is full", {{"path", "/var/lib/x"}, {"left", "0"}, {"why", ""}});
  EXPECT_THAT(lines_,
              ElementsAre("ts=2026-11-24T17:39:51.042Z level=warn msg=\"the disk is full\" path=/var/lib/x "
                          "left=0 why=\"\"\n"));
}

TEST_F(LogTest, Json) {
  log(LogFormat::json)->error("no", {{"status", "503"}, {"text", "a \"b\""}});
  EXPECT_THAT(lines_, ElementsAre("{\"ts\":\"2026-11-24T17:39:51.042Z\",\"level\":\"error\",\"msg\":\"no\","
                                  "\"status\":\"503\",\"text\":\"a \\\"b\\\"\"}\n"));
}

// Whatever a server or a user says, a line stays one line and its fields stay its own.
TEST_F(LogTest, ForeignTextIsEscaped) {
  const std::string foreign = "a=b \"c\"\\\n\t\x01\x7f\xff\xC3\xA9";
  log(LogFormat::logfmt)->info("m", {{"k y=", foreign}});
  log(LogFormat::json)->info("m", {{"k", foreign}});
  const std::string escaped = "\"a=b \\\"c\\\"\\\\\\n\\t\\u0001\\u007f\xEF\xBF\xBD\xC3\xA9\"";
  EXPECT_THAT(lines_,
              ElementsAre("ts=2026-11-24T17:39:51.042Z level=info msg=m k_y_=" + escaped + "\n",
                          "{\"ts\":\"2026-11-24T17:39:51.042Z\",\"level\":\"info\",\"msg\":\"m\",\"k\":" +
                              escaped + "}\n"));
}

TEST_F(LogTest, LessThanTheLeastIsDropped) {
  const auto quiet = log(LogFormat::logfmt, LogLevel::warn);
  quiet->debug("d");
  quiet->info("i");
  EXPECT_THAT(lines_, IsEmpty());
  quiet->warn("w");
  quiet->error("e");
  EXPECT_THAT(lines_, SizeIs(2));
}

TEST_F(LogTest, RepetitionWithinAMinuteIsCountedAndSaidWithTheNext) {
  const auto written = log(LogFormat::logfmt);
  for (int i = 0; i < 5; ++i) written->error("down", {{"account", "a"}});
  written->error("down", {{"account", "b"}});  // another field: another line
  EXPECT_THAT(lines_, SizeIs(2));
  clock_.advance(Millis{59'999});
  written->error("down", {{"account", "a"}});
  EXPECT_THAT(lines_, SizeIs(2));
  clock_.advance(Millis{1});
  written->error("down", {{"account", "a"}});
  ASSERT_THAT(lines_, SizeIs(3));
  EXPECT_EQ(lines_[2], "ts=2026-11-24T17:40:51.042Z level=error msg=down account=a repeated=5\n");
  clock_.advance(Seconds{60});
  written->error("down", {{"account", "a"}});
  EXPECT_EQ(lines_.back(), "ts=2026-11-24T17:41:51.042Z level=error msg=down account=a\n");
}

TEST_F(LogTest, CountsLeftOverAreSaidAtTheEnd) {
  log(LogFormat::json)->info("once");
  EXPECT_THAT(lines_, SizeIs(1));
  {
    const auto written = log(LogFormat::json);
    written->info("twice");
    written->info("twice");
  }
  EXPECT_THAT(lines_, SizeIs(3));
  EXPECT_EQ(lines_.back(),
            "{\"ts\":\"2026-11-24T17:39:51.042Z\",\"level\":\"info\",\"msg\":\"twice\",\"repeated\":1}\n");
}

// Lines that are all different are all written, and what is remembered of them stays bounded.
TEST_F(LogTest, EverNewLines) {
  const auto written = log(LogFormat::logfmt);
  for (int i = 0; i < 3'000; ++i) written->info("n", {{"i", std::to_string(i)}});
  EXPECT_THAT(lines_, SizeIs(3'000));
  written->info("n", {{"i", "0"}});  // forgotten by now
  EXPECT_THAT(lines_, SizeIs(3'001));
}

TEST_F(LogTest, ThreadsDoNotMixTheirLines) {
  {
    const auto written = log(LogFormat::logfmt);
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&written, t] {
        for (int i = 0; i < 200; ++i)
          written->info("n", {{"t", std::to_string(t)}, {"i", std::to_string(i)}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_THAT(lines_, SizeIs(800));
  for (const std::string& line : lines_)
    EXPECT_TRUE(line.ends_with("\n") && line.starts_with("ts=2026")) << line;
}

TEST(StderrLog, WritesToStandardError) {
  const ManualClock clock(wall_time(0));
  ::testing::internal::CaptureStderr();
  make_stderr_log(LogLevel::info, LogFormat::logfmt, clock)->info("hello");
  null_log().error("nobody hears this");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "ts=1970-01-01T00:00:00.000Z level=info msg=hello\n");
}

}  // namespace
}  // namespace agora_exporter
