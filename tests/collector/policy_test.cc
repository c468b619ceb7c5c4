// What the configuration says of channels, as the planner asks it.
#include "collector/policy.h"

#include <gtest/gtest.h>

#include "collector/bench.h"
#include "collector/change.h"

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

TEST(Pinned, AreFoundByNameAndByExpression) {
  const planner::Policy policy = policy_of("{ channels: { always: [hall, \"stage-.*\"] } }");
  const planner::Certain& certain = policy.accounts[0].apps[0].certain;
  EXPECT_EQ(certain.channels, std::set<std::string>{"hall"}) << "what call/lists can be asked for by name";
  agora::CallEntry entry;
  for (const auto& [channel, is_pinned] :
       {std::pair{"hall", true}, {"stage-2", true}, {"hallway", false}, {"back-stage-2", false}}) {
    entry.channel = channel;
    EXPECT_EQ(certain.holds(entry), is_pinned) << channel;
  }
}

TEST(Policy, TakesWeightAndObjective) {
  config::Config config = test_config("http://127.0.0.1:1", "standard", "        weight: 0.25\n");
  EXPECT_EQ(make_policy(config).accounts[0].apps[0].weight, 0.25);
  EXPECT_EQ(make_policy(config).objective, planner::Objective::representative);
  config.objective = config::Objective::coverage;
  config.max_sids_per_call = 40;
  EXPECT_EQ(make_policy(config).objective, planner::Objective::coverage);
  EXPECT_EQ(make_policy(config).max_sids_per_call, 40);
  EXPECT_EQ(make_policy(config).accounts[0].apps[0].certain.users, 40);
}

// What is asked and for how many a call stands hangs on them.
TEST(Change, OfTheSharingNeedsTheJournalAgain) {
  const config::Config before = test_config("http://127.0.0.1:1", "standard");
  EXPECT_FALSE(folds_differ(before, before));
  config::Config weight = before, pinned = before, objective = before, sids = before, shown = before;
  weight.accounts[0].apps[0].weight = 2;
  pinned.accounts[0].apps[0].channels.always = {"hall"};
  objective.objective = config::Objective::coverage;
  sids.max_sids_per_call = 20;
  shown.max_series = 7;
  for (const config::Config* after : {&weight, &pinned, &objective, &sids})
    EXPECT_TRUE(folds_differ(before, *after));
  EXPECT_FALSE(folds_differ(before, shown));
}

}  // namespace
}  // namespace agora_exporter::collector
