#include "cli/args.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace agora_exporter::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr WallTime kNow = wall_time(1'700'000'000);

Parsed parsed(const std::vector<std::string>& arguments) { return parse(arguments, kNow); }

Args accepted(const std::vector<std::string>& arguments) {
  const Parsed p = parsed(arguments);
  EXPECT_TRUE(p.args) << p.err;
  return p.args.value_or(Args{});
}

std::string refused(const std::vector<std::string>& arguments) {
  const Parsed p = parsed(arguments);
  EXPECT_FALSE(p.args);
  EXPECT_EQ(p.exit_code, 2);
  EXPECT_EQ(p.out, "");
  return p.err;
}

TEST(Args, DefaultsServe) {
  const Args args = accepted({});
  EXPECT_EQ(args.command, Command::serve);
  EXPECT_EQ(args.config_file, "exporter.yaml");
  EXPECT_THAT(args.listen, ElementsAre(":10469"));
  EXPECT_EQ(args.telemetry_path, "/metrics");
  EXPECT_EQ(args.log_level, LogLevel::info);
  EXPECT_EQ(args.log_format, LogFormat::logfmt);
  EXPECT_EQ(args.storage_path, "");
  EXPECT_FALSE(args.assume_fresh);
  EXPECT_EQ(args.web_config_file, "");
  EXPECT_FALSE(args.enable_lifecycle);
  EXPECT_FALSE(args.clock.has_value());
}

TEST(Args, EveryFlagReachesItsField) {
  const Args args = accepted(
      {"--config.file", "a.yaml", "--web.listen-address=127.0.0.1:1", "--web.listen-address", "[::1]:2",
       "--web.telemetry-path", "/m", "--log.level", "debug", "--log.format=json", "--storage.path",
       "/var/lib/x", "--quota.assume-fresh", "--web.config.file", "w.yml", "--web.enable-lifecycle"});
  EXPECT_EQ(args.config_file, "a.yaml");
  EXPECT_THAT(args.listen, ElementsAre("127.0.0.1:1", "[::1]:2"));
  EXPECT_EQ(args.telemetry_path, "/m");
  EXPECT_EQ(args.log_level, LogLevel::debug);
  EXPECT_EQ(args.log_format, LogFormat::json);
  EXPECT_EQ(args.storage_path, "/var/lib/x");
  EXPECT_TRUE(args.assume_fresh);
  EXPECT_EQ(args.web_config_file, "w.yml");
  EXPECT_TRUE(args.enable_lifecycle);
}

TEST(Args, SubcommandsTakeTheFlagsOnEitherSide) {
  const Args check = accepted({"check-config", "--ask", "--config.file", "a.yaml"});
  EXPECT_EQ(check.command, Command::check_config);
  EXPECT_TRUE(check.ask);
  EXPECT_EQ(check.config_file, "a.yaml");
  EXPECT_EQ(accepted({"--config.file", "b.yaml", "check-config"}).config_file, "b.yaml");
  EXPECT_EQ(accepted({"catalog"}).form, CatalogForm::text);
  EXPECT_EQ(accepted({"catalog", "--json"}).form, CatalogForm::json);
  EXPECT_EQ(accepted({"catalog", "--markdown"}).form, CatalogForm::markdown);
  EXPECT_EQ(accepted({"healthcheck"}).command, Command::healthcheck);
}

TEST(Args, WhatIsWrongIsNamed) {
  EXPECT_THAT(refused({"--web.listen"}), HasSubstr("--web.listen"));
  EXPECT_THAT(refused({"serve"}), HasSubstr("serve"));
  EXPECT_THAT(refused({"check-config", "catalog"}), HasSubstr("--help"));
  EXPECT_THAT(refused({"catalog", "--json", "--markdown"}), HasSubstr("--json"));
  EXPECT_THAT(refused({"--ask"}), HasSubstr("--ask"));
  EXPECT_THAT(refused({"--log.level", "loud"}), HasSubstr("loud is not one of debug, info, warn, error"));
  EXPECT_THAT(refused({"--log.level", "0"}), HasSubstr("0 is not one of"));
  EXPECT_THAT(refused({"--log.format", "xml"}), HasSubstr("logfmt, json"));
  EXPECT_THAT(refused({"--web.telemetry-path", "metrics"}), HasSubstr("must begin with a slash"));
  EXPECT_THAT(refused({"--web.telemetry-path", "/-/ready"}), HasSubstr("/-/ready is taken"));
  EXPECT_THAT(refused({"--web.telemetry-path", "/a?b"}), HasSubstr("must be a plain path"));
  EXPECT_THAT(refused({"--config.file"}), HasSubstr("--config.file"));
}

TEST(Args, HelpAndVersionEndWithSuccess) {
  const Parsed version = parsed({"--version"});
  EXPECT_FALSE(version.args);
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, testing::ContainsRegex("^agora-exporter [0-9]+\\.[0-9]+\\.[0-9]+\n$"));
  const Parsed help = parsed({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* name : {"--config.file", "--web.listen-address", "--web.telemetry-path", "--log.level",
                           "--log.format", "--storage.path", "--quota.assume-fresh", "--clock.start",
                           "check-config", "catalog", "healthcheck"}) {
    EXPECT_THAT(help.out, HasSubstr(name));
  }
  EXPECT_THAT(parsed({"check-config", "--help"}).out, HasSubstr("--ask"));
}

TEST(Args, TheVirtualClockIsReadWhole) {
  const Args args = accepted(
      {"--clock.start", "2026-01-01T00:00:00Z", "--clock.epoch", "1700000000.5", "--clock.speed", "20"});
  ASSERT_TRUE(args.clock);
  EXPECT_EQ(to_iso(args.clock->settings.start), "2026-01-01T00:00:00Z");
  EXPECT_EQ(args.clock->settings.epoch, kNow + Millis{500});
  EXPECT_EQ(args.clock->settings.speed, 20);
}

TEST(Args, AClockOfSpeedAloneStartsNow) {
  const Args args = accepted({"--clock.speed", "2"});
  ASSERT_TRUE(args.clock);
  EXPECT_EQ(args.clock->settings.start, kNow);
  EXPECT_EQ(args.clock->settings.epoch, kNow);
}

TEST(Args, EqualClocksHaveEqualStampsHoweverWritten) {
  const auto stamp = [](const std::string& start, const std::string& speed) {
    return accepted({"--clock.start", start, "--clock.epoch", "1700000000", "--clock.speed", speed})
        .clock->stamp;
  };
  EXPECT_EQ(stamp("1767225600", "20"), stamp("2026-01-01T01:00:00+01:00", "20.0"));
  EXPECT_NE(stamp("1767225600", "20"), stamp("1767225601", "20"));
  EXPECT_NE(stamp("1767225600", "20"), stamp("1767225600", "21"));
  EXPECT_NE(stamp("1767225600", "20"), "");
}

TEST(Args, ClocksOutOfRangeAreRefused) {
  for (const char* speed : {"0", "-1", "100.5", "nan", "inf", "fast"}) {
    EXPECT_THAT(refused({std::string("--clock.speed=") + speed}), HasSubstr("--clock.speed")) << speed;
  }
  EXPECT_EQ(accepted({"--clock.speed", "100"}).clock->settings.speed, 100);
  EXPECT_THAT(refused({"--clock.start", "yesterday"}), HasSubstr("--clock.start"));
  EXPECT_THAT(refused({"--clock.epoch", "yesterday"}), HasSubstr("--clock.epoch"));
}

}  // namespace
}  // namespace agora_exporter::cli
