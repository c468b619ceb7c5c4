// What the configuration says of channels, as the planner asks it.
#include "collector/policy.h"

#include <gtest/gtest.h>

#include "collector/bench.h"

namespace agora_exporter::collector {
namespace {

planner::Policy policy_of(const std::string& calls) {
  return make_policy(test_config("http://127.0.0.1:1", "standard", "        calls: " + calls + "\n"));
}
bool wanted(const planner::Policy& policy, const std::string& channel) {
  const planner::AppPolicy& app = policy.accounts[0].apps[0];
  return !app.wanted || app.wanted(channel);
}

TEST(Channels, ByDefaultEveryNameIsWanted) {
  const planner::Policy policy = policy_of("{}");
  for (const char* name : {"", "room", "two\nlines", "\r\n", "\xe2\x82\xac"})
    EXPECT_TRUE(wanted(policy, name)) << name;
}

TEST(Channels, TheWholeNameMustMatch) {
  const planner::Policy policy =
      policy_of("{ channels: { include: [\"room-.*\", \"a|b\"], exclude: [\".*-test\"] } }");
  EXPECT_TRUE(wanted(policy, "room-1"));
  EXPECT_TRUE(wanted(policy, "room-1\n2"));
  EXPECT_TRUE(wanted(policy, "b"));
  EXPECT_FALSE(wanted(policy, "ab"));
  EXPECT_FALSE(wanted(policy, "my room-1"));
  EXPECT_FALSE(wanted(policy, "room-test"));
  EXPECT_FALSE(wanted(policy, "room-\n-test"));
}

}  // namespace
}  // namespace agora_exporter::collector
