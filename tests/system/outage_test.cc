// A start with the API down or the secret wrong: it runs on, the page says so, and it recovers by itself.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "system/watch.h"

namespace agora_exporter::system_tests {
namespace {

using simulator::FaultKind;

constexpr Seconds kDown{1'200};
// The longest backoff, the first fill, and what the page needs to lose what R had passed before.
constexpr Seconds kBound{400};

// What a start without the API looks like, at each minute of it.
void expect_down(const Watch& watch, const std::string& result) {
  EXPECT_EQ(watch.up(), 0);
  EXPECT_FALSE(watch.status().ready);
  EXPECT_NE(watch.status().waiting_for, "");
  EXPECT_EQ(watch.page().count("agora_session_info"), 0u);
  EXPECT_NE(watch.page().family("agora_session_info"), nullptr) << "HELP and TYPE stay";
  EXPECT_GT(watch.requests(result), 0);
  EXPECT_EQ(watch.requests(), watch.requests(result));
  const auto& endpoints = watch.status().endpoints;
  EXPECT_TRUE(std::any_of(endpoints.begin(), endpoints.end(),
                          [&](const auto& e) { return e.last_error.find(result) == 0 && e.errors > 0; }));
}

void expect_recovery(Watch& watch, const std::string& name, double most_failed) {
  EXPECT_LE(watch.requests(), most_failed);
  const Seconds needed = watch.run_until_whole(watch.now());
  std::cout << "start with " << name << ": whole after " << needed.count() << " s of " << kBound.count()
            << " s\n";
  EXPECT_LE(needed, kBound);
  EXPECT_TRUE(watch.status().ready);
  EXPECT_EQ(watch.up(), 1);
  EXPECT_GT(watch.page().count("agora_session_info"), 0u);
  EXPECT_EQ(watch.rig().simulator().counters().above_limits(), std::vector<std::string>{});
}

struct Down {
  FaultKind kind;
  const char* result;
};
void PrintTo(const Down& down, std::ostream* to) { *to << name_of(down.kind); }

class StartWithApiDown : public testing::TestWithParam<Down> {};

TEST_P(StartWithApiDown, RunsOnSaysSoAndRecovers) {
  RigOptions options = small_world(wall_time(kMonday + 9 * 3'600));
  simulator::FaultRule rule;
  rule.kind = GetParam().kind;
  rule.rate = 1;
  rule.until = options.start + kDown;
  options.faults.rules.push_back(rule);
  Rig rig(std::move(options));
  Watch watch(rig);
  while (watch.now() < *rule.until) {
    watch.run_for(Seconds{60});
    expect_down(watch, GetParam().result);
  }
  expect_recovery(watch, std::string(name_of(GetParam().kind)), 14);
}

INSTANTIATE_TEST_SUITE_P(
    All, StartWithApiDown,
    testing::Values(Down{FaultKind::reset, "transport"}, Down{FaultKind::hang, "transport"},
                    Down{FaultKind::error_html, "server_error"}, Down{FaultKind::too_many, "rate_quota"}),
    [](const testing::TestParamInfo<Down>& run) { return std::string(name_of(run.param.kind)); });

TEST(StartWithWrongSecret, RunsOnSaysSoAndRecovers) {
  std::string folder = testing::TempDir() + "agora-secret-XXXXXX";
  ASSERT_NE(mkdtemp(folder.data()), nullptr);
  const std::string file = folder + "/secret";
  std::ofstream(file) << "wrong-secret\n";
  Rig rig(small_world(wall_time(kMonday + 9 * 3'600)));
  rig.config().accounts[0].customer_secret = {};
  rig.config().accounts[0].customer_secret.file = file;
  rig.restart();
  Watch watch(rig);
  for (const WallTime end = watch.now() + kDown; watch.now() < end;) {
    watch.run_for(Seconds{60});
    expect_down(watch, "unauthorized");
    for (const auto& endpoint : watch.status().endpoints)
      EXPECT_EQ(endpoint.last_error.find("wrong-secret"), std::string::npos);
  }
  std::ofstream(file) << simulator::kDefaultCustomerSecret << "\n";
  expect_recovery(watch, "the secret wrong", 14);
  std::filesystem::remove_all(folder);
}

// What is in the journal is shown although the API does not answer, until it is passed.
TEST(RestartWithApiDown, ShowsWhatIsInHand) {
  Rig rig(small_world(wall_time(kMonday + 9 * 3'600)));
  Watch watch(rig);
  watch.run_for(Seconds{2'700});
  ASSERT_TRUE(watch.truth().whole());
  const std::size_t shown = watch.page().count("agora_session_info");
  ASSERT_GT(shown, 0u);
  simulator::FaultRule rule;
  rule.kind = FaultKind::reset;
  rule.rate = 1;
  rig.simulator().faults().rules.push_back(rule);
  rig.restart();
  watch.run_for(Seconds{60});
  EXPECT_GT(watch.page().count("agora_session_info"), 0u);
  EXPECT_TRUE(watch.truth().whole()) << watch.truth().last().text();
  watch.run_for(Seconds{3'600});
  EXPECT_EQ(watch.page().count("agora_session_info"), 0u);
  EXPECT_EQ(watch.up(), 0);
}

}  // namespace
}  // namespace agora_exporter::system_tests
