// agora-exporter plan, over a state folder that the real collector made of the simulated API.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "agora_exporter/cli/run.h"
#include "agora_exporter/collector/collector.h"
#include "agora_exporter/simulator/transport.h"
#include "cli/args.h"
#include "cli/files.h"

namespace agora_exporter::cli {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kNoon = 1772409600 + 43'200;  // 2026-03-02 12:00 UTC

struct Outcome {
  int code = -1;
  std::string out, err;
};
Outcome run_with(const std::vector<std::string>& arguments) {
  std::ostringstream out, err;
  Signals signals;
  signals.wait = [](const std::vector<std::string>&) { return Signal::stop; };
  signals.end_at_once = [](bool) {};
  const int code = run(arguments, out, err, signals);
  return {code, out.str(), err.str()};
}
std::size_t count(const std::string& text, const std::string& word) {
  std::size_t found = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
  return found;
}

class Plan : public testing::Test {
 protected:
  Plan() : file_(folder_.write("e.yaml", config_of(""))) {}

  static std::string config_of(const std::string& rest) {
    return "accounts:\n  - name: production\n    base_url: http://127.0.0.1:1\n    customer_id: " +
           std::string(simulator::kDefaultCustomerId) +
           "\n    customer_secret: " + std::string(simulator::kDefaultCustomerSecret) +
           "\n    apps: [{ app_id: " + std::string(simulator::kDefaultAppId) + ", name: my-app }]\n" + rest;
  }
  // The command's clock begins where the collector's stands after `hours`.
  std::vector<std::string> arguments(int hours, std::vector<std::string> more = {}) const {
    std::vector<std::string> all{"plan",
                                 "--config.file",
                                 file_,
                                 "--storage.path",
                                 folder_.file("state"),
                                 "--quota.assume-fresh",
                                 "--clock.start",
                                 std::to_string(kNoon + hours * 3'600),
                                 "--clock.epoch",
                                 std::to_string(unix_seconds(epoch_))};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  // A collector that has run for so long, and still has the folder.
  std::unique_ptr<collector::Collector> collect(int calls_per_day, int hours) {
    simulator::SimulatorOptions world = simulator::default_options("standard");
    world.world.apps[0].calls_per_day = calls_per_day;
    simulator_.emplace(world);
    transport_ = std::make_unique<simulator::SimulatedTransport>(*simulator_, clock_);
    const Parsed parsed = parse(arguments(hours), epoch_);
    collector::Options options;
    options.config = *config::load_file(file_).config;
    options.config.storage_path = parsed.args->storage_path;
    options.clock_stamp = parsed.args->clock->stamp;
    options.assume_fresh = true;
    options.publish_every_second = false;
    auto opened = collector::Collector::open(std::move(options), {clock_, *transport_, *disk_, null_log()});
    EXPECT_TRUE(opened) << opened.error().text();
    const WallTime until = clock_.now() + Seconds{hours * 3'600};
    while (clock_.now() < until) (*opened)->step(until);
    return std::move(*opened);
  }
  std::map<std::string, std::string> content() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.file("state"))) {
      std::ifstream file(entry.path(), std::ios::binary);
      files[entry.path().filename()] = {std::istreambuf_iterator<char>(file),
                                        std::istreambuf_iterator<char>()};
    }
    return files;
  }

  const Folder folder_;
  const std::string file_;
  const WallTime epoch_{std::chrono::floor<std::chrono::seconds>(make_system_clock()->now())};
  ManualClock clock_{wall_time(kNoon)};
  std::optional<simulator::Simulator> simulator_;
  std::unique_ptr<storage::Disk> disk_ = storage::make_real_disk();
  std::unique_ptr<simulator::SimulatedTransport> transport_;
};

TEST_F(Plan, TellsOfARunningExporterWithoutTouchingItsFolder) {
  const auto running = collect(300, 3);
  const auto before = content();
  const Outcome outcome = run_with(arguments(3, {"--requests", "5"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(content() == before);
  EXPECT_THAT(outcome.out,
              ContainsRegex("2026-03-02T15:0.:..Z: the page shows 2026-03-02T14:3.:..Z, 30m ago; nothing was "
                            "sent or booked\n\nnext requests\n"));
  EXPECT_EQ(count(outcome.out, "  my-app            call_"), 5u) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("\n  more follow\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("call_metrics of call .*: points of [0-9]+ sessions, due"));
  EXPECT_THAT(outcome.out, HasSubstr("\naccount production, until 2026-03-03T00:00:00Z\n"));
  running->publish();
  for (const report::EndpointStatus& status : running->report()->status.endpoints)
    EXPECT_THAT(outcome.out,
                ContainsRegex(std::string(agora::name_of(status.endpoint)) + " +" +
                              std::to_string(status.limit_today) + " +" + std::to_string(status.used_today) +
                              " +" + std::to_string(status.limit_today - status.used_today) + " "));
  EXPECT_THAT(outcome.out, ContainsRegex("advised lag: [0-9]+m, at which"));
  EXPECT_THAT(outcome.out,
              ContainsRegex("app my-app: about [0-9]+ calls, each followed with probability 1\n"));
  EXPECT_THAT(outcome.out, HasSubstr("will be missed: nothing, as far as can be told\n"));
}

TEST_F(Plan, TellsWhatWillBeMissed) {
  collect(6'000, 3).reset();
  const Outcome outcome = run_with(arguments(3, {"--requests", "0"}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(count(outcome.out, "call_sessions of call"), 0u);
  EXPECT_THAT(outcome.out, HasSubstr("advised lag: none; at no lag the day's requests carry all calls\n"));
  EXPECT_THAT(outcome.out, ContainsRegex("each followed with probability 0\\.[0-9]+\n"));
  EXPECT_THAT(outcome.out,
              ContainsRegex("will be missed: about [0-9]{3,4} calls of app my-app, by the sample\n"));
  // Nine hours are left of the day, and each has its demand.
  EXPECT_THAT(outcome.out, ContainsRegex("call_metrics .*[0-9]+( [0-9]+){8}\n"));

  folder_.write("e.yaml", config_of("planner: { objective: coverage }\n"));
  const Outcome coverage = run_with(arguments(3, {"--requests", "0"}));
  EXPECT_EQ(coverage.code, 0) << coverage.err;
  EXPECT_THAT(
      coverage.out,
      ContainsRegex("app my-app: about [0-9]+ calls, of which those are asked about that bring most\n"));
  EXPECT_THAT(coverage.out,
              ContainsRegex("will be missed: what [0-9]+ requests to call_sessions would bring\n"));
  EXPECT_THAT(coverage.out, Not(HasSubstr("by the sample")));
}

TEST_F(Plan, OfANewFolderBeginsWithTheLists) {
  std::filesystem::create_directory(folder_.file("state"));
  const Outcome outcome = run_with(arguments(0));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("  my-app            call_lists"));
  EXPECT_THAT(outcome.out, HasSubstr("advised lag: not known before a call was seen"));
  EXPECT_TRUE(content().empty());
}

TEST_F(Plan, SaysWhyItCannot) {
  const Outcome nowhere = run_with(arguments(0));
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_EQ(nowhere.out, "");
  EXPECT_THAT(nowhere.err, HasSubstr(folder_.file("state")));
  EXPECT_FALSE(std::filesystem::exists(folder_.file("state")));

  collect(50, 1).reset();
  const Outcome other_clock = run_with(arguments(2));
  EXPECT_EQ(other_clock.code, 1);
  EXPECT_THAT(other_clock.err, HasSubstr("belongs to another clock"));

  folder_.write("e.yaml", "accounts: 1\n");
  const Outcome wrong = run_with(arguments(1));
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, HasSubstr(file_ + ":1:11: accounts must be a list"));
  EXPECT_EQ(run_with({"plan", "--requests", "many"}).code, 2);
  EXPECT_EQ(run_with({"plan", "--requests", "1001"}).code, 2);
}

}  // namespace
}  // namespace agora_exporter::cli
